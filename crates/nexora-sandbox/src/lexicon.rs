//! Reads a prompt: words choose scene, palette and hour; what they leave open, a hash decides.

use sha2::{Digest, Sha256};

use crate::paint::number::low_bits;
use crate::paint::{
    Daytime, Detail, Dice, Foreground, Hero, Outdoors, Palette, PaletteName, Scene, View,
};
use crate::studio::Wish;

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

/// A scene as words name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Subject {
    Cosmos,
    Lake,
    Aurora,
    Dunes,
    Ocean,
    Silk,
    Street,
    Product,
    Flame,
}

/// How much sky a prompt wants to see.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Weather {
    Clear,
    Covered,
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
    let daytime = daytime(&ballot, subject, &mut dice);
    let named = ballot.winner(&COLOURS);
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

/// A meaning, the words that say it, and the words that hint at it.
struct Entry<T> {
    meaning: T,
    says: &'static str,
    hints: &'static str,
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

impl<T> Entry<T> {
    fn votes(&self, words: &[String]) -> i32 {
        words.iter().map(|word| self.weight(word)).sum()
    }

    fn weight(&self, word: &str) -> i32 {
        let is_in = |list: &str| list.split(' ').any(|entry| entry == word);
        if is_in(self.says) {
            3
        } else {
            i32::from(is_in(self.hints))
        }
    }
}

fn daytime(ballot: &Ballot<'_>, subject: Subject, dice: &mut Dice) -> Daytime {
    use Daytime::{Golden, Night, Noon};
    let rolled = dice.pick([Golden, Golden, Golden, Golden, Noon, Noon, Night]);
    match subject {
        Subject::Aurora => Night,
        Subject::Cosmos
        | Subject::Lake
        | Subject::Dunes
        | Subject::Ocean
        | Subject::Silk
        | Subject::Street
        | Subject::Product
        | Subject::Flame => ballot.winner(&HOURS).unwrap_or(rolled),
    }
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
        Subject::Cosmos => Scene::Cosmos,
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
            dice.pick([P::Golden, P::Sunset, P::Teal, P::Rose, P::Violet])
        }
        (Subject::Lake | Subject::Ocean, Daytime::Noon) => {
            dice.pick([P::Teal, P::Lagoon, P::Frost, P::Cyan])
        }
    }
}

const SUBJECTS: [Entry<Subject>; 9] = [
    Entry {
        meaning: Subject::Cosmos,
        says: "space galaxy nebula cosmo cosmic planet universe astronaut spaceship spacecraft alien saturn jupiter mar orbit asteroid comet satellite rocket milky constellation interstellar starship supernova eclipse",
        hints: "star moon void dark infinite heaven starry",
    },
    Entry {
        meaning: Subject::Lake,
        says: "lake mountain alp valley forest pine spruce river landscape fjord meadow cabin hill peak waterfall glacier wilderness himalaya patagonia norway canada reflection",
        hints: "snow winter nature tree fox deer wolf bear bird owl animal cat dog horse rabbit castle dragon village garden autumn spring mist fog wood quiet calm ice frost campfire tent hiker",
    },
    Entry {
        meaning: Subject::Aurora,
        says: "aurora boreali northern polar arctic iceland lapland",
        hints: "light night sky magnetic",
    },
    Entry {
        meaning: Subject::Dunes,
        says: "desert dune sand sahara camel canyon egypt oasi nomad wasteland pyramid savanna caravan namibia bedouin arraki",
        hints: "heat dry dust wind wanderer traveler traveller lonely journey africa arabian lion",
    },
    Entry {
        meaning: Subject::Ocean,
        says: "ocean sea wave beach coast boat ship sail sailing surf surfer whale dolphin harbour harbor island seaside shore tide atlantic pacific mermaid lighthouse",
        hints: "water horizon sunset sunrise sky cloud storm sun swim blue dawn dusk fish",
    },
    Entry {
        meaning: Subject::Silk,
        says: "silk satin fabric cloth abstract liquid fluid gradient wallpaper background texture holographic iridescent chrome marble ink fashion dress portrait flowing",
        hints: "smooth flow wave soft elegant minimal modern woman man face girl boy people paint oil pattern luxury logo",
    },
    Entry {
        meaning: Subject::Street,
        says: "city street cyberpunk tokyo skyline urban alley downtown building skyscraper traffic subway metropoli shanghai hong york seoul neon noir",
        hints: "rain rainy night car robot futuristic future samurai detective taxi club synthwave retro android ninja blade crowd motorcycle",
    },
    Entry {
        meaning: Subject::Product,
        says: "product bottle perfume fragrance cosmetic watch sneaker shoe studio packaging advert advertising brand commercial podium pedestal jewelry jewellery cup coffee mug jar cream candle headphone sculpture 3d whisky wine skincare lipstick",
        hints: "still render glass food cake burger drink phone chair lamp toy ring gold clean ceramic isometric",
    },
    Entry {
        meaning: Subject::Flame,
        says: "fractal flame fire mandala kaleidoscope psychedelic energy spiral phoenix explosion particle electric vortex hypnotic",
        hints: "magic magical geometric flower floral butterfly dream music soul mind feather spirit sound lightning bloom spark quantum",
    },
];

