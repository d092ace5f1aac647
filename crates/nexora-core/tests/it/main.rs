//! Properties that hold for any input, found by trying many.

mod ledger;
mod order;
