//! A storyboard: up to twelve shots in order, a still of each first, and clips of those that were
//! approved.

mod shot;

use std::fmt;

use crate::catalog::{AspectRatio, Catalog, Model};
use crate::clock::Timestamp;
use crate::credits::Credits;
use crate::id::{BoardId, MemberId, ShotId};
use crate::member::Unfit;
use crate::order::FieldError;

pub use shot::{SHOT_FIELDS, Shot, ShotPlan};

/// The model that films shots.
pub const CLIP_MODEL: &str = "director";
/// The model that makes stills unless another one is chosen: it knows characters.
pub const STILL_MODEL: &str = "soul-2";
/// Most shots on one board: what a contact sheet shows at a glance.
pub const SHOTS_MAX: usize = 12;
/// The fields of a board's own form.
pub const BOARD_FIELDS: [&str; 3] = ["title", "aspect_ratio", "cap"];
/// Fits on a card, and into the name of a file.
const TITLE_CHARS_MAX: usize = 60;
/// Far above what twelve shots can cost.
const CAP_MAX: i64 = 1_000_000;

/// A storyboard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Board {
    /// Its id.
    pub id: BoardId,
    /// Whose it is.
    pub member: MemberId,
    /// What its owner says about it.
    pub brief: Brief,
    /// Its shots, in order.
    pub shots: Vec<Shot>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When anything on it changed last.
    pub updated_at: Timestamp,
    /// Counts changes, so that two of them cannot overwrite each other.
    pub version: u32,
}

/// What a whole board is told: its name, its shape, and what it may cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brief {
    /// What it is called.
    pub title: BoardTitle,
    /// The shape of every clip on it.
    pub ratio: AspectRatio,
    /// What its stills and clips may cost together; nothing is started beyond it.
    pub cap: Option<Credits>,
}

/// A name to show: 1 to 60 characters on one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BoardTitle(String);

/// Where a shot goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shift {
    /// One place towards the front.
    Up,
    /// One place towards the end.
    Down,
    /// To this place, from 0; beyond the end is the end.
    To(usize),
}

impl Brief {
    /// Reads a brief from named texts. All faults are reported at once.
    pub fn parse<'a>(
        fields: impl IntoIterator<Item = (&'a str, &'a str)>,
        catalog: &Catalog,
    ) -> Result<Self, Vec<FieldError>> {
        let mut errors = Vec::new();
        let mut texts = [""; BOARD_FIELDS.len()];
        for (name, text) in fields {
            let place = BOARD_FIELDS.iter().position(|known| *known == name);
            match place.and_then(|place| texts.get_mut(place)) {
                Some(slot) => *slot = text.trim(),
                None => errors.push(fault(name, format!("There is no field {name:?} here."))),
            }
        }
        let [title, ratio, cap] = texts;
        let title = BoardTitle::parse(title);
        let title = title.map_err(|unfit| errors.push(fault("title", unfit.to_string())));
        let ratio = read_ratio(ratio, catalog);
        let ratio = ratio.map_err(|message| errors.push(fault("aspect_ratio", message)));
        let cap = read_cap(cap).map_err(|message| errors.push(fault("cap", message)));
        match (title, ratio, cap, errors.is_empty()) {
            (Ok(title), Ok(ratio), Ok(cap), true) => Ok(Self { title, ratio, cap }),
            _ => Err(errors),
        }
    }
}

/// The shapes a board can have: those of the model that films.
pub fn ratios(catalog: &Catalog) -> &[AspectRatio] {
    let model = catalog.find(CLIP_MODEL);
    model.map_or(&[], |model| &model.params.aspect_ratios)
}

/// The models that can make stills for a board: pictures from words alone.
pub fn still_models(catalog: &Catalog) -> impl Iterator<Item = &Model> {
    let pictures = catalog.of_kind(crate::asset::MediaKind::Image);
    pictures.filter(|model| !model.params.frames.as_ref().is_some_and(|it| it.required))
}

