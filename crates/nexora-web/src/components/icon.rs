//! Icons: one stroke, 24 units wide, coloured by the text around them.

use maud::{Markup, html};

macro_rules! icons {
    ($($(#[$doc:meta])* $name:ident = $path:literal;)*) => {
        $(
            $(#[$doc])*
            pub fn $name() -> Markup { icon($path) }
        )*

        /// All of them, with their names.
        pub fn all() -> Vec<(&'static str, Markup)> {
            vec![$((stringify!($name), $name()),)*]
        }
    };
}

icons! {
    /// Something went wrong.
    alert = "M12 8v5m0 3.2v.1M12 3 2.8 19.5h18.4z";
    /// Onwards.
    arrow = "M5 12h14m-6-6 6 6-6 6";
    /// Bring a picture along.
    bring = "M12 16V5m-5 4.500 5-5 5 5M5 15v5h14v-5";
    /// Take it out.
    close = "M6 6l12 12M18 6 6 18";
    /// Delete.
    bin = "M4 7h16M9 7V4h6v3m-8 0 1 13h8l1-13";
    /// Something is true.
    check = "m5 13 4.5 4.5L19 7";
    /// A menu opens.
    chevron = "m7 10 5 5 5-5";
    /// Directed shots.
    clapper = "M4 10h16v10H4zM4 10l-.8-3.600 15.500-3.600.8 3.600zM8.200 5.300l2.400 3.500m2.600-4.700 2.400 3.500";
    /// Credits.
    coin = "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18m0 5 4 4-4 4-4-4z";
    /// Chance.
    dice = "M5 5h14v14H5zM9 9v.1M15 15v.1M12 12v.1M15 9v.1M9 15v.1";
    /// Download.
    download = "M12 4v11m-5-4.5 5 5 5-5M5 20h14";
    /// A clip.
    film = "M4 5h16v14H4zM4 9.5h16m-16 5h16M8.5 5v14m7-14v14";
    /// Move it towards the front.
    up = "M12 19V5m-6 6 6-6 6 6";
    /// Move it towards the end.
    down = "M12 5v14m-6-6 6 6 6-6";
    /// Change what is written.
    pen = "m4 20 1-4L16 5l3 3L8 19zM13.500 7.500l3 3";
    /// Two of it.
    copy = "M9 9h11v11H9zM15 9V4H4v11h5";
    /// The shape of the output.
    frame = "M4 9V5h4m8 0h4v4m0 6v4h-4m-8 0H4v-4";
    /// Declined.
    hand = "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M5.6 5.6l12.8 12.8";
    /// A favourite.
    heart = "M12 20S4 15.3 4 9.4A4.4 4.4 0 0 1 12 7a4.4 4.4 0 0 1 8 2.4C20 15.3 12 20 12 20z";
    /// Past work.
    history = "M4 12a8 8 0 1 0 2.6-5.9L4 8.5M4 4v4.5h4.5M12 8v4.5l3 1.8";
    /// Not open to this plan.
    lock = "M6 11h12v9H6zm2.5 0V8a3.5 3.5 0 0 1 7 0v3";
    /// Leave.
    out = "M10 4H5v16h5m4-12 4 4-4 4m4-4H9";
    /// Its owner.
    person = "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8m-8 8c.8-3.6 4-5 8-5s7.2 1.4 8 5";
    /// A picture.
    picture = "M4 5h16v14H4zm0 11 5-5 4 4 2.5-2.500L20 17M15.5 9v.1";
    /// Add one.
    plus = "M12 5v14M5 12h14";
    /// Play.
    play = "M8 5.500v13l10.5-6.500z";
    /// Nobody knows yet.
    question = "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18m-2.5 6.500a2.5 2.5 0 1 1 3.6 2.200c-.8.4-1.1.9-1.1 1.800m0 2.900v.1";
    /// A receipt.
    receipt = "M6 3h12v18l-3-2-3 2-3-2-3 2zm3 6h6m-6 4h6";
    /// Take it further.
    remix = "M4 7h4c5 0 5 10 10 10h2m-3-3 3 3-3 3M4 17h4c1.5 0 2.6-.9 3.4-2.200M20 7h-2c-1.6 0-2.7 1-3.6 2.300M17 4l3 3-3 3";
    /// Once more.
    retry = "M20 12a8 8 0 1 1-2.6-5.900L20 8.500M20 4v4.500h-4.5";
    /// Look for something.
    search = "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13m4.8 11.300L20 20";
    /// Settings.
    sliders = "M4 8h9m5 0h2M4 16h2m5 0h9M15.5 5.500v5m-7 3v5";
    /// A model.
    spark = "M12 3.5 14 10l6.5 2-6.5 2-2 6.500L10 14l-6.5-2 6.5-2z";
    /// Several of them.
    stack = "M8 8h12v12H8zM4 16V4h12";
    /// Stopped.
    stop = "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M9 9h6v6H9z";
    /// Make something.
    wand = "m4 20 11-11m1.5-1.500L19 5M14 4v2m4 4h2m-3.5 3.500L18 15M9.5 5.5 11 7";
}

fn icon(path: &str) -> Markup {
    html! {
        svg.icon viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" focusable="false" {
            path d=(path) {}
        }
    }
}

/// The mark of the house.
pub fn mark() -> Markup {
    html! {
        svg.brand-mark viewBox="0 0 32 32" width="22" height="22" aria-hidden="true" focusable="false" {
            path d="M7 25V7l18 18V7" {}
        }
    }
}
