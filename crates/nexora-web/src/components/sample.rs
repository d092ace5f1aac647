//! A component in one state, as the design page and the tests show it.

use maud::Markup;

/// One state of one component.
#[derive(Debug)]
pub struct Sample {
    /// Which state, in a word or two.
    pub name: &'static str,
    /// What it looks like.
    pub markup: Markup,
}

impl Sample {
    /// A component in the state `name`.
    pub fn new(name: &'static str, markup: Markup) -> Self {
        Self { name, markup }
    }
}
