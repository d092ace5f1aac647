//! The list of a board's shots: for spreadsheets, and for people.

use std::fmt::Write as _;

use nexora_core::board::Shot;
use nexora_core::direction::{LENSES, LIGHTS, MOVES, PACES, Word, find};
use nexora_core::{Asset, Character};
use nexora_engine::{Run, Storyboard};

use crate::bundle::{Content, Entry};
use crate::media::plain_slug;

/// The columns of the list, in order.
const COLUMNS: [&str; 17] = [
    "number",
    "approved",
    "prompt",
    "character",
    "move",
    "move_strength",
    "lens",
    "light",
    "pace",
    "seconds",
    "credits",
    "model",
    "route",
    "generation",
    "still_credits",
    "still_generation",
    "file",
];
/// Programs that open lists take a cell that begins like this for a formula.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// Everything that is downloaded: the clips of the film, all stills, and the list in two forms.
pub(super) fn entries(story: &Storyboard, cast: &[Character]) -> Vec<Entry> {
    let rows: Vec<Row<'_>> = rows(story, cast);
    let mut entries = vec![
        Entry {
            name: "shots.csv".to_owned(),
            content: Content::Text(csv(&rows)),
        },
        Entry {
            name: "shot-list.txt".to_owned(),
            content: Content::Text(text(story, &rows)),
        },
    ];
    for row in &rows {
        entries.extend(row.files().map(|(name, asset)| Entry {
            name,
            content: Content::Stored(asset.key.clone()),
        }));
    }
    entries
}

/// A shot with everything the list says about it.
struct Row<'a> {
    number: usize,
    shot: &'a Shot,
    who: String,
    still: Option<&'a Run>,
    clip: Option<&'a Run>,
    still_asset: Option<&'a Asset>,
    /// The clip, if it is part of the film.
    clip_asset: Option<&'a Asset>,
}

fn rows<'a>(story: &'a Storyboard, cast: &[Character]) -> Vec<Row<'a>> {
    let shots = story.board.shots.iter().zip(1..);
    let rows = shots.map(|(shot, number)| {
        let id = shot.plan.character;
        let who = cast.iter().find(|one| Some(one.id) == id);
        Row {
            number,
            shot,
            who: who.map(|one| one.name.to_string()).unwrap_or_default(),
            still: story.still(shot),
            clip: story.clip(shot),
            still_asset: story.still_asset(shot),
            clip_asset: story.clip_asset(shot).filter(|_| shot.is_approved),
        }
    });
    rows.collect()
}

impl Row<'_> {
    /// Its clip and its still, under names that sort in the order of the film.
    fn files(&self) -> impl Iterator<Item = (String, &Asset)> {
        let named = |folder: &str, asset: &Asset| {
            let slug = plain_slug(&self.shot.plan.prompt);
            let extension = asset.key.rsplit('.').next().unwrap_or("bin");
            let gap = if slug.is_empty() { "" } else { "-" };
            format!("{folder}/{:02}{gap}{slug}.{extension}", self.number)
        };
        let clip = self.clip_asset.map(|asset| (named("clips", asset), asset));
        let still = self
            .still_asset
            .map(|asset| (named("stills", asset), asset));
        clip.into_iter().chain(still)
    }

    fn cells(&self) -> [String; COLUMNS.len()] {
        let plan = &self.shot.plan;
        let how = &plan.direction;
        let id = |run: Option<&Run>| run.map(|run| run.generation.id.to_string());
        let strength = how.strength.map(|percent| format!("{percent} %"));
        let main = self.clip.or(self.still);
        let route = main.and_then(|run| run.generation.run_by.as_ref());
        let route = route.map(|by| format!("{} {}", by.provider, by.upstream));
        let model = main.map(|run| run.generation.order.model.to_string());
        let file = self.files().next().map(|(name, _)| name);
        [
            self.number.to_string(),
            if self.shot.is_approved { "yes" } else { "no" }.to_owned(),
            plan.prompt.clone(),
            self.who.clone(),
            word(MOVES, how.movement.as_deref()),
            strength.unwrap_or_default(),
            word(LENSES, how.lens.as_deref()),
            word(LIGHTS, how.light.as_deref()),
            word(PACES, how.pace.as_deref()),
            plan.seconds.to_string(),
            charged(self.clip),
            model.unwrap_or_default(),
            route.unwrap_or_default(),
            id(self.clip).unwrap_or_default(),
            charged(self.still),
            id(self.still).unwrap_or_default(),
            file.unwrap_or_default(),
        ]
    }
}

fn word(words: &'static [Word], slug: Option<&str>) -> String {
    let found = slug.and_then(|slug| find(words, slug));
    found.map(|word| word.title.to_owned()).unwrap_or_default()
}

/// What was charged for a run; 0 if it does not exist or has not ended.
fn charged(run: Option<&Run>) -> String {
    let charged = run.and_then(|run| run.generation.charged);
    charged.map_or(0, nexora_core::Credits::amount).to_string()
}

/// RFC 4180, with a mark that tells programs it is UTF-8.
fn csv(rows: &[Row<'_>]) -> String {
    let mut list = String::from("\u{feff}");
    let head = COLUMNS.map(str::to_owned);
    for cells in std::iter::once(head).chain(rows.iter().map(Row::cells)) {
        list.push_str(&cells.map(|cell| quoted(&cell)).join(","));
        list.push_str("\r\n");
    }
    list
}

fn quoted(cell: &str) -> String {
    let guard = if cell.starts_with(FORMULA) { "'" } else { "" };
    if cell.contains(['"', ',', '\n', '\r']) || !guard.is_empty() {
        format!("\"{guard}{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

/// The same for people: a paragraph a shot.
fn text(story: &Storyboard, rows: &[Row<'_>]) -> String {
    let brief = &story.board.brief;
    let mut list = format!("{}\n{}\n\n", brief.title, brief.ratio);
    for row in rows {
        let cells = row.cells();
        let named = COLUMNS.iter().zip(&cells).skip(2);
        // A text in memory takes whatever is written.
        let _ = writeln!(list, "Shot {}{}", row.number, approved(row.shot));
        for (name, cell) in named.filter(|(_, cell)| !cell.is_empty()) {
            let _ = writeln!(list, "  {:<17} {cell}", name.replace('_', " "));
        }
        list.push('\n');
    }
    list
}

const fn approved(shot: &Shot) -> &'static str {
    if shot.is_approved { ", approved" } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_stays_one_cell_and_is_no_formula() {
        assert_eq!(quoted("a pier"), "a pier");
        assert_eq!(quoted("a pier, at dawn"), "\"a pier, at dawn\"");
        assert_eq!(quoted("she says \"no\""), "\"she says \"\"no\"\"\"");
        assert_eq!(quoted("=1+1"), "\"'=1+1\"");
    }
}
