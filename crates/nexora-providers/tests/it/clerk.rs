//! Clerk: which tokens are believed, how keys are fetched, what a handshake may bring, and the
//! calls to its Backend API.

mod backend;
mod handshake;
mod keys;
mod matrix;
mod mint;
mod sandbox;
mod webhooks;
