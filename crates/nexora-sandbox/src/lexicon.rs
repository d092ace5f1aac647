//! Reads a prompt: words choose scene, palette and hour; what they leave open, a hash decides.

mod words;

use sha2::{Digest, Sha256};

use crate::paint::number::low_bits;
use crate::paint::{
    Daytime, Detail, Dice, Foreground, Outdoors, Palette, PaletteName, PlanetWish, Scene, View,
};
use crate::studio::Wish;
use words::{
    COLOURS, Entry, FOREGROUNDS, HEROES, HOURS, PLANETS, SUBJECTS, Subject, WEATHERS, Weather,
};

/// Words of a prompt that are read; the rest only changes the hash.
const WORDS_MAX: usize = 200;
/// Scenes add small numbers to their seed, so it stays well below the end of its range.
const SEED_MASK: u32 = 0x0FFF_FFFF;

/// What a wish means to the painter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Reading {
    pub(crate) scene: Scene,
    palette: PaletteName,
    /// Degrees every hue of the palette is turned by.
    hue_shift: f32,
    pub(crate) seed: u32,
}

impl Reading {
    /// The first frame at a size.
    pub(crate) fn view(&self, width: usize, height: usize, detail: Detail) -> View {
        let palette = Palette::mix(self.palette, self.hue_shift);
        View {
            width,
            height,
            seed: self.seed,
            palette,
            phase: 0.0,
            detail,
        }
    }
}

/// Reads a wish. The same wish always reads the same.
pub(crate) fn read(wish: &Wish) -> Reading {
    let hash = fingerprint(wish);
    let mut dice = Dice::new(hash);
    let wanted = words(&wish.prompt);
    let unwanted = words(&wish.negative);
    let ballot = Ballot {
        wanted: &wanted,
        unwanted: &unwanted,
    };
    let subject = ballot.winner(&SUBJECTS).unwrap_or_else(|| {
        dice.pick([
            Subject::Cosmos,
            Subject::Silk,
            Subject::Lake,
            Subject::Flame,
            Subject::Product,
            Subject::Ocean,
            Subject::Dunes,
            Subject::Aurora,
            Subject::Silk,
        ])
    });
    let named = ballot
        .winner(&COLOURS)
        .map(|name| in_material(name, subject));
    let daytime = daytime(&ballot, subject, named, &mut dice);
    let palette = named.unwrap_or_else(|| usual_palette(subject, daytime, &mut dice));
    let reach = if named.is_some() { 7.0 } else { 14.0 };
    let hue_shift = dice.between(-reach, reach);
    let scene = scene(&ballot, subject, daytime, &mut dice);
    Reading {
        scene,
        palette,
        hue_shift,
        seed: low_bits(dice.bits()) & SEED_MASK,
    }
}

/// A number that changes with every letter and with the seed, on every machine the same.
fn fingerprint(wish: &Wish) -> u64 {
    let mut hasher = Sha256::new();
    for part in [wish.prompt.trim(), wish.negative.trim()] {
        hasher.update(part.to_lowercase());
        hasher.update([0]);
    }
    hasher.update(wish.seed.to_be_bytes());
    let digest = hasher.finalize();
    digest
        .iter()
        .take(8)
        .fold(0, |number, byte| number << 8 | u64::from(*byte))
}

fn words(text: &str) -> Vec<String> {
    text.to_lowercase()
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .take(WORDS_MAX)
        .map(|word| {
            word.strip_suffix("s")
                .filter(|stem| stem.len() > 2)
                .unwrap_or(word)
                .to_owned()
        })
        .collect()
}

/// Words vote for meanings.
struct Ballot<'a> {
    wanted: &'a [String],
    unwanted: &'a [String],
}

