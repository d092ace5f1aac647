//! A member's history: searched, filtered, a page at a time.

use nexora_core::{BoardId, Generation, GenerationId, MediaKind, MemberId, ModelId, Timestamp};

use super::row::{ROW_COLUMNS, read};
use crate::db::{Tx, args};
use crate::dialect::Sql;
use crate::error::StoreError;
use crate::search::containing;

/// Most generations on one page.
const PAGE_MAX: u32 = 200;
/// Most words a search looks for; the statement has as many places.
const WORDS_MAX: usize = 6;
/// Matches everything: what stands in for a word that was not given.
const ANYTHING: &str = "%";

/// Which of a member's generations to list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// Whose.
    pub member: MemberId,
    /// Only those older than this one: the last of the page before.
    pub before: Option<GenerationId>,
    /// How many, at most 200.
    pub limit: u32,
    /// Words that all have to occur in the prompt or the model's name, in any case. Six count;
    /// more are taken as one phrase with the sixth.
    pub words: Vec<String>,
    /// Only pictures, or only clips.
    pub kind: Option<MediaKind>,
    /// Only of this model.
    pub model: Option<ModelId>,
    /// Only in one of these states; in any if empty.
    pub states: Vec<&'static str>,
    /// Only favourites.
    pub favourite: bool,
}

/// The page of generations that `listing` asks for, the newest first.
pub async fn list(tx: &mut Tx<'_>, listing: &Listing) -> Result<Vec<Generation>, StoreError> {
    const LIST: Sql = Sql::both(concat!(
        "SELECT ",
        ROW_COLUMNS!(),
        " FROM generations
         WHERE user_id = $1 AND deleted_at IS NULL
           AND ($2 IS NULL OR id < $2)
           AND ($3 IS NULL OR kind = $3)
           AND ($4 IS NULL OR model = $4)
           AND ($5 = '' OR $5 LIKE '%,' || state || ',%')
           AND ($6 = FALSE OR favourite = TRUE)
           AND search_text LIKE $7 ESCAPE '\\' AND search_text LIKE $8 ESCAPE '\\'
           AND search_text LIKE $9 ESCAPE '\\' AND search_text LIKE $10 ESCAPE '\\'
           AND search_text LIKE $11 ESCAPE '\\' AND search_text LIKE $12 ESCAPE '\\'
         ORDER BY id DESC LIMIT $13"
    ));
    let words = patterns(&listing.words);
    let [first, second, third, fourth, fifth, sixth] = &words;
    let args = args![
        listing.member,
        listing.before,
        listing.kind.map(MediaKind::slug),
        listing.model.as_ref().map(ModelId::as_str),
        between_commas(&listing.states),
        listing.favourite,
        first,
        second,
        third,
        fourth,
        fifth,
        sixth,
        listing.limit.min(PAGE_MAX),
    ];
    tx.all(&LIST, args, read).await
}

/// What changed for a member after `since`, the oldest change first: what a page that was away
/// has to draw again.
pub async fn changed_since(
    tx: &mut Tx<'_>,
    member: MemberId,
    since: Timestamp,
    limit: u32,
) -> Result<Vec<Generation>, StoreError> {
    const CHANGED_SINCE: Sql = Sql::both(concat!(
        "SELECT ",
        ROW_COLUMNS!(),
        " FROM generations
         WHERE user_id = $1 AND updated_at > $2 AND deleted_at IS NULL
         ORDER BY updated_at, id LIMIT $3"
    ));
    tx.all(
        &CHANGED_SINCE,
        args![member, since, limit.min(PAGE_MAX)],
        read,
    )
    .await
}

/// The runs that a member's boards show, or one of them does: of each shot its still and its clip,
/// as far as they were not deleted.
pub async fn on_boards(
    tx: &mut Tx<'_>,
    member: MemberId,
    board: Option<BoardId>,
) -> Result<Vec<Generation>, StoreError> {
    const ON_BOARDS: Sql = Sql::both(concat!(
        "SELECT ",
        ROW_COLUMNS!(),
        " FROM generations
         WHERE user_id = $1 AND deleted_at IS NULL AND id IN (
             SELECT s.still_id FROM boards b JOIN board_shots s ON s.board_id = b.id
             WHERE b.user_id = $1 AND ($2 IS NULL OR b.id = $2)
             UNION
             SELECT s.clip_id FROM boards b JOIN board_shots s ON s.board_id = b.id
             WHERE b.user_id = $1 AND ($2 IS NULL OR b.id = $2)
         ) ORDER BY id"
    ));
    tx.all(&ON_BOARDS, args![member, board], read).await
}

fn patterns(words: &[String]) -> [String; WORDS_MAX] {
    let mut words = words.iter().filter(|word| !word.is_empty());
    let mut patterns = std::array::from_fn(|_| {
        let word = words.next();
        word.map_or_else(|| ANYTHING.to_owned(), |word| containing(word))
    });
    let rest: Vec<_> = words.map(String::as_str).collect();
    if let (Some(last), false) = (patterns.last_mut(), rest.is_empty()) {
        let tail = containing(&format!(" {}", rest.join(" ")));
        last.pop();
        last.push_str(tail.trim_start_matches('%'));
    }
    patterns
}

/// `,queued,running,`: a list that a pattern can look into on both engines.
fn between_commas(states: &[&str]) -> String {
    if states.is_empty() {
        return String::new();
    }
    format!(",{},", states.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absent_words_match_anything() {
        let words = ["Sea".to_owned(), String::new()];
        assert_eq!(patterns(&words), ["%sea%", "%", "%", "%", "%", "%"]);
    }

    #[test]
    fn words_beyond_the_sixth_are_a_phrase_with_it() {
        let words: Vec<_> = "a b c d e f g h".split(' ').map(str::to_owned).collect();
        assert_eq!(patterns(&words)[5], "%f g h%");
    }
}
