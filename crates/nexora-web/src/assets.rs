//! The page's own files and the showcase, packed into the binary by `build.rs`.

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// One file of the page. Its address carries a hash of its bytes, so it may be kept forever.
#[derive(Clone, Copy, Debug)]
pub struct Asset {
    /// Its name in the source, for example `app.css`.
    pub name: &'static str,
    /// Where it is served, for example `/assets/app.1a2b3c4d.css`.
    pub url: &'static str,
    /// Its media type.
    pub content_type: &'static str,
    /// Its bytes.
    pub raw: &'static [u8],
    /// Its bytes in brotli, for texts.
    pub brotli: Option<&'static [u8]>,
}

/// One work of the showcase.
#[derive(Clone, Copy, Debug)]
pub struct Art {
    /// Its title.
    pub title: &'static str,
    /// The words it was made from.
    pub prompt: &'static str,
    /// Address of the still.
    pub still: &'static str,
    /// Address of the clip, if it moves.
    pub clip: Option<&'static str>,
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
}

/// Where the asset with this source name is served.
///
/// An unknown name gets the address of nothing; `every_asset_a_page_asks_for_exists` in the test
/// suite looks at every address on every page.
pub fn url(name: &str) -> &'static str {
    ASSETS
        .iter()
        .find(|asset| asset.name == name)
        .map_or("/assets/missing", |asset| asset.url)
}

/// The file served at `path`: `/assets/…` or `/arts/…`, with the hash in its name.
pub fn find(path: &str) -> Option<&'static Asset> {
    ASSETS
        .iter()
        .chain(ART_FILES)
        .find(|asset| asset.url == path)
}

/// Every file there is, for writing them all out.
pub fn all() -> impl Iterator<Item = &'static Asset> {
    ASSETS.iter().chain(ART_FILES)
}

/// The showcase, in the order it hangs; empty when none was painted.
pub fn arts() -> &'static [Art] {
    ARTS
}

#[cfg(test)]
mod tests {
    use super::*;

    /// First load of a member's page: at most 20 kB of script and 25 kB of style on the wire.
    #[test]
    fn the_page_stays_light() {
        let weight = |names: &[&str]| -> usize {
            names
                .iter()
                .filter_map(|name| find(url(name))?.brotli)
                .map(<[u8]>::len)
                .sum()
        };
        let (script, style) = (weight(&["htmx.js", "app.js"]), weight(&["app.css"]));
        assert!(
            script > 10_000 && script < 20_000,
            "{script} bytes of script"
        );
        assert!(style > 2_000 && style < 25_000, "{style} bytes of style");
    }

    #[test]
    fn an_address_changes_with_its_bytes() {
        let style = find(url("app.css")).unwrap();
        assert!(style.url.starts_with("/assets/app.") && style.url.len() > "/assets/app.css".len());
        assert!(find("/assets/app.css").is_none());
        let text = std::str::from_utf8(style.raw).unwrap();
        assert!(
            text.contains(url("inter.woff2")),
            "the font is found by its hashed name"
        );
    }
}