impl Ballot<'_> {
    /// The meaning with the most votes; at a tie the one mentioned first.
    fn winner<T: Copy>(&self, entries: &[Entry<T>]) -> Option<T> {
        let mut best: Option<(i32, usize, T)> = None;
        for entry in entries {
            let votes = entry.votes(self.wanted) - entry.votes(self.unwanted);
            let first = self.wanted.iter().position(|word| entry.weight(word) > 0);
            let Some(first) = first.filter(|_| votes > 0) else {
                continue;
            };
            let is_better = best.is_none_or(|(most, earliest, _)| {
                votes > most || (votes == most && first < earliest)
            });
            if is_better {
                best = Some((votes, first, entry.meaning));
            }
        }
        best.map(|(.., meaning)| meaning)
    }
}

/// Gold is a light outdoors and a metal indoors.
fn in_material(name: PaletteName, subject: Subject) -> PaletteName {
    let is_indoors = matches!(subject, Subject::Silk | Subject::Product | Subject::Flame);
    if name == PaletteName::Golden && is_indoors {
        PaletteName::Gilded
    } else {
        name
    }
}

/// The hour that is named, or one that suits the named colour.
fn daytime(
    ballot: &Ballot<'_>,
    subject: Subject,
    named: Option<PaletteName>,
    dice: &mut Dice,
) -> Daytime {
    use Daytime::{Golden, Night, Noon};
    const SKY_COLOURS: [PaletteName; 4] = [
        PaletteName::Teal,
        PaletteName::Lagoon,
        PaletteName::Frost,
        PaletteName::Cyan,
    ];
    let rolled = dice.pick([Golden, Golden, Golden, Golden, Noon, Noon, Night]);
    if subject == Subject::Aurora {
        return Night;
    }
    let is_odd_noon = named.is_some_and(|name| !SKY_COLOURS.contains(&name));
    let rolled = if rolled == Noon && is_odd_noon {
        Golden
    } else {
        rolled
    };
    ballot.winner(&HOURS).unwrap_or(rolled)
}

fn scene(ballot: &Ballot<'_>, subject: Subject, daytime: Daytime, dice: &mut Dice) -> Scene {
    let cloudiness = match ballot.winner(&WEATHERS) {
        Some(Weather::Clear) => 0.2,
        Some(Weather::Covered) => 0.8,
        None => dice.between(0.42, 0.7),
    };
    let usual = match subject {
        Subject::Dunes => dice.pick([Foreground::Figure, Foreground::Figure, Foreground::Nothing]),
        Subject::Lake | Subject::Aurora => dice.pick([
            Foreground::Trees,
            Foreground::Trees,
            Foreground::Trees,
            Foreground::Nothing,
        ]),
        Subject::Cosmos
        | Subject::Ocean
        | Subject::Silk
        | Subject::Street
        | Subject::Product
        | Subject::Flame => Foreground::Nothing,
    };
    let foreground = ballot.winner(&FOREGROUNDS).unwrap_or(usual);
    let outdoors = Outdoors {
        daytime,
        cloudiness,
        foreground,
    };
    match subject {
        Subject::Cosmos => Scene::Cosmos(ballot.winner(&PLANETS).unwrap_or(PlanetWish::Rolled)),
        Subject::Lake => Scene::Lake(outdoors),
        Subject::Aurora => Scene::Lake(Outdoors {
            cloudiness: 0.0,
            ..outdoors
        }),
        Subject::Dunes => Scene::Dunes(outdoors),
        Subject::Ocean => Scene::Ocean(outdoors),
        Subject::Silk => Scene::Silk,
        Subject::Street => Scene::Street,
        Subject::Product => Scene::Product(ballot.winner(&HEROES)),
        Subject::Flame => Scene::Flame,
    }
}

