//! The public pages, under the navigation bar.

pub mod home;
pub mod hosted;
pub mod legal;
pub mod pricing;
pub mod problem;
pub mod sign_in;
