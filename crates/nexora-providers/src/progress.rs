//! How far a job is, read out of the log lines of its model.

use nexora_core::generation::Progress;

use crate::words;

/// A line on a card; longer ones are cut.
const LINE_CHARS_MAX: usize = 120;
/// Only the end of a log is looked at: the last steps are all that matters.
const LOOKED_AT_LINES_MAX: usize = 50;

/// The last line with words in it, and the last number that says how much is done.
pub(crate) fn from_log(log: &str) -> Progress {
    // A progress bar redraws itself with carriage returns.
    let lines = log
        .rsplit(['\n', '\r'])
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .take(LOOKED_AT_LINES_MAX);
    let mut progress = Progress::default();
    for line in lines {
        if progress.line.is_none() && !is_bar(line) {
            progress.line = Some(words::clean(line).chars().take(LINE_CHARS_MAX).collect());
        }
        progress.percent = percent_in(line);
        if progress.percent.is_some() {
            break;
        }
    }
    progress
}

/// A drawn progress bar (` 40%|████  | 12/30 [00:04<00:06]`) is for terminals: people see the ring.
fn is_bar(line: &str) -> bool {
    line.contains("%|")
}

/// `step 12/30` is 40, ` 40%|████` is 40.
fn percent_in(line: &str) -> Option<u8> {
    percent_sign(line).or_else(|| steps(line))
}

fn percent_sign(line: &str) -> Option<u8> {
    line.rmatch_indices('%').find_map(|(place, _)| {
        let before = line.get(..place)?;
        let percent = last_number(before)?;
        u8::try_from(percent).ok().filter(|percent| *percent <= 100)
    })
}

fn steps(line: &str) -> Option<u8> {
    let lower = line.to_lowercase();
    let (_, after) = lower.rsplit_once("step")?;
    let (done, all) = after.split_once('/')?;
    let (done, all) = (last_number(done)?, first_number(all)?);
    if all == 0 || done > all {
        return None;
    }
    u8::try_from(done.saturating_mul(100) / all).ok()
}

/// The whole part of the number a text ends with: `99.5` is 99.
fn last_number(text: &str) -> Option<u64> {
    let text = text.trim_end();
    let rest = text.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    first_number(text.get(rest.len()..)?)
}

fn first_number(text: &str) -> Option<u64> {
    let text = text.trim_start();
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    text.get(..end)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(log: &str) -> (Option<u8>, Option<String>) {
        let progress = from_log(log);
        (progress.percent, progress.line)
    }

    #[test]
    fn steps_and_bars_become_percents() {
        assert_eq!(read("step 12/30").0, Some(40));
        assert_eq!(read("Sampling step: 3 / 4").0, Some(75));
        assert_eq!(read(" 25%|██▌       | 1/4 [00:00<00:01]").0, Some(25));
        assert_eq!(read("encoding 99.5% done").0, Some(99));
        assert_eq!(read("step 9/0").0, None);
        assert_eq!(read("step 31/30").0, None);
        assert_eq!(read("250%").0, None);
        assert_eq!(read("a lake").0, None);
    }

    #[test]
    fn the_last_line_is_shown_even_if_an_earlier_one_counts() {
        let log = "Using seed: 7\n  0%|          | 0/4\r 50%|█████     | 2/4\rsaving the picture\n";
        assert_eq!(read(log), (Some(50), Some("saving the picture".to_owned())));
        assert_eq!(read(""), (None, None));
        assert_eq!(read(" 25%|██▌  | 1/4 [00:00<00:01]"), (Some(25), None));
    }

    #[test]
    fn lines_are_cut_and_their_urls_shortened() {
        let (_, line) = read(&format!("see https://a.b/secret?x=y {}", "é".repeat(500)));
        let line = line.unwrap();
        assert!(line.starts_with("see https://a.b é"));
        assert_eq!(line.chars().count(), 120);
    }
}