/// A palette that suits the subject when no colour is named.
fn usual_palette(subject: Subject, daytime: Daytime, dice: &mut Dice) -> PaletteName {
    use PaletteName as P;
    match (subject, daytime) {
        (Subject::Cosmos, _) => dice.pick([
            P::Nebula,
            P::Cyan,
            P::Violet,
            P::Ember,
            P::Lagoon,
            P::Sunset,
        ]),
        (Subject::Aurora, _) => dice.pick([P::Aurora, P::Aurora, P::Lagoon, P::Violet]),
        (Subject::Silk, _) => dice.pick(P::ALL),
        (Subject::Street, _) => {
            dice.pick([P::Neon, P::Neon, P::Cyan, P::Sunset, P::Violet, P::Ember])
        }
        (Subject::Product, _) => dice.pick([
            P::Rose,
            P::Teal,
            P::Golden,
            P::Frost,
            P::Lagoon,
            P::Violet,
            P::Forest,
            P::Sunset,
        ]),
        (Subject::Flame, _) => dice.pick([
            P::Nebula,
            P::Cyan,
            P::Ember,
            P::Violet,
            P::Lagoon,
            P::Aurora,
            P::Sunset,
        ]),
        (Subject::Lake | Subject::Dunes | Subject::Ocean, Daytime::Night) => {
            dice.pick([P::Aurora, P::Cyan, P::Violet, P::Lagoon])
        }
        (Subject::Dunes, Daytime::Golden) => dice.pick([P::Golden, P::Sunset, P::Rose, P::Ember]),
        (Subject::Dunes, Daytime::Noon) => dice.pick([P::Teal, P::Golden, P::Rose]),
        (Subject::Lake | Subject::Ocean, Daytime::Golden) => {
            dice.pick([P::Golden, P::Sunset, P::Teal, P::Sunset, P::Violet])
        }
        (Subject::Lake | Subject::Ocean, Daytime::Noon) => {
            dice.pick([P::Teal, P::Lagoon, P::Frost, P::Cyan])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paint::Hero;

    fn check(prompt: &str) -> Reading {
        let (prompt, negative) = (prompt.to_owned(), String::new());
        read(&Wish {
            prompt,
            negative,
            seed: 7,
            width: 512,
            height: 512,
            given: crate::given::Given::default(),
        })
    }

    #[test]
    fn words_choose_the_scene() {
        assert_eq!(
            check("a galaxy behind a ringed world").scene,
            Scene::Cosmos(PlanetWish::Ringed)
        );
        assert_eq!(check("rainy neon street in Tokyo").scene, Scene::Street);
        assert!(matches!(check("red fox in snow").scene, Scene::Lake(_)));
        assert!(matches!(
            check("lone wanderer among desert dunes").scene,
            Scene::Dunes(_)
        ));
        assert_eq!(
            check("perfume on a podium").scene,
            Scene::Product(Some(Hero::Bottle))
        );
    }

    #[test]
    fn words_choose_palette_and_hour() {
        assert_eq!(check("purple silk").palette, PaletteName::Violet);
        let Scene::Ocean(outdoors) = check("the sea at midnight").scene else {
            panic!("not an ocean")
        };
        assert_eq!(outdoors.daytime, Daytime::Night);
    }

    #[test]
    fn unwanted_words_take_their_votes_back() {
        let mut wish = Wish {
            prompt: "a lake and a desert".to_owned(),
            negative: String::new(),
            seed: 1,
            width: 512,
            height: 512,
            given: crate::given::Given::default(),
        };
        assert!(matches!(read(&wish).scene, Scene::Lake(_)));
        "lake".clone_into(&mut wish.negative);
        assert!(matches!(read(&wish).scene, Scene::Dunes(_)));
    }

    #[test]
    fn unknown_words_still_vary() {
        let scenes: Vec<Scene> = ["zorp", "blick", "quux", "wibble", "flarn", "grumpf"]
            .map(|word| check(word).scene)
            .into();
        assert!(scenes.iter().any(|scene| *scene != scenes[0]), "{scenes:?}");
    }

    #[test]
    fn the_seed_alone_changes_the_picture() {
        let mut wish = Wish {
            prompt: "silk".to_owned(),
            negative: String::new(),
            seed: 1,
            width: 512,
            height: 512,
            given: crate::given::Given::default(),
        };
        let first = read(&wish);
        wish.seed = 2;
        assert_ne!(first.seed, read(&wish).seed);
    }
}
