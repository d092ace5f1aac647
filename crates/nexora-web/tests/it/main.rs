//! The product as a browser and a program meet it: real HTTP on loopback, the real engine, the
//! sandbox behind it. Every story runs on both databases.

#[cfg(test)]
mod accounts;
#[cfg(test)]
mod bad_input;
#[cfg(test)]
mod billing;
#[cfg(test)]
mod boards;
#[cfg(test)]
mod browser;
#[cfg(test)]
mod characters;
#[cfg(test)]
mod compare;
#[cfg(test)]
mod cross_site;
#[cfg(test)]
mod design;
#[cfg(test)]
mod headers;
#[cfg(test)]
mod health;
#[cfg(test)]
mod htmx;
#[cfg(test)]
mod identity;
#[cfg(test)]
mod live;
#[cfg(test)]
mod media;
#[cfg(test)]
mod ordering;
#[cfg(test)]
mod pages;
#[cfg(test)]
mod panics;
#[cfg(test)]
mod post_box;
#[cfg(test)]
mod secrets;
#[cfg(test)]
mod studio;
#[cfg(test)]
mod till;
#[cfg(test)]
mod uploads;
#[cfg(test)]
mod webhooks;
