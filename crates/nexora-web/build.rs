//! Packs the page's assets and the showcase into the binary: each under a name that carries its
//! hash, text beside its brotli form, style sheets and scripts joined and lightly squeezed.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// The showcase, painted by `nexora-sandbox`'s own renderer.
const ARTS: &str = "../../public/arts";
/// The largest showcase folder that may become part of the binary.
const ARTS_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Style sheets in the order of their cascade layers.
const STYLES: [&str; 28] = [
    "tokens", "base", "ratio", "bars", "acting", "controls", "composer", "slots", "picker",
    "cards", "pages", "studio", "bench", "compare", "director", "board", "moves", "history",
    "detail", "pictures", "profile", "billing", "receipt", "design", "site", "pricing", "toast",
    "motion",
];
/// Parts of `app.js`, joined into one module.
const SCRIPTS: [&str; 6] = ["base", "credits", "cards", "composer", "live", "morph"];

/// An asset with its final bytes.
struct Packed {
    name: String,
    url: String,
    bytes: Vec<u8>,
}

fn main() -> Result<()> {
    watch("assets");
    watch(ARTS);
    let out = PathBuf::from(std::env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?);
    let mut assets = Vec::new();
    for (name, path) in [
        ("inter.woff2", "assets/fonts/inter-latin-wght-normal.woff2"),
        ("mark.svg", "assets/icons/mark.svg"),
    ] {
        assets.push(pack("/assets/", name, fs::read(path)?));
    }
    // Together they compress better than apart.
    let mut htmx = fs::read("assets/vendor/htmx.min.js")?;
    htmx.push(b'\n');
    htmx.extend(fs::read("assets/vendor/hx-sse.min.js")?);
    assets.push(pack("/assets/", "htmx.js", htmx));
    let style = with_urls(squeeze(&joined("assets/css", "css", &STYLES)?), &assets);
    assets.push(pack("/assets/", "app.css", style.into_bytes()));
    let slots = squeeze(&joined("assets/js", "js", &["slots"])?);
    assets.push(pack("/assets/", "slots.js", slots.into_bytes()));
    let script = with_urls(squeeze(&joined("assets/js", "js", &SCRIPTS)?), &assets);
    assets.push(pack("/assets/", "app.js", script.into_bytes()));
    let bench = with_urls(squeeze(&joined("assets/js", "js", &["bench"])?), &assets);
    assets.push(pack("/assets/", "bench.js", bench.into_bytes()));
    let compare = with_urls(squeeze(&joined("assets/js", "js", &["compare"])?), &assets);
    assets.push(pack("/assets/", "compare.js", compare.into_bytes()));
    let clerk = squeeze(&joined("assets/js", "js", &["clerk"])?);
    assets.push(pack("/assets/", "clerk.js", clerk.into_bytes()));
    let director = with_urls(squeeze(&joined("assets/js", "js", &["director"])?), &assets);
    assets.push(pack("/assets/", "director.js", director.into_bytes()));
    let board = with_urls(squeeze(&joined("assets/js", "js", &["board"])?), &assets);
    assets.push(pack("/assets/", "board.js", board.into_bytes()));
    let film = with_urls(squeeze(&joined("assets/js", "js", &["film"])?), &assets);
    assets.push(pack("/assets/", "film.js", film.into_bytes()));
    let manifest = fs::read_to_string("assets/icons/nexora.webmanifest")?;
    let manifest = with_urls(manifest, &assets);
    assets.push(pack(
        "/assets/",
        "nexora.webmanifest",
        manifest.into_bytes(),
    ));

    let mut table = String::new();
    write_table(&mut table, "ASSETS", &assets, &out)?;
    let (works, files) = showcase()?;
    write_table(&mut table, "ART_FILES", &files, &out)?;
    table.push_str(&works);
    fs::write(out.join("assets.rs"), table)?;
    Ok(())
}

fn watch(path: &str) {
    println!("cargo::rerun-if-changed={path}");
}

fn joined(folder: &str, extension: &str, parts: &[&str]) -> Result<String> {
    let mut whole = String::new();
    for part in parts {
        let path = format!("{folder}/{part}.{extension}");
        let text = fs::read_to_string(&path).map_err(|wrong| format!("{path}: {wrong}"))?;
        whole.push_str(&text);
        whole.push('\n');
    }
    Ok(whole)
}

/// Drops comments that stand on lines of their own, indentation and blank lines. Our own style
/// sheets and scripts have no text that spans lines, so this changes nothing else.
fn squeeze(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut in_comment = false;
    for line in text.lines().map(str::trim) {
        let opens = line.starts_with("/*");
        let closes = line.ends_with("*/");
        if in_comment || opens {
            in_comment = !closes;
        } else if !line.is_empty() && !line.starts_with("//") {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept
}

/// `asset(name)` in a text becomes the asset's address.
fn with_urls(text: String, assets: &[Packed]) -> String {
    assets.iter().fold(text, |text, asset| {
        text.replace(&format!("asset({})", asset.name), &asset.url)
    })
}

fn pack(prefix: &str, name: &str, bytes: Vec<u8>) -> Packed {
    let hash = hex::encode(Sha256::digest(&bytes));
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, "bin"));
    let url = format!(
        "{prefix}{stem}.{}.{extension}",
        hash.get(..8).unwrap_or(&hash)
    );
    Packed {
        name: name.to_owned(),
        url,
        bytes,
    }
}

