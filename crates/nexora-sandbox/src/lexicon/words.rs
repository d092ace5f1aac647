//! The words the painter knows, without plural endings.

use crate::paint::{Daytime, Foreground, Hero, PaletteName, PlanetWish};

/// A scene as words name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Subject {
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
pub(super) enum Weather {
    Clear,
    Covered,
}

/// A meaning, the words that say it, and the words that hint at it. A word in both lists outweighs
/// a word that only says something else.
pub(super) struct Entry<T> {
    pub(super) meaning: T,
    says: &'static str,
    hints: &'static str,
}

impl<T> Entry<T> {
    /// All votes of some words.
    pub(super) fn votes(&self, words: &[String]) -> i32 {
        words.iter().map(|word| self.weight(word)).sum()
    }

    /// Votes of one word: 0 for a word that has nothing to do with it.
    pub(super) fn weight(&self, word: &str) -> i32 {
        let is_in = |list: &str| i32::from(list.split(' ').any(|entry| entry == word));
        3 * is_in(self.says) + is_in(self.hints)
    }
}

pub(super) const SUBJECTS: [Entry<Subject>; 9] = [
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

pub(super) const COLOURS: [Entry<PaletteName>; 13] = [
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
        says: "sunset coral peach",
        hints: "romantic evening dusk twilight",
    },
    Entry {
        meaning: PaletteName::Forest,
        says: "green emerald olive moss jade forest jungle",
        hints: "spring nature leaf eco matcha",
    },
    Entry {
        meaning: PaletteName::Cyan,
        says: "cyan aqua azure",
        hints: "tech digital ice cold electric",
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
        hints: "soft cute romantic beauty",
    },
    Entry {
        meaning: PaletteName::Frost,
        says: "white snow snowy winter frost frozen ice icy glacier",
        hints: "cold clean pure pale snow snowy winter",
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

pub(super) const HOURS: [Entry<Daytime>; 3] = [
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

pub(super) const WEATHERS: [Entry<Weather>; 2] = [
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

pub(super) const FOREGROUNDS: [Entry<Foreground>; 2] = [
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

pub(super) const PLANETS: [Entry<PlanetWish>; 3] = [
    Entry {
        meaning: PlanetWish::Ringed,
        says: "saturn ring ringed",
        hints: "",
    },
    Entry {
        meaning: PlanetWish::Present,
        says: "planet jupiter mar neptune uranu venu earth exoplanet world",
        hints: "orbit alien astronaut spaceship",
    },
    Entry {
        meaning: PlanetWish::Absent,
        says: "",
        hints: "nebula galaxy supernova milky star dust cloud deep",
    },
];

pub(super) const HEROES: [Entry<Hero>; 4] = [
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
