//! Buying, changing and ending plans, as browsers and programs do it.

mod deliveries;
mod leaving;
mod plans;
mod shopping;
