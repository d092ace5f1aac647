//! The parts every page is built from: plain functions from a view to markup.

pub mod acting;
pub mod balance;
pub mod begun;
pub mod card;
pub mod composer;
pub mod draft;
pub mod fields;
pub mod gate;
pub mod icon;
pub mod ledger;
pub mod media;
pub mod moment;
pub mod money;
pub mod navbar;
pub mod notice;
pub mod picker;
mod png;
pub mod quote;
pub mod run;
pub mod sale;
pub mod sample;
pub mod shell;
pub mod shop;
pub mod sidebar;
pub mod slots;
pub mod standing;

pub use balance::BalanceView;
pub use draft::Draft;
pub use notice::{Notice, NoticeKind};
pub use run::Run;
pub use sale::Sale;
pub use shell::{Here, Shell};
pub use shop::{Lately, Shop, Standing};
