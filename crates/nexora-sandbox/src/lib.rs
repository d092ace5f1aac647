//! The server half of every provider's wire, offline, with faults on demand and a renderer.

mod film;
mod paint;
mod studio;
