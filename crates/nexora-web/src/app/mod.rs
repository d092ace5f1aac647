//! The member's pages, beside the side bar.

pub mod billing;
pub mod compare;
pub mod detail;
pub mod director;
pub mod generate;
pub mod history;
pub mod leave;
pub mod pictures;
pub mod profile;
pub mod receipt;
pub mod studio;
