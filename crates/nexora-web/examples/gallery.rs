//! Writes every page with sample data, and every asset, into a folder, to be looked at:
//! `cargo run -p nexora-web --example gallery -- target/gallery`.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use nexora_web::{assets, design};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args()
        .nth(1)
        .ok_or("name the folder to write to")?;
    let folder = PathBuf::from(folder);
    for (path, page) in design::pages() {
        let name = match path.as_str() {
            "/" => "index".to_owned(),
            path => path.trim_start_matches('/').to_owned(),
        };
        write(
            &folder,
            &format!("{name}.html"),
            page.into_string().as_bytes(),
        )?;
    }
    for asset in assets::all() {
        write(&folder, asset.url, asset.raw)?;
    }
    Ok(())
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), Box<dyn Error>> {
    let path = folder.join(name.trim_start_matches('/'));
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::write(path, bytes)?;
    Ok(())
}
