//! The sandbox plays Clerk: who comes in, who stays, and who must not.

mod abuse;
mod doors;
mod ends;
mod life;
mod paying;
pub(crate) mod surfer;
mod webhooks;
