//! A name for a download that its owner recognises on their disk.

use axum::http::HeaderValue;
use nexora_core::{Asset, Order};

use crate::problem::percent;

/// What is taken of a prompt: enough to recognise it, short enough for every file system.
const WORDS_CHARS_MAX: usize = 48;
/// The end of an id; the same wish twice makes two files.
const MARK_CHARS: usize = 6;

/// The `Content-Disposition` (RFC 6266): a plain name for old programs, the prompt's own letters
/// for all others.
pub(super) fn attachment(asset: &Asset, order: &Order) -> Option<HeaderValue> {
    let id = asset.id.to_string();
    let mark = id
        .get(id.len().saturating_sub(MARK_CHARS)..)
        .unwrap_or_default();
    let extension = asset.key.rsplit('.').next().unwrap_or("bin");
    let name = |words: &str| {
        let parts = [order.model.as_str(), words, mark];
        let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        format!("{}.{extension}", parts.join("-"))
    };
    let prompt = order.prompt.as_str();
    let plain = name(&plain_slug(prompt));
    let full = name(&slug(prompt, char::is_alphanumeric));
    let encoded = percent(&full);
    HeaderValue::try_from(format!(
        "attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}"
    ))
    .ok()
}

/// The letters and digits of a text that every file system and header takes.
pub(crate) fn plain_slug(text: &str) -> String {
    slug(text, |c| c.is_ascii_alphanumeric())
}

/// The letters that are kept, small, with one hyphen for everything between them.
fn slug(text: &str, is_kept: fn(char) -> bool) -> String {
    let mut slug = String::new();
    let mut chars = 0;
    for letter in text.chars() {
        if chars >= WORDS_CHARS_MAX {
            break;
        }
        if is_kept(letter) {
            slug.extend(letter.to_lowercase());
            chars += 1;
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
            chars += 1;
        }
    }
    slug.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_part_of_a_file_name() {
        let plain = plain_slug;
        assert_eq!(plain("A lake, at dawn!"), "a-lake-at-dawn");
        assert_eq!(plain("../../etc/passwd"), "etc-passwd");
        assert_eq!(plain("Ünïcode \"quotes\"\r\n"), "n-code-quotes");
        assert_eq!(plain("海"), "");
        assert_eq!(slug("Море, 海 🌊", char::is_alphanumeric), "море-海");
        assert!(plain(&"word ".repeat(100)).chars().count() <= WORDS_CHARS_MAX);
    }
}
