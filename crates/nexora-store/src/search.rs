//! Finding words in texts, the same way on both engines.
//!
//! The engines disagree about upper and lower case outside ASCII, so texts are folded here and
//! stored folded; a search is then a plain substring.

/// A text as it is stored for searching.
pub(crate) fn fold(text: &str) -> String {
    text.to_lowercase()
}

/// The `LIKE … ESCAPE '\'` pattern that finds `word` anywhere in a folded text.
pub(crate) fn containing(word: &str) -> String {
    let mut pattern = String::with_capacity(word.len() + 2);
    pattern.push('%');
    for letter in fold(word).chars() {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_that_like_understands_are_taken_literally() {
        assert_eq!(containing("50%_\\"), "%50\\%\\_\\\\%");
    }

    #[test]
    fn case_is_folded_in_every_script() {
        assert_eq!(containing("МОРЕ"), "%море%");
    }
}
