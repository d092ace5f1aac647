//! The whole product, and the rules its sources keep.

mod tidy;
