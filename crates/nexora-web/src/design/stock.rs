//! Sample data: one member, one catalog, one run in every state. All of it fixed, so that a
//! rendered sample is the same on every machine and every day.
#![expect(
    clippy::expect_used,
    reason = "fixed texts that the test below parses on every run"
)]

use nexora_core::generation::{Progress, RunBy};
use nexora_core::ledger::{Entry, Movement, Seal};
use nexora_core::{
    Asset, Catalog, Credits, DisplayName, Email, Failure, Generation, MediaKind, Member, Order,
    Plan, Provider, Refusal, Timestamp,
};

use crate::components::ledger::Line;
use crate::components::{BalanceView, Here, Run, Shell, Shop};

/// When every sample page is drawn: 23 November 2026, 16:05 UTC.
pub(super) const NOW: Timestamp = Timestamp::from_ms(1_795_449_900_000);

/// A `ThumbHash` of a sunset over water.
const PLACEHOLDER: [u8; 25] = [
    0xd5, 0x07, 0x12, 0x1d, 0x04, 0x67, 0x87, 0x8f, 0x77, 0x57, 0x87, 0x48, 0x87, 0x77, 0x87, 0x98,
    0x77, 0x58, 0x09, 0x85, 0x7f, 0x36, 0x48, 0x88, 0x87,
];

/// Everything the samples are made of.
#[derive(Debug)]
pub struct Stock {
    /// The catalog that ships with the product.
    pub catalog: Catalog,
    /// Who is signed in.
    pub member: Member,
    works: Vec<Work>,
    entries: Vec<Entry>,
}

/// One run and what its card needs besides.
#[derive(Debug)]
struct Work {
    name: &'static str,
    generation: Generation,
    assets: Vec<Asset>,
    place: Option<u32>,
}

/// The sample data.
pub fn stock() -> Stock {
    let catalog = Catalog::built_in().expect("the built-in catalog is checked by its own tests");
    let member = Member {
        id: id(1),
        display_name: DisplayName::parse("Ada Marlow").expect("a short name"),
        email: Email::parse("ada@example.com").expect("a plain address"),
        plan: Plan::Free,
        created_at: ago(40 * 24 * 60),
    };
    let works = works(&catalog);
    let entries = entries(&member, &works);
    Stock {
        catalog,
        member,
        works,
        entries,
    }
}

impl Stock {
    /// What the member may order.
    pub fn shop(&self) -> Shop<'_> {
        Shop {
            catalog: &self.catalog,
            plan: self.member.plan,
            off: &[],
        }
    }

    /// The frame of a page for the member.
    pub fn shell<'a>(&'a self, title: &'a str, here: Here) -> Shell<'a> {
        Shell {
            title,
            member: Some(&self.member),
            balance: Some(BalanceView {
                available: Credits::new(15),
                held: Credits::new(8),
            }),
            here,
            sandbox: true,
            flash: None,
            live: false,
        }
    }

    /// One run in every state of a generation, with the name of the sample.
    pub fn runs(&self) -> Vec<(&'static str, Run<'_>)> {
        self.works
            .iter()
            .map(|work| (work.name, self.run(work)))
            .collect()
    }

    /// A journal with every kind of line, newest first.
    pub fn lines(&self) -> Vec<Line<'_>> {
        let mut available = 0;
        let mut lines: Vec<Line<'_>> = Vec::new();
        for entry in &self.entries {
            use nexora_core::ledger::Account::Available;
            match (entry.from, entry.to) {
                (_, Available) => available += entry.amount.amount(),
                (Available, _) => available -= entry.amount.amount(),
                _ => {}
            }
            let available_after = Some(Credits::new(available));
            lines.push(Line {
                entry,
                available_after,
            });
        }
        lines.reverse();
        lines
    }

    fn run<'a>(&'a self, work: &'a Work) -> Run<'a> {
        Run {
            generation: &work.generation,
            model: self.catalog.find(work.generation.order.model.as_str()),
            assets: &work.assets,
            place: work.place,
            now: NOW,
        }
    }
}

/// The sample id with this number.
pub(super) fn id<I: std::str::FromStr + Prefixed>(number: u64) -> I {
    let text = format!("{}_0193{number:028x}", I::NAME);
    text.parse()
        .ok()
        .expect("four and twenty-eight hexadecimal digits are an id")
}

/// An id that can be made up for a sample.
pub(super) trait Prefixed {
    /// What its text begins with.
    const NAME: &'static str;
}

macro_rules! prefixed {
    ($($id:ident),*) => { $(impl Prefixed for nexora_core::$id {
        const NAME: &'static str = nexora_core::$id::PREFIX;
    })* };
}

