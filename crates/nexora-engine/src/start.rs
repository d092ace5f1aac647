//! Starting and stopping: one transaction that holds the credits, and nobody is called before it
//! is durable.

use std::fmt;

use nexora_core::{
    CharacterName, CharacterState, Credits, Generation, GenerationId, GenerationState, Member,
    MemberId, Model, Order, Plan, Quote, Tier,
};
use nexora_store::credits::{Balance, HoldError};
use nexora_store::inputs::{self, Input};
use nexora_store::{Lane, StoreError, Tx, characters, credits, generations, jobs, users};
use rand::RngExt;

use crate::characters::CAST_TIER;
use crate::job::Job;
use crate::live::Change;
use crate::pictures::{self, Unusable};
use crate::{Engine, EngineError, settle};

/// A text the caller made up for one start, so that repeating the request cannot start twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartKey(String);

/// Longest key taken; a UUID has 36 characters.
const KEY_CHARS_MAX: usize = 100;

/// A generation that was started now, or earlier under the same key.
#[derive(Clone, Debug)]
pub struct Started {
    /// It.
    pub generation: Generation,
    /// The member's balance after the hold.
    pub balance: Balance,
    /// Whether an earlier request with the same key had started it already.
    pub replayed: bool,
}

/// Why nothing was started. In every case nothing was charged and nobody was called.
#[derive(Debug)]
pub enum StartError {
    /// The plan does not reach the model's tier.
    Locked {
        /// The model's name.
        model: String,
        /// What it asks for.
        tier: Tier,
        /// The cheapest plan that has it.
        needs: Plan,
        /// What it would have cost.
        price: Credits,
    },
    /// The balance does not reach the quote.
    Insufficient {
        /// What it costs.
        need: Credits,
        /// What is there to spend.
        have: Credits,
    },
    /// The balance does not reach what is to start together.
    TooDearTogether {
        /// What each costs, by the model's name.
        parts: Vec<(String, Credits)>,
        /// What is there to spend.
        have: Credits,
    },
    /// A payment of the member's was reported as stolen; nothing is spent until a person has
    /// looked into it.
    Frozen,
    /// The key was used before, for something else.
    KeyReused,
    /// The member has too many generations waiting.
    TooManyWaiting {
        /// How many may wait.
        waiting_max: u32,
    },
    /// A picture it begins with cannot be had.
    Unusable(Unusable),
    /// Who is to be in it is not among the member's characters.
    NoCharacter,
    /// Who is to be in it is not trained (yet).
    Untrained {
        /// What they are called.
        name: CharacterName,
    },
    /// No provider of this model is switched on here.
    ModelOff {
        /// The model's name.
        model: String,
    },
    /// Something inside failed.
    Engine(EngineError),
}

/// Why nothing was stopped.
#[derive(Debug)]
pub enum CancelError {
    /// The member has no such generation.
    NotFound,
    /// It has ended already.
    Ended(&'static str),
    /// Something inside failed.
    Engine(EngineError),
}

/// What a run would cost this member, and whether it can start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The price.
    pub quote: Quote,
    /// What is there to spend.
    pub available: Credits,
    /// The plan it asks for, if the member's does not reach it.
    pub needs: Option<Plan>,
}

impl Offer {
    /// How many credits are missing.
    pub fn missing(&self) -> Credits {
        let missing = self.quote.credits.amount() - self.available.amount();
        Credits::new(missing.max(0))
    }
}

