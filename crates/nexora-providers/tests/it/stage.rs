//! A sandbox, the adapters pointed at it, and orders to give them.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::LazyLock;
use std::time::Duration;

use bytes::Bytes;
use nexora_core::{Catalog, Order, Provider, Route, Slot};
use nexora_providers::signature::StandardSecret;
use nexora_providers::{
    DownloadError, Downloader, ErrorKind, Fal, FalConfig, Fetched, Higgsfield, HiggsfieldConfig,
    Limits, MediaProvider, MotionForm, OpenAi, OpenAiConfig, Output, Placed, Polled, ProviderError,
    Replicate, ReplicateConfig, Runway, RunwayConfig, Shot, Submission, Submitted, Ticket, Upload,
    Wire,
};
use nexora_sandbox::{Pace, Sandbox, SandboxConfig, paint_still};
use secrecy::SecretString;
use url::Url;

/// At the instant pace everything is ready at the first poll, and no fault lasts longer than this.
const POLLS_MAX: usize = 10;
/// The first attempt of some generation.
pub(crate) const REQUEST: &str = "gen_0123.1";
pub(crate) const LIMITS: Limits = Limits {
    bytes_max: 32 << 20,
    time_max: Duration::from_mins(1),
};

pub(crate) struct Stage {
    pub(crate) sandbox: Sandbox,
    catalog: Catalog,
}

impl Stage {
    pub(crate) async fn open() -> Self {
        let sandbox = Sandbox::start(SandboxConfig {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            pace: Pace::Instant,
        });
        Self {
            sandbox: sandbox.await.unwrap(),
            catalog: Catalog::built_in().unwrap(),
        }
    }

    pub(crate) fn url(&self, path: &str) -> Url {
        format!("{}{path}", self.sandbox.base_url())
            .parse()
            .unwrap()
    }

    pub(crate) fn fal(&self) -> Fal {
        fal_at(self.url("/fal/queue"), self.url("/fal/rest"))
    }

    pub(crate) fn replicate(&self) -> Replicate {
        replicate_at(self.url("/replicate"))
    }

    pub(crate) fn openai(&self) -> OpenAi {
        openai_at(self.url("/openai/v1"))
    }

    pub(crate) fn runway(&self) -> Runway {
        runway_at(self.url("/runway"))
    }

    pub(crate) fn higgsfield(&self) -> Higgsfield {
        higgsfield_at(self.url("/hf"), MotionForm::V1)
    }

    pub(crate) async fn fetch(&self, output: &Output) -> Result<Fetched, DownloadError> {
        let downloader = Downloader::new(&[self.url("")]).unwrap();
        match output {
            Output::Url { url, .. } => downloader.fetch(url, LIMITS).await,
            Output::Bytes { .. } => panic!("there is nothing to fetch"),
        }
    }

    /// An order for a model, with more wishes than the prompt.
    pub(crate) fn order(&self, model: &str, prompt: &str, wishes: &[(&str, &str)]) -> Order {
        let base = [("model", model), ("prompt", prompt)];
        Order::parse(None, base.iter().chain(wishes).copied(), &self.catalog).unwrap()
    }

    pub(crate) fn route(&self, model: &str, provider: Provider) -> &Route {
        let routes = &self.catalog.find(model).unwrap().routes;
        let mut of_provider = routes.iter().filter(|route| route.provider == provider);
        of_provider.next().unwrap()
    }

    pub(crate) async fn submit(
        &self,
        provider: &dyn MediaProvider,
        order: &Order,
    ) -> Result<Submitted, ProviderError> {
        let job = self.submission(provider, order);
        provider.submit(&job).await
    }

