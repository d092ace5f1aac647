//! No statement is left untested: each one in the sources ran on each engine it is written for.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use nexora_store::StoreKind;

use crate::engines::kinds;

/// Names the file in which the stories write down what they ran.
pub(crate) const RECORD: &str = "NEXORA_TEST_RECORD_SQL";

/// Runs all other stories in a program of their own and compares.
#[test]
fn every_statement_was_run_on_each_engine() {
    let name = format!("nexora-sql-{}.txt", uuid::Uuid::new_v4().simple());
    let record = std::env::temp_dir().join(name);
    let stories = Command::new(std::env::current_exe().unwrap())
        .args(["--quiet", "--skip", "every_statement"])
        .env(RECORD, &record)
        .output()
        .unwrap();
    assert!(
        stories.status.success(),
        "{}",
        String::from_utf8_lossy(&stories.stdout)
    );
    let ran: BTreeSet<String> = std::fs::read_to_string(&record)
        .unwrap()
        .lines()
        .map(str::to_owned)
        .collect();
    std::fs::remove_file(&record).unwrap();
    let written = statements();
    assert!(written.len() > 80, "only {} were found", written.len());
    let missing: Vec<_> = kinds()
        .into_iter()
        .flat_map(|kind| written.iter().map(move |place| (kind, place)))
        .filter(|(kind, place)| !ran.iter().any(|line| is(line, *kind, place)))
        .collect();
    assert!(missing.is_empty(), "never run: {missing:#?}");
}

fn is(line: &str, kind: StoreKind, place: &str) -> bool {
    line.starts_with(&format!("{kind:?} ")) && line.ends_with(place)
}

/// Where the sources write a statement: `src/users.rs:12`.
fn statements() -> Vec<String> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for file in sources(&root.join("src")) {
        let text = std::fs::read_to_string(&file).unwrap();
        let file = file.strip_prefix(&root).unwrap().to_str().unwrap();
        let places = text
            .lines()
            .zip(1..)
            .filter(|(line, _)| line.contains("Sql::both(") || line.contains("Sql::split("));
        found.extend(places.map(|(_, number)| format!("{file}:{number}")));
    }
    found
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .flat_map(|path| {
            if path.is_dir() {
                return sources(&path);
            }
            vec![path]
        })
        .collect()
}