impl StartKey {
    /// Reads a key: 1 to 100 visible ASCII characters.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (1..=KEY_CHARS_MAX).contains(&text.len());
        (fits && text.bytes().all(|b| b.is_ascii_graphic())).then(|| Self(text.to_owned()))
    }

    /// A key nobody else has.
    pub fn fresh() -> Self {
        Self(format!("{:032x}", rand::rng().random::<u128>()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Engine {
    /// Says what an order would cost, without starting anything.
    pub async fn offer(&self, member: &Member, order: &Order) -> Result<Offer, StartError> {
        let (model, quote) = self.priced(order)?;
        let available = self.balance(member.id).await?.available();
        let needs = (!member.plan.reaches(model.tier)).then(|| model.tier.cheapest_plan());
        Ok(Offer {
            quote,
            available,
            needs,
        })
    }

    /// Starts a generation: checks the plan, holds the credits, writes everything down, all in
    /// one transaction. A provider is called only afterwards, by the worker.
    pub async fn start(
        &self,
        member: &Member,
        order: Order,
        key: Option<StartKey>,
    ) -> Result<Started, StartError> {
        let id = GenerationId::new(self.now());
        let intent = self.intent(member.id, order, id, key)?;
        let lane = Lane::Member(member.id);
        let started: Started = self
            .store()
            .write(lane, move |tx| Box::pin(intent.write_down(tx)))
            .await?;
        if !started.replayed {
            let change = Change::Generation(started.generation.id);
            self.live().publish(member.id, change);
            self.0.bell.notify_one();
        }
        Ok(started)
    }

    /// Stops a generation. One that no provider has seen ends at once and its credits come back;
    /// one that is running is asked to stop, and ends as the provider answers.
    pub async fn cancel(
        &self,
        member: &Member,
        id: GenerationId,
    ) -> Result<Generation, CancelError> {
        let (now, engine, owner) = (self.now(), self.clone(), member.id);
        let stopped: Generation = self
            .store()
            .write(Lane::Member(owner), move |tx| {
                Box::pin(async move {
                    let found = generations::of_member(tx, owner, id).await?;
                    let generation = found.ok_or(CancelError::NotFound)?;
                    if generation.state.has_ended() {
                        return Err(CancelError::Ended(generation.state.slug()));
                    }
                    let stopped = if generation.state == GenerationState::Queued {
                        let title = engine.title_of(&generation);
                        settle::end(tx, generation.cancel(now)?, &title, now).await?
                    } else {
                        generations::save(tx, &generation.ask_to_cancel(now)?).await?
                    };
                    jobs::hurry(tx, Job::DRIVE, id.as_uuid(), now).await?;
                    let node = &engine.0.parts.node;
                    nexora_store::live::notify(tx, node, owner, Some(id)).await?;
                    Ok(stopped)
                })
            })
            .await?;
        self.live().publish(owner, Change::Generation(id));
        self.0.bell.notify_one();
        Ok(stopped)
    }

    /// Everything a start of this order will write, under this id.
    pub(crate) fn intent(
        &self,
        member: MemberId,
        order: Order,
        id: GenerationId,
        key: Option<StartKey>,
    ) -> Result<Intent, StartError> {
        let (model, quote) = self.priced(&order)?;
        let fingerprint = order.fingerprint();
        let order = with_seed(order, model);
        Ok(Intent {
            generation: Generation::new(id, member, order, quote, self.now()),
            model: model.clone(),
            key: key.map(|key| key.0),
            fingerprint,
            waiting_max: self.settings().waiting_max,
            node: self.0.parts.node.clone(),
        })
    }

    fn priced(&self, order: &Order) -> Result<(&Model, Quote), StartError> {
        let model = self.catalog().find(order.model.as_str());
        let quoted = model.zip(order.quote(self.catalog()));
        let (model, quote) = quoted.ok_or_else(|| StartError::ModelOff {
            model: order.model.to_string(),
        })?;
        let providers = self.providers();
        let can_run = |route: &nexora_core::Route| providers.get(route.provider).is_some();
        if model.routes.iter().any(can_run) {
            Ok((model, quote))
        } else {
            Err(StartError::ModelOff {
                model: model.title.clone(),
            })
        }
    }
}

/// A model that rolls dice gets its seed from us, so that every result can be made again.
fn with_seed(order: Order, model: &Model) -> Order {
    let rolled = |seed_max| rand::rng().random_range(0..=seed_max);
    let seed = order.seed.or_else(|| model.params.seed_max.map(rolled));
    Order { seed, ..order }
}

/// Everything a start writes, prepared before the transaction opens.
pub(crate) struct Intent {
    generation: Generation,
    model: Model,
    key: Option<String>,
    fingerprint: String,
    waiting_max: Option<u32>,
    node: String,
}

impl Intent {
    /// The price that will be held.
    pub(crate) const fn price(&self) -> Credits {
        self.generation.quote.credits
    }

    /// Writes everything down, or nothing.
    pub(crate) async fn write_down(self, tx: &mut Tx<'_>) -> Result<Started, StartError> {
        if let Some(earlier) = self.earlier(tx).await? {
            return Ok(earlier);
        }
        self.check_plan(tx).await?;
        self.place(tx).await
    }

    /// The id of what is to be started.
    pub(crate) const fn id(&self) -> GenerationId {
        self.generation.id
    }

    /// Which model, for how much.
    pub(crate) fn part(&self) -> (String, Credits) {
        (self.model.title.clone(), self.generation.quote.credits)
    }

    /// Holds the credits and writes the generation down, for a member whose plan was looked at.
    pub(crate) async fn place(mut self, tx: &mut Tx<'_>) -> Result<Started, StartError> {
        self.check_waiting(tx).await?;
        self.check_cast(tx).await?;
        let begun_with = self.take_pictures(tx).await?;
        let generation = &self.generation;
        let (owner, id, now) = (generation.member, generation.id, generation.created_at);
        let need = generation.quote.credits;
        let balance = credits::hold(tx, owner, id, need, &self.model.title, now)
            .await
            .map_err(|refused| match refused {
                HoldError::Insufficient { available } => StartError::Insufficient {
                    need,
                    have: available,
                },
                HoldError::Store(error) => error.into(),
            })?;
        generations::insert(tx, generation).await?;
        inputs::insert(tx, id, &begun_with).await?;
        jobs::enqueue(tx, Job::DRIVE, id.as_uuid(), Some(owner), now, now).await?;
        nexora_store::live::notify(tx, &self.node, owner, Some(id)).await?;
        Ok(Started {
            generation: self.generation,
            balance,
            replayed: false,
        })
    }

    /// What was started under this key before, if anything was.
    async fn earlier(&self, tx: &mut Tx<'_>) -> Result<Option<Started>, StartError> {
        let Some(key) = &self.key else {
            return Ok(None);
        };
        let generation = &self.generation;
        let (owner, id, now) = (generation.member, generation.id, generation.created_at);
        if generations::insert_key(tx, owner, key, &self.fingerprint, id, now).await? {
            return Ok(None);
        }
        match generations::by_key(tx, owner, key).await? {
            Some((id, fingerprint)) if fingerprint == self.fingerprint => {
                let found = generations::by_id(tx, id).await?;
                let gone = StoreError::Corrupt(format!("a key names {id}, which is not there"));
                Ok(Some(Started {
                    generation: found.ok_or(gone)?,
                    balance: credits::balance(tx, owner, now).await?,
                    replayed: true,
                }))
            }
            Some(_) => Err(StartError::KeyReused),
            None => Err(StoreError::Contended.into()),
        }
    }

    /// Takes the pictures into use, and the shape of the first of them if that was wished.
    async fn take_pictures(&mut self, tx: &mut Tx<'_>) -> Result<Vec<Input>, StartError> {
        let owner = self.generation.member;
        let mut taken = Vec::new();
        for wanted in self.generation.order.inputs.all() {
            let picture = pictures::take(tx, owner, wanted).await?;
            taken.push(picture.map_err(StartError::Unusable)?);
        }
        if let Some(first) = taken.first() {
            let order = self.generation.order.clone();
            self.generation.order = order.shaped_like(first.width, first.height, &self.model);
        }
        Ok(taken.into_iter().map(|it| it.input).collect())
    }

    /// Characters are the member's own, trained, and part of a plan.
    async fn check_cast(&self, tx: &mut Tx<'_>) -> Result<(), StartError> {
        let generation = &self.generation;
        let Some(id) = generation.order.character else {
            return Ok(());
        };
        let (owner, now) = (generation.member, generation.created_at);
        if !users::plan_of(tx, owner, now).await?.reaches(CAST_TIER) {
            return Err(StartError::Locked {
                model: format!("{} with a character", self.model.title),
                tier: CAST_TIER,
                needs: CAST_TIER.cheapest_plan(),
                price: generation.quote.credits,
            });
        }
        let found = characters::by_id(tx, id).await?;
        let found = found.filter(|character| character.member == owner);
        let character = found.ok_or(StartError::NoCharacter)?;
        if character.state == CharacterState::Ready {
            return Ok(());
        }
        let name = character.name;
        Err(StartError::Untrained { name })
    }

    async fn check_waiting(&self, tx: &mut Tx<'_>) -> Result<(), StartError> {
        let Some(waiting_max) = self.waiting_max else {
            return Ok(());
        };
        let owner = self.generation.member;
        if generations::active_of(tx, owner, waiting_max).await? >= waiting_max {
            return Err(StartError::TooManyWaiting { waiting_max });
        }
        Ok(())
    }

    /// Whether the member's plan reaches the model, and nothing stands against spending.
    pub(crate) async fn check_plan(&self, tx: &mut Tx<'_>) -> Result<(), StartError> {
        let (owner, now) = (self.generation.member, self.generation.created_at);
        let rights = users::rights_of(tx, owner, now).await?;
        if rights.is_frozen {
            return Err(StartError::Frozen);
        }
        let tier = self.model.tier;
        if rights.plan.reaches(tier) {
            return Ok(());
        }
        Err(StartError::Locked {
            model: self.model.title.clone(),
            tier,
            needs: tier.cheapest_plan(),
            price: self.generation.quote.credits,
        })
    }
}

impl StartError {
    /// What several cost together.
    pub fn sum(parts: &[(String, Credits)]) -> Credits {
        let all = parts.iter().map(|(_, price)| price.amount());
        Credits::new(all.fold(0, i64::saturating_add))
    }
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Locked {
                model,
                needs,
                price,
                ..
            } => write!(
                f,
                "{model} needs the {needs} plan (${} a month). It costs {price} a run. \
                 Nothing was charged.",
                needs.price_cents() / 100
            ),
            Self::Insufficient { need, have } => write!(
                f,
                "This costs {need} and you have {}. Nothing was charged. \
                 Choose a cheaper model or get more credits.",
                have.amount()
            ),
            Self::TooDearTogether { parts, have } => {
                let each = parts.iter();
                let each = each.map(|(model, price)| format!("{model} {}", price.amount()));
                write!(
                    f,
                    "Together these cost {} ({}) and you have {}. Nothing was charged. \
                     Leave one out or get more credits.",
                    Self::sum(parts),
                    each.collect::<Vec<_>>().join(", "),
                    have.amount()
                )
            }
            Self::Frozen => f.write_str(
                "This account is on hold because a payment was reported as stolen. \
                 Nothing was charged. Write to us and we look into it.",
            ),
            Self::KeyReused => f.write_str(
                "This key was used before for a different order. Nothing was started; \
                 send the order again with a new key.",
            ),
            Self::TooManyWaiting { waiting_max } => write!(
                f,
                "You have {waiting_max} generations waiting already. Nothing was charged. \
                 Try again when some of them have ended."
            ),
            Self::Unusable(unusable) => unusable.fmt(f),
            Self::NoCharacter => f.write_str(
                "This character is not among yours any more. Nothing was charged. \
                 Choose another one, or none.",
            ),
            Self::Untrained { name } => write!(
                f,
                "{name} is not trained yet. Nothing was charged. Wait until their card says \
                 Ready, or leave them out."
            ),
            Self::ModelOff { model } => write!(
                f,
                "{model} is not switched on in this studio. Nothing was charged. \
                 Choose another model."
            ),
            Self::Engine(_) => f.write_str(
                "Something went wrong on our side. Nothing was charged. Try again in a moment.",
            ),
        }
    }
}

impl std::error::Error for StartError {}

impl<E: Into<EngineError>> From<E> for StartError {
    fn from(error: E) -> Self {
        Self::Engine(error.into())
    }
}

impl fmt::Display for CancelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound => f.write_str("You have no such generation."),
            Self::Ended(state) => write!(f, "It is {state} already; there is nothing to stop."),
            Self::Engine(_) => {
                f.write_str("Something went wrong on our side. Try again in a moment.")
            }
        }
    }
}

impl std::error::Error for CancelError {}

impl<E: Into<EngineError>> From<E> for CancelError {
    fn from(error: E) -> Self {
        Self::Engine(error.into())
    }
}
