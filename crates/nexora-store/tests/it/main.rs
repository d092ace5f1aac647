//! Every story runs on the embedded engine and on a server.

mod engines;
mod people;

mod credits;