fn read_ratio(text: &str, catalog: &Catalog) -> Result<AspectRatio, String> {
    let shapes = ratios(catalog);
    let found = match text {
        "" => shapes.first(),
        text => shapes.iter().find(|shape| shape.to_string() == text),
    };
    found.copied().ok_or_else(|| {
        let known: Vec<String> = shapes.iter().map(ToString::to_string).collect();
        format!("A board has one of these shapes: {}.", known.join(", "))
    })
}

fn read_cap(text: &str) -> Result<Option<Credits>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let read = text.parse().ok();
    let cap = read.filter(|cap| (1..=CAP_MAX).contains(cap));
    let cap = cap.map(|cap| Some(Credits::new(cap)));
    cap.ok_or_else(|| format!("A cap is a whole number of credits from 1 to {CAP_MAX}, or empty."))
}

fn fault(field: &str, message: String) -> FieldError {
    // A name from outside is cut: it goes into the answer.
    let field = field.chars().take(40).collect();
    let message = message.chars().take(300).collect();
    FieldError { field, message }
}

impl Board {
    /// The shot with this id.
    pub fn shot(&self, id: ShotId) -> Option<&Shot> {
        self.shots.iter().find(|shot| shot.id == id)
    }

    /// The shot with this id, to be changed.
    pub fn shot_mut(&mut self, id: ShotId) -> Option<&mut Shot> {
        self.shots.iter_mut().find(|shot| shot.id == id)
    }

    /// The place of a shot as people count, from 1; 0 if it is not there.
    pub fn number(&self, id: ShotId) -> usize {
        let place = self.shots.iter().position(|shot| shot.id == id);
        place.map_or(0, |place| place.saturating_add(1))
    }

    /// Whether there is room for another shot.
    pub fn has_room(&self) -> bool {
        self.shots.len() < SHOTS_MAX
    }

    /// Puts a copy behind a shot, under this id: what was written, and its still, which was paid
    /// for; not its clip. Whether there was such a shot, and room.
    pub fn duplicate(&mut self, id: ShotId, copy: ShotId) -> bool {
        let place = self.shots.iter().position(|shot| shot.id == id);
        let Some((place, shot)) = place.zip(self.shot(id).cloned()) else {
            return false;
        };
        if !self.has_room() {
            return false;
        }
        let copied = Shot {
            id: copy,
            clip: None,
            is_approved: false,
            ..shot
        };
        self.shots.insert(place.saturating_add(1), copied);
        true
    }

    /// Takes a shot off the board; what was made for it stays. Whether it was there.
    pub fn remove(&mut self, id: ShotId) -> bool {
        let before = self.shots.len();
        self.shots.retain(|shot| shot.id != id);
        self.shots.len() < before
    }

    /// Puts a shot elsewhere. Whether it was there.
    pub fn shift(&mut self, id: ShotId, shift: Shift) -> bool {
        let Some(from) = self.shots.iter().position(|shot| shot.id == id) else {
            return false;
        };
        let shot = self.shots.remove(from);
        let to = match shift {
            Shift::Up => from.saturating_sub(1),
            Shift::Down => from.saturating_add(1),
            Shift::To(place) => place,
        };
        self.shots.insert(to.min(self.shots.len()), shot);
        true
    }
}

impl BoardTitle {
    /// Reads a title.
    pub fn parse(text: &str) -> Result<Self, Unfit> {
        let title = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if title.is_empty() {
            return Err(Unfit("Give the board a title."));
        }
        if title.chars().count() > TITLE_CHARS_MAX {
            return Err(Unfit("A board's title has at most 60 characters."));
        }
        if title.chars().any(char::is_control) {
            return Err(Unfit("A title is made of visible characters."));
        }
        Ok(Self(title))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Shift {
    /// Reads `up`, `down`, or a place as people count, from 1.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "up" => Some(Self::Up),
            "down" => Some(Self::Down),
            place => {
                let place: usize = place.parse().ok()?;
                let place = place.checked_sub(1)?;
                (place < SHOTS_MAX).then_some(Self::To(place))
            }
        }
    }
}