prefixed!(MemberId, GenerationId, AssetId, GrantId, SessionId);

/// `minutes` before the samples are drawn.
pub(super) fn ago(minutes: i64) -> Timestamp {
    Timestamp::from_ms(NOW.as_ms() - minutes * 60_000)
}

fn works(catalog: &Catalog) -> Vec<Work> {
    let mut works = pending(catalog);
    works.extend(ready(catalog));
    works.extend(without_result(catalog));
    works
}

fn ordered(catalog: &Catalog, number: u64, minutes: i64, pairs: &[(&str, &str)]) -> Generation {
    let order = Order::parse(None, pairs.iter().copied(), catalog).expect("a sample order");
    let quote = order.quote(catalog).expect("a model of the catalog");
    Generation::new(id(number), id(1), order, quote, ago(minutes))
}

fn submitted(generation: Generation, provider: Provider, upstream: &str) -> Generation {
    let run_by = RunBy {
        provider,
        upstream: upstream.to_owned(),
    };
    let at = generation.created_at;
    generation.begin(run_by, at).expect("it was queued")
}

fn running(generation: Generation, progress: Progress) -> Generation {
    let at = generation.created_at;
    submitted(generation, Provider::Fal, "fal-ai/wan-t2v")
        .accept("ticket".to_owned(), at)
        .and_then(|it| it.advance(progress, at))
        .expect("it was submitted")
}

fn pending(catalog: &Catalog) -> Vec<Work> {
    let clip = |number, minutes, words| {
        let pairs = [("model", "wan-2.1-turbo"), ("prompt", words)];
        ordered(catalog, number, minutes, &pairs)
    };
    let work = |name, generation, place| Work {
        name,
        generation,
        assets: Vec::new(),
        place,
    };
    let percent = Progress {
        percent: Some(62),
        queue_position: None,
        line: Some("Denoising, step 31 of 50".to_owned()),
    };
    let waiting = Progress {
        percent: None,
        queue_position: Some(3),
        line: None,
    };
    let mut stopping = running(
        clip(14, 1, "A kite over a salt flat, wide"),
        Progress::default(),
    );
    stopping.cancel_requested = true;
    let saving = running(
        clip(16, 1, "Fog rolling over a black sand beach"),
        Progress::default(),
    );
    vec![
        work(
            "queued",
            clip(11, 0, "A paper boat in a storm drain, macro, rain"),
            Some(2),
        ),
        work(
            "submitting",
            submitted(
                ordered(
                    catalog,
                    12,
                    0,
                    &[
                        ("model", "flux-schnell"),
                        ("prompt", "A lighthouse made of glass"),
                    ],
                ),
                Provider::Replicate,
                "black-forest-labs/flux-schnell",
            ),
            None,
        ),
        work(
            "running, with a percentage",
            running(
                clip(13, 1, "Golden hour over a mountain lake, slow dolly"),
                percent,
            ),
            None,
        ),
        work(
            "running, in the provider's line",
            running(
                clip(15, 0, "A train crossing a viaduct in snow, aerial"),
                waiting,
            ),
            None,
        ),
        work("running, asked to stop", stopping, None),
        work(
            "saving",
            saving.save("urls".to_owned(), NOW).expect("it was running"),
            None,
        ),
        work(
            "unknown",
            submitted(
                clip(17, 4, "Ink blooming in water, top light"),
                Provider::Fal,
                "fal-ai/wan-t2v",
            )
            .lose_sight(Timestamp::from_ms(NOW.as_ms() + 3_600_000), NOW)
            .expect("it was submitted"),
            None,
        ),
    ]
}

fn ready(catalog: &Catalog) -> Vec<Work> {
    let finished = |generation: Generation, provider, upstream: &str| {
        let quote = generation.quote;
        let at = Timestamp::from_ms(generation.created_at.as_ms() + 42_000);
        submitted(generation, provider, upstream)
            .finish(quote.credits, at)
            .expect("it was submitted")
    };
    let clip = finished(
        ordered(
            catalog,
            21,
            9,
            &[
                ("model", "wan-2.1-turbo"),
                (
                    "prompt",
                    "Aurora mirrored in a frozen lake, slow push-in, stars overhead",
                ),
                ("negative_prompt", "people, text"),
                ("seed", "27"),
            ],
        ),
        Provider::Fal,
        "fal-ai/wan-t2v",
    );
    let mut picture = finished(
        ordered(
            catalog,
            22,
            31,
            &[
                ("model", "flux-schnell"),
                (
                    "prompt",
                    "A perfume bottle on a rose plinth, soft studio light, fine drops",
                ),
                ("count", "3"),
            ],
        ),
        Provider::Replicate,
        "black-forest-labs/flux-schnell",
    );
    picture.favourite = true;
    let clip_assets = vec![asset(&clip, 31, (1280, 720))];
    let picture_assets = (0..3)
        .map(|n| asset(&picture, 41 + n, (1024, 1024)))
        .collect();
    let work = |name, generation, assets| Work {
        name,
        generation,
        assets,
        place: None,
    };
    vec![
        work("ready, a clip", clip, clip_assets),
        work(
            "ready, three pictures, a favourite",
            picture,
            picture_assets,
        ),
    ]
}

