//! What is paid for is what a member has: told as stories with a merchant that the stories own.

mod buying;
mod calendar;
mod clerk;
mod forgotten;
mod matrix;
mod paying;
mod shuffles;
mod stage;
mod support;
mod till;
mod trouble;
mod wire;
mod year;
