//! Lemon Squeezy: what its deliveries say, and the calls to its API.

mod calls;
mod deliveries;
mod sandbox;
