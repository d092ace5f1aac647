//! The product in a browser and as an API.

pub mod app;
pub mod assets;
pub mod components;
pub mod design;
pub mod site;
