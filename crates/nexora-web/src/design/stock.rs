//! Sample data: one member, one catalog, one run in every state. All of it fixed, so that a
//! rendered sample is the same on every machine and every day.
#![expect(
    clippy::expect_used,
    reason = "fixed texts that the test below parses on every run"
)]

mod sales;
mod works;

use std::time::Duration;

use nexora_core::billing::Offers;
use nexora_core::health::Record;
use nexora_core::ledger::{Entry, Movement, Seal};
use nexora_core::{Catalog, Credits, DisplayName, Email, Member, Plan, Timestamp, Upload};

use crate::components::ledger::Line;
use crate::components::{BalanceView, Here, Lately, Run, Shell, Shop};
use works::Work;

/// When every sample page is drawn: 23 November 2026, 16:05 UTC.
pub(super) const NOW: Timestamp = Timestamp::from_ms(1_795_449_900_000);

/// Everything the samples are made of.
#[derive(Debug)]
pub struct Stock {
    /// The catalog that ships with the product.
    pub catalog: Catalog,
    /// Who is signed in.
    pub member: Member,
    /// What is for sale.
    pub offers: Offers,
    lately: Vec<Lately>,
    works: Vec<Work>,
    entries: Vec<Entry>,
}

/// How the first models of the catalog have done: well, now and then failing, nothing known, and not
/// at all.
const LATELY: [Lately; 7] = [
    told(4, 0),
    told(21, 2),
    UNTOLD,
    UNTOLD,
    UNTOLD,
    told(40, 2),
    Lately {
        record: None,
        is_in_trouble: true,
    },
];

const UNTOLD: Lately = Lately {
    record: None,
    is_in_trouble: false,
};

const fn told(usual_seconds: u64, failed_percent: u32) -> Lately {
    let wait_usual = Duration::from_secs(usual_seconds);
    Lately {
        record: Some(Record {
            runs: 50,
            wait_usual,
            wait_slow: wait_usual.saturating_mul(2),
            failed_percent,
            refused_percent: 0,
        }),
        is_in_trouble: false,
    }
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
    let works = works::works(&catalog);
    let entries = entries(&member, &works);
    Stock {
        catalog,
        member,
        offers: sales::offers(),
        lately: LATELY.to_vec(),
        works,
        entries,
    }
}

impl Stock {
    /// What the member may order.
    pub fn shop(&self) -> Shop<'_> {
        Shop {
            catalog: &self.catalog,
            sale: self.sale(self.member.plan, None),
            off: &[],
            lately: &self.lately,
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
            live: None,
            paying: None,
            can_buy: true,
            is_acted_for: false,
        }
    }

    /// One run in every state of a generation, with the name of the sample.
    pub fn runs(&self) -> Vec<(&'static str, Run<'_>)> {
        self.works
            .iter()
            .map(|work| (work.name, self.run(work)))
            .collect()
    }

    /// Two pictures the member brought along.
    pub fn uploads(&self) -> Vec<Upload> {
        let assets = self.works.iter().flat_map(|work| &work.assets).take(2);
        let uploads = (1..).zip(assets).map(|(number, asset)| Upload {
            id: id(number),
            member: self.member.id,
            content_type: "image/jpeg".to_owned(),
            key: asset.key.clone(),
            thumbnail_key: asset.key.clone(),
            size_bytes: asset.size_bytes,
            width: asset.width,
            height: asset.height,
            placeholder: asset.placeholder.clone(),
            created_at: ago(3),
            expires_at: None,
        });
        uploads.collect()
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

prefixed!(
    MemberId,
    GenerationId,
    AssetId,
    GrantId,
    SessionId,
    UploadId,
    CharacterId,
    BoardId,
    ShotId
);

/// `minutes` before the samples are drawn.
pub(super) fn ago(minutes: i64) -> Timestamp {
    Timestamp::from_ms(NOW.as_ms() - minutes * 60_000)
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
