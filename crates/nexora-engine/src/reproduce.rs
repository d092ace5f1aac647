//! The same once more: whether a run can be made again, and whether it was.

use std::fmt;

use bytes::Bytes;
use nexora_core::comparison::{Evidence, Judgement, Purpose};
use nexora_core::pixels::Verdict;
use nexora_core::{Asset, Generation, GenerationId, GenerationState, MediaKind, Model, Order};
use nexora_store::{assets, comparisons};
use tracing::warn;

use crate::{Engine, EngineError, media};

/// Why a run cannot be made again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Irreproducible {
    /// It made nothing.
    NoResult,
    /// Its model takes no seed.
    NoSeed {
        /// The model's name.
        model: String,
    },
    /// What made it is not asked any more.
    MakerGone {
        /// The model's name.
        model: String,
    },
}

impl Engine {
    /// The order that makes a run again: the same model, maker, seed and settings.
    pub fn once_more(&self, run: &Generation) -> Result<Order, Irreproducible> {
        let made_by = run.run_by.as_ref();
        let made_by = made_by.filter(|_| run.state == GenerationState::Ready);
        let made_by = made_by.ok_or(Irreproducible::NoResult)?;
        let id = run.order.model.as_str();
        let model = self.catalog().find(id);
        let title = || model.map_or(id, |model| &model.title).to_owned();
        if run.order.seed.is_none() || !model.is_some_and(Model::can_reproduce) {
            return Err(Irreproducible::NoSeed { model: title() });
        }
        let mut routes = model.into_iter().flat_map(|model| &model.routes);
        let is_there = routes.any(|route| {
            route.provider == made_by.provider
                && route.upstream_for(&run.order.inputs) == made_by.upstream
                && self.providers().get(route.provider).is_some()
        });
        if is_there {
            Ok(run.order.once_more(made_by.provider))
        } else {
            Err(Irreproducible::MakerGone { model: title() })
        }
    }

    /// How far what was made is from what it makes again; `None` if it makes nothing again, or the
    /// original is gone.
    pub(crate) async fn judge(&self, made: &Generation, outputs: &[Asset]) -> Option<Judgement> {
        made.order.only?;
        let originals = match self.originals_of(made.id).await {
            Ok(originals) => originals?,
            Err(trouble) => {
                warn!(generation = %made.id, "its original cannot be read: {trouble}");
                return None;
            }
        };
        let mut judged: Option<Judgement> = None;
        for (original, output) in originals.iter().zip(outputs) {
            let one = self.judge_one(original, output).await?;
            // Of several outputs the farthest tells.
            let is_farther = |known: Judgement| farness(one) > farness(known);
            if judged.is_none_or(is_farther) {
                judged = Some(one);
            }
        }
        judged
    }

    /// The outputs of the run that this one makes again.
    async fn originals_of(&self, run: GenerationId) -> Result<Option<Vec<Asset>>, EngineError> {
        self.read(move |tx| {
            Box::pin(async move {
                let found = comparisons::of_run(tx, run).await?;
                match found.map(|comparison| comparison.purpose) {
                    Some(Purpose::Reproduction(original)) => {
                        assets::of_generation(tx, original).await.map(Some)
                    }
                    Some(Purpose::Models | Purpose::Variations(_)) | None => Ok(None),
                }
            })
        })
        .await
    }

    async fn judge_one(&self, original: &Asset, made: &Asset) -> Option<Judgement> {
        if original.key == made.key {
            // Keys name the hash of the bytes.
            return Some(Judgement {
                verdict: Verdict::Same,
                by: Evidence::Bytes,
                distance: None,
            });
        }
        let (by, left, right) = match made.kind {
            MediaKind::Image => (Evidence::Pixels, &original.key, &made.key),
            MediaKind::Video => {
                let posters = (original.poster_key.as_ref()?, made.poster_key.as_ref()?);
                (Evidence::Posters, posters.0, posters.1)
            }
        };
        let (left, right) = (self.file(left).await?, self.file(right).await?);
        let _turn = self.0.imaging.acquire().await;
        let compared = tokio::task::spawn_blocking(move || media::distance(&left, &right));
        let distance = compared.await.ok()?;
        Some(Judgement {
            verdict: distance.map_or(Verdict::Different, nexora_core::pixels::Distance::verdict),
            by,
            distance,
        })
    }

    async fn file(&self, key: &str) -> Option<Bytes> {
        self.whole_file(key).await.ok()
    }
}

/// A number that is larger for what is farther apart.
fn farness(judged: Judgement) -> u32 {
    match (judged.verdict, judged.distance) {
        (Verdict::Same, _) => 0,
        (_, Some(distance)) => distance.mean_millionths,
        (_, None) => u32::MAX,
    }
}

impl fmt::Display for Irreproducible {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoResult => f.write_str(
                "Only a result can be made again, and this run has none. Nothing was charged.",
            ),
            Self::NoSeed { model } => write!(
                f,
                "{model} takes no seed: every run rolls dice of its own, so the same cannot be made \
                 again. Nothing was charged."
            ),
            Self::MakerGone { model } => write!(
                f,
                "What made this is not asked for {model} any more, so the same cannot be made \
                 again. Nothing was charged."
            ),
        }
    }
}

impl std::error::Error for Irreproducible {}