const COLOURS: [Entry<PaletteName>; 14] = [
    Entry {
        meaning: PaletteName::Ember,
        says: "red crimson scarlet ruby fire flame lava ember blood",
        hints: "hot warm burning autumn volcano mar dragon",
    },
    Entry {
        meaning: PaletteName::Golden,
        says: "gold golden amber yellow honey orange bronze",
        hints: "warm sunlight luxury autumn desert wheat",
    },
    Entry {
        meaning: PaletteName::Sunset,
        says: "sunset dusk twilight coral peach",
        hints: "romantic evening",
    },
    Entry {
        meaning: PaletteName::Forest,
        says: "green emerald olive moss jade forest jungle",
        hints: "spring nature leaf eco matcha",
    },
    Entry {
        meaning: PaletteName::Aurora,
        says: "aurora boreali northern",
        hints: "magnetic polar arctic",
    },
    Entry {
        meaning: PaletteName::Cyan,
        says: "cyan aqua electric azure",
        hints: "tech digital ice cold",
    },
    Entry {
        meaning: PaletteName::Lagoon,
        says: "turquoise lagoon tropical blue",
        hints: "summer holiday paradise reef sapphire",
    },
    Entry {
        meaning: PaletteName::Teal,
        says: "teal petrol cinematic",
        hints: "vintage film retro",
    },
    Entry {
        meaning: PaletteName::Violet,
        says: "purple violet lavender lilac amethyst indigo",
        hints: "mystic magic dream fantasy",
    },
    Entry {
        meaning: PaletteName::Nebula,
        says: "nebula magenta supernova",
        hints: "galaxy cosmic",
    },
    Entry {
        meaning: PaletteName::Rose,
        says: "pink rose blush pastel blossom sakura",
        hints: "soft cute romantic beauty sunrise dawn",
    },
    Entry {
        meaning: PaletteName::Frost,
        says: "white snow snowy winter frost frozen ice icy glacier",
        hints: "cold clean pure pale",
    },
    Entry {
        meaning: PaletteName::Mono,
        says: "black monochrome grey gray silver noir chrome minimal",
        hints: "dark shadow elegant",
    },
    Entry {
        meaning: PaletteName::Neon,
        says: "neon cyberpunk synthwave vaporwave holographic iridescent",
        hints: "club night tokyo futuristic",
    },
];

const HOURS: [Entry<Daytime>; 3] = [
    Entry {
        meaning: Daytime::Night,
        says: "night midnight moon moonlit moonlight star starry nocturnal milky",
        hints: "dark evening",
    },
    Entry {
        meaning: Daytime::Noon,
        says: "noon midday daylight sunny day afternoon",
        hints: "bright blue summer tropical winter snow",
    },
    Entry {
        meaning: Daytime::Golden,
        says: "sunset sunrise dawn dusk golden morning twilight",
        hints: "warm evening orange sun glow hour",
    },
];

const WEATHERS: [Entry<Weather>; 2] = [
    Entry {
        meaning: Weather::Clear,
        says: "clear cloudless",
        hints: "sunny clean minimal",
    },
    Entry {
        meaning: Weather::Covered,
        says: "cloudy cloud storm stormy overcast dramatic",
        hints: "rain moody epic",
    },
];

const FOREGROUNDS: [Entry<Foreground>; 2] = [
    Entry {
        meaning: Foreground::Figure,
        says: "person figure wanderer traveler traveller hiker woman man monk knight girl boy hero astronaut nomad explorer human people alone lone",
        hints: "lonely silhouette journey samurai",
    },
    Entry {
        meaning: Foreground::Trees,
        says: "tree forest pine spruce wood",
        hints: "nature cabin fox deer wolf bear",
    },
];

const HEROES: [Entry<Hero>; 4] = [
    Entry {
        meaning: Hero::Bottle,
        says: "bottle perfume flacon fragrance whisky wine serum gin",
        hints: "glass drink scent",
    },
    Entry {
        meaning: Hero::Jar,
        says: "jar cream candle coffee cup mug honey jam skincare tin",
        hints: "cosmetic food ceramic",
    },
    Entry {
        meaning: Hero::Drop,
        says: "liquid blob chrome metal drop sculpture melted abstract",
        hints: "organic art 3d",
    },
    Entry {
        meaning: Hero::Knot,
        says: "ring jewelry jewellery watch ribbon knot infinity bracelet",
        hints: "gold silver geometric",
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    fn check(prompt: &str) -> Reading {
        let (prompt, negative) = (prompt.to_owned(), String::new());
        read(&Wish {
            prompt,
            negative,
            seed: 7,
            width: 512,
            height: 512,
        })
    }

    #[test]
    fn words_choose_the_scene() {
        assert_eq!(
            check("a spiral galaxy with a ringed planet").scene,
            Scene::Cosmos
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
        };
        let first = read(&wish);
        wish.seed = 2;
        assert_ne!(first.seed, read(&wish).seed);
    }
}
