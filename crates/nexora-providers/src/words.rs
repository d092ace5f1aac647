//! A provider's words, made safe to show and to log.

use nexora_core::generation::cut_detail;

/// Longer words are not even looked at: what is shown is cut to 200 characters.
const LOOKED_AT_CHARS_MAX: usize = 2_000;

/// On one line, cut, and with every URL reduced to its host: a path or query may be a signature.
pub(crate) fn clean(words: &str) -> String {
    let looked_at: String = words.chars().take(LOOKED_AT_CHARS_MAX).collect();
    let kept: Vec<String> = looked_at.split_whitespace().map(hide_path).collect();
    cut_detail(&kept.join(" "))
}

fn hide_path(word: &str) -> String {
    let Some((before, after)) = word.split_once("://") else {
        return word.to_owned();
    };
    let host_end = after.find(['/', '?', '#']).unwrap_or(after.len());
    let host = after.get(..host_end).unwrap_or_default();
    // Whatever stands before an '@' is a password.
    let host = host.rsplit('@').next().unwrap_or_default();
    format!("{before}://{host}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_lose_everything_but_their_host() {
        let said = "could not load 'https://u:p@bucket.example/a/b.png?X-Sig=abc' \n twice";
        assert_eq!(clean(said), "could not load 'https://bucket.example twice");
        assert_eq!(clean("see http://a.b?c=d"), "see http://a.b");
    }

    #[test]
    fn words_are_cut() {
        assert_eq!(clean(&"word ".repeat(10_000)).chars().count(), 200);
    }
}
