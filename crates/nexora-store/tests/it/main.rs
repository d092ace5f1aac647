//! Every story runs on the embedded engine and on a server.

#[cfg(test)]
mod engines;

#[cfg(test)]
mod assets;
#[cfg(test)]
mod billing;
#[cfg(test)]
mod blobs;
#[cfg(test)]
mod boards;
#[cfg(test)]
mod books;
#[cfg(test)]
mod characters;
#[cfg(test)]
mod comparisons;
#[cfg(test)]
mod credits;
#[cfg(test)]
#[cfg(feature = "record-sql")]
mod every_statement;
#[cfg(test)]
mod generations;
#[cfg(test)]
mod health;
#[cfg(test)]
mod jobs;
#[cfg(test)]
mod live;
#[cfg(test)]
mod migrations;
#[cfg(test)]
mod people;
#[cfg(test)]
mod random;
#[cfg(test)]
mod sessions;
#[cfg(test)]
mod support;
#[cfg(test)]
mod units;
#[cfg(test)]
mod uploads;
