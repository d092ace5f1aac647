//! The whole product, and the rules its sources keep.

mod crash;
mod studio;
mod tidy;
