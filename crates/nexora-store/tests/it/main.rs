//! Every story runs on the embedded engine and on a server.

mod engines;

mod assets;
mod blobs;
mod books;
mod credits;
mod generations;
mod jobs;
mod live;
mod migrations;
mod people;
mod random;
mod sessions;
mod units;