impl fmt::Display for BoardTitle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_ms(1_700_000_000_000);

    fn plan(prompt: &str) -> ShotPlan {
        let catalog = Catalog::built_in().unwrap();
        ShotPlan::parse([("prompt", prompt)], &catalog).unwrap()
    }

    fn board(prompts: &[&str]) -> Board {
        let shot = |prompt: &&str| Shot::new(ShotId::new(NOW), plan(prompt));
        let catalog = Catalog::built_in().unwrap();
        Board {
            id: BoardId::new(NOW),
            member: MemberId::new(NOW),
            brief: Brief::parse([("title", "Harbour")], &catalog).unwrap(),
            shots: prompts.iter().map(shot).collect(),
            created_at: NOW,
            updated_at: NOW,
            version: 0,
        }
    }

    fn order_of(board: &Board) -> Vec<&str> {
        let shots = board.shots.iter();
        shots.map(|shot| shot.plan.prompt.as_str()).collect()
    }

    #[test]
    fn shots_go_where_they_are_put() {
        let mut harbour = board(&["a", "b", "c"]);
        let b = harbour.shots[1].id;
        assert!(harbour.shift(b, Shift::Up));
        assert_eq!(order_of(&harbour), ["b", "a", "c"]);
        assert!(harbour.shift(b, Shift::Up), "the first stays the first");
        assert_eq!(order_of(&harbour), ["b", "a", "c"]);
        assert!(harbour.shift(b, Shift::To(9)));
        assert_eq!(order_of(&harbour), ["a", "c", "b"]);
        assert!(!harbour.shift(ShotId::new(NOW), Shift::Down));
        assert_eq!(harbour.number(b), 3);
    }

    #[test]
    fn a_copy_has_the_still_and_not_the_clip() {
        let mut harbour = board(&["a", "b"]);
        let a = harbour.shots[0].id;
        harbour.shots[0].still = Some(crate::id::GenerationId::new(NOW));
        harbour.shots[0].clip = Some(crate::id::GenerationId::new(NOW));
        harbour.shots[0].is_approved = true;
        assert!(harbour.duplicate(a, ShotId::new(NOW)));
        assert_eq!(order_of(&harbour), ["a", "a", "b"]);
        let copy = &harbour.shots[1];
        assert_eq!(copy.still, harbour.shots[0].still);
        assert_eq!((copy.clip, copy.is_approved), (None, false));
        while harbour.has_room() {
            assert!(harbour.duplicate(a, ShotId::new(NOW)));
        }
        assert!(!harbour.duplicate(a, ShotId::new(NOW)));
        assert_eq!(harbour.shots.len(), SHOTS_MAX);
    }

    #[test]
    fn a_brief_says_what_is_wrong_with_it() {
        let catalog = Catalog::built_in().unwrap();
        let fields = [("title", " "), ("aspect_ratio", "5:4"), ("cap", "-1")];
        let errors = Brief::parse(fields, &catalog).unwrap_err();
        let at: Vec<&str> = errors.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(at, ["title", "aspect_ratio", "cap"]);
        assert!(Brief::parse([("title", "x"), ("colour", "red")], &catalog).is_err());
        let fields = [("title", "x"), ("aspect_ratio", "21:9"), ("cap", "500")];
        let brief = Brief::parse(fields, &catalog).unwrap();
        assert_eq!(brief.ratio.to_string(), "21:9");
        assert_eq!(brief.cap, Some(Credits::new(500)));
    }

    #[test]
    fn places_are_counted_from_one() {
        assert_eq!(Shift::parse("1"), Some(Shift::To(0)));
        for text in ["0", "13", "", "left", "-1"] {
            assert_eq!(Shift::parse(text), None, "{text}");
        }
    }
}