fn without_result(catalog: &Catalog) -> Vec<Work> {
    let picture = |number, minutes, words| {
        let pairs = [("model", "flux-schnell"), ("prompt", words)];
        submitted(
            ordered(catalog, number, minutes, &pairs),
            Provider::Replicate,
            "black-forest-labs/flux-schnell",
        )
    };
    let ended = |name, generation: Result<Generation, _>| Work {
        name,
        generation: generation.expect("it was submitted"),
        assets: Vec::new(),
        place: None,
    };
    let down = Failure::ProviderDown {
        provider: "Replicate".to_owned(),
    };
    let declined = Refusal {
        provider: "Replicate".to_owned(),
        detail: "the prompt may show a real person".to_owned(),
    };
    vec![
        ended(
            "failed",
            picture(51, 62, "A heron over reeds at dawn").fail(down, ago(61)),
        ),
        ended(
            "refused",
            picture(52, 130, "A famous singer at a press conference").refuse(declined, ago(130)),
        ),
        ended(
            "cancelled",
            picture(53, 1_500, "A city of paper lanterns").cancel(ago(1_499)),
        ),
    ]
}

fn asset(generation: &Generation, number: u64, (width, height): (u32, u32)) -> Asset {
    let kind = generation.order.kind;
    let content_type = match kind {
        MediaKind::Image => "image/webp",
        MediaKind::Video => "video/mp4",
    };
    Asset {
        id: id(number),
        generation: generation.id,
        member: generation.member,
        position: 0,
        kind,
        content_type: content_type.to_owned(),
        key: format!("sample/{number}"),
        size_bytes: 1_840_000,
        width,
        height,
        duration_ms: (kind == MediaKind::Video).then_some(5_000),
        poster_key: Some(format!("sample/{number}-poster")),
        thumbnail_key: Some(format!("sample/{number}-thumb")),
        placeholder: PLACEHOLDER.to_vec(),
        created_at: generation.created_at,
    }
}

fn entries(member: &Member, works: &[Work]) -> Vec<Entry> {
    let of = |state: &str| {
        works
            .iter()
            .find(|work| work.generation.state.slug() == state)
            .expect("a sample of every state")
    };
    let (made, failed) = (&of("ready").generation, &of("failed").generation);
    let held = &of("queued").generation;
    let movements = [
        Movement::grant(id(1), Credits::STARTER, "starter credits, welcome"),
        Movement::grant(id(2), Credits::new(20), "a month on the Growth plan"),
        Movement::hold(failed.id, Credits::new(5), "a picture with FLUX Schnell"),
        Movement::release(failed.id, Credits::new(5), "Replicate could not be reached"),
        Movement::hold(made.id, Credits::new(8), "a clip with Wan 2.1 Turbo"),
        Movement::charge(made.id, Credits::new(8), "your clip is in your library"),
        Movement::expire(id(2), Credits::new(4), "the month ended"),
        Movement::correct_up(id(3), Credits::new(3), "sorry about Tuesday"),
        Movement::correct_down(id(3), Credits::new(3), "granted twice by mistake"),
        Movement::hold(held.id, Credits::new(8), "a clip with Wan 2.1 Turbo"),
    ];
    let mut previous = Seal::FIRST;
    let mut entries = Vec::new();
    for (number, movement) in (1..).zip(movements) {
        let at = ago(200 - number * 19);
        let entry = Entry::seal(movement, member.id, number, previous, at);
        previous = entry.seal;
        entries.push(entry);
    }
    entries
}

#[cfg(test)]
mod tests {
    use nexora_core::GenerationState;

    use super::*;

    #[test]
    fn the_samples_cover_every_state() {
        let stock = stock();
        let mut shown: Vec<_> = stock
            .runs()
            .iter()
            .map(|(_, run)| run.generation.state.slug())
            .collect();
        shown.sort_unstable();
        shown.dedup();
        let mut all = GenerationState::SLUGS.to_vec();
        all.sort_unstable();
        assert_eq!(shown, all);
    }
}