fn write_table(table: &mut String, title: &str, assets: &[Packed], out: &Path) -> Result<()> {
    writeln!(table, "pub(crate) static {title}: &[Asset] = &[")?;
    for (number, asset) in assets.iter().enumerate() {
        let raw = packed_file(out, &format!("{title}-{number}.raw"), &asset.bytes)?;
        let brotli = if squeezable(&asset.name) {
            let bytes = brotli(&asset.bytes)?;
            let file = packed_file(out, &format!("{title}-{number}.br"), &bytes)?;
            format!("Some({file})")
        } else {
            "None".to_owned()
        };
        let (name, url) = (&asset.name, &asset.url);
        let content_type = content_type(name);
        writeln!(
            table,
            "Asset {{ name: {name:?}, url: {url:?}, content_type: {content_type:?}, \
             raw: {raw}, brotli: {brotli} }},"
        )?;
    }
    table.push_str("];\n");
    Ok(())
}

/// Writes a file for the compiler and says how the table includes it.
fn packed_file(out: &Path, name: &str, bytes: &[u8]) -> Result<String> {
    fs::write(out.join(name), bytes)?;
    Ok(format!(
        "include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{name}\"))"
    ))
}

/// Brotli at its strongest: it is paid once, here.
fn brotli(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut squeezed = Vec::new();
    {
        let mut writer = brotli::CompressorWriter::new(&mut squeezed, 65_536, 11, 22);
        writer.write_all(bytes)?;
    }
    Ok(squeezed)
}

fn extension(name: &str) -> &str {
    name.rsplit_once('.').map_or("", |(_, extension)| extension)
}

fn squeezable(name: &str) -> bool {
    matches!(extension(name), "css" | "js" | "svg" | "webmanifest")
}

fn content_type(name: &str) -> &'static str {
    match extension(name) {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "webmanifest" => "application/manifest+json",
        "woff2" => "font/woff2",
        "jpg" | "jpeg" => "image/jpeg",
        "png" => "image/png",
        "webp" => "image/webp",
        "avif" => "image/avif",
        "mp4" => "video/mp4",
        _ => "application/octet-stream",
    }
}

/// The showcase: its list as Rust, and the files the list names. Without a list there is none.
/// A still is a work; a clip belongs to the still it names as its poster.
fn showcase() -> Result<(String, Vec<Packed>)> {
    let mut works = String::from("pub(crate) static ARTS: &[Art] = &[\n");
    let mut files = Vec::new();
    let list = Path::new(ARTS).join("arts.json");
    if list.exists() {
        let entries: Vec<serde_json::Value> = serde_json::from_str(&fs::read_to_string(&list)?)?;
        let stills = entries.iter().filter(|it| text(it, "poster").is_empty());
        for still in stills.filter(|it| extension(text(it, "file")) != "mp4") {
            let name = text(still, "file");
            let clip = entries.iter().find(|it| text(it, "poster") == name);
            works.push_str(&work(still, clip, &mut files)?);
        }
    }
    works.push_str("];\n");
    Ok((works, files))
}

fn work(
    still: &serde_json::Value,
    clip: Option<&serde_json::Value>,
    files: &mut Vec<Packed>,
) -> Result<String> {
    let still_url = art_file(text(still, "file"), files)?;
    let clip_url = clip
        .map(|clip| art_file(text(clip, "file"), files))
        .transpose()?;
    let (title, prompt) = (text(still, "title"), text(still, "prompt"));
    let (width, height) = (pixels(still, "width")?, pixels(still, "height")?);
    Ok(format!(
        "Art {{ title: {title:?}, prompt: {prompt:?}, still: {still_url:?}, clip: {clip_url:?}, \
         width: {width}, height: {height} }},\n"
    ))
}

fn text<'a>(entry: &'a serde_json::Value, name: &str) -> &'a str {
    entry
        .get(name)
        .and_then(|it| it.as_str())
        .unwrap_or_default()
}

fn pixels(entry: &serde_json::Value, name: &str) -> Result<u64> {
    let number = entry.get(name).and_then(serde_json::Value::as_u64);
    number.ok_or_else(|| format!("arts.json: {name} is missing in {entry}").into())
}

/// Packs one file of the showcase and says where it is served.
fn art_file(name: &str, files: &mut Vec<Packed>) -> Result<String> {
    let path = Path::new(ARTS).join(name);
    let bytes = fs::read(&path).map_err(|wrong| format!("{}: {wrong}", path.display()))?;
    let file = pack("/arts/", name, bytes);
    let url = file.url.clone();
    files.push(file);
    let whole: usize = files.iter().map(|file| file.bytes.len()).sum();
    if whole > ARTS_BYTES_MAX {
        return Err(format!("{ARTS} holds more than {ARTS_BYTES_MAX} bytes").into());
    }
    Ok(url)
}