    pub(crate) fn submission<'a>(
        &'a self,
        provider: &dyn MediaProvider,
        order: &'a Order,
    ) -> Submission<'a> {
        Submission {
            order,
            route: self.route(order.model.as_str(), provider.info().provider),
            request_id: REQUEST,
            end_user: "e5f0",
            webhook: None,
            shot: None,
        }
    }

    /// Brings a picture for everything the order begins with.
    pub(crate) async fn bring(&self, provider: &dyn MediaProvider, order: &Order) -> Shot {
        let mut shot = Shot::default();
        for (slot, _) in order.inputs.all() {
            let file = picture(slot.field());
            let placed = match provider.uploader() {
                Some(uploader) => uploader.upload(&file).await.unwrap(),
                None => Placed::inline(&file.content_type, file.bytes),
            };
            match slot {
                Slot::FirstFrame => shot.first_frame = Some(placed),
                Slot::LastFrame => shot.last_frame = Some(placed),
                Slot::Reference => shot.references.push(placed),
            }
        }
        shot
    }

    /// What a submit of this prompt goes wrong with.
    pub(crate) async fn fault(
        &self,
        provider: &dyn MediaProvider,
        model: &str,
        prompt: &str,
    ) -> ErrorKind {
        let order = self.order(model, prompt, &[]);
        let outcome = self.submit(provider, &order).await;
        outcome.expect_err(prompt).kind
    }

    pub(crate) async fn ticket(&self, provider: &dyn MediaProvider, order: &Order) -> Ticket {
        match self.submit(provider, order).await.unwrap() {
            Submitted::Accepted(ticket) => ticket,
            Submitted::Done(_) => panic!("no ticket"),
        }
    }

    /// Submits and polls to the end.
    pub(crate) async fn run(&self, provider: &dyn MediaProvider, order: &Order) -> Polled {
        let ticket = self.ticket(provider, order).await;
        finish(provider, &ticket).await
    }
}

/// A small picture, named after the attempt it is brought for.
pub(crate) fn picture(what: &str) -> Upload {
    static PAINTED: LazyLock<Bytes> =
        LazyLock::new(|| paint_still("a boat on a lake", 1, (96, 64), 80).into());
    Upload {
        name: format!("{REQUEST}.{what}.jpeg"),
        content_type: "image/jpeg".to_owned(),
        bytes: PAINTED.clone(),
    }
}

/// Polls until something else than waiting comes back.
pub(crate) async fn finish(provider: &dyn MediaProvider, ticket: &Ticket) -> Polled {
    for _ in 0..POLLS_MAX {
        match provider.poll(ticket).await {
            Ok(Polled::Waiting(_)) => {}
            Ok(end) => return end,
            Err(error) => panic!("{error}"),
        }
    }
    panic!("it did not end");
}

/// The kinds of error of the first polls, until one is answered.
pub(crate) async fn troubles(provider: &dyn MediaProvider, ticket: &Ticket) -> Vec<ErrorKind> {
    let mut kinds = Vec::new();
    while let Err(error) = provider.poll(ticket).await {
        kinds.push(error.kind);
        assert!(kinds.len() < POLLS_MAX, "it does not recover");
    }
    kinds
}

pub(crate) fn outputs(polled: Polled) -> Vec<Output> {
    let Polled::Done(outputs) = polled else {
        panic!("{polled:?}");
    };
    outputs
}

pub(crate) fn fal_at(queue_url: Url, rest_url: Url) -> Fal {
    let config = FalConfig {
        key: SecretString::from("kid:sesame-fal"),
        catalogue_url: rest_url.join("api").unwrap(),
        queue_url,
        rest_url,
    };
    Fal::new(config, Wire::new().unwrap())
}

pub(crate) fn replicate_at(base_url: Url) -> Replicate {
    let key = SecretString::from("r8_sesame");
    Replicate::new(ReplicateConfig { key, base_url }, Wire::new().unwrap())
}

pub(crate) fn openai_at(base_url: Url) -> OpenAi {
    let key = SecretString::from("sk-sesame");
    OpenAi::new(OpenAiConfig { key, base_url }, Wire::new().unwrap())
}

pub(crate) fn runway_at(base_url: Url) -> Runway {
    let key = SecretString::from("key_sesame");
    Runway::new(RunwayConfig { key, base_url }, Wire::new().unwrap())
}

pub(crate) fn higgsfield_at(base_url: Url, motions: MotionForm) -> Higgsfield {
    let config = HiggsfieldConfig {
        key: SecretString::from("hid:sesame-hf"),
        base_url,
        motions,
        webhook_secret: StandardSecret::parse(&Sandbox::higgsfield_webhook_secret().into()).ok(),
    };
    Higgsfield::new(config, Wire::new().unwrap())
}
