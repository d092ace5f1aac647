//! Rules the sources keep, checked by reading them.
//!
//! Most are absences: what must not be found somewhere. `ARCHITECTURE.md` says why.

use std::fs;
use std::path::{Path, PathBuf};

/// One source file.
struct Source {
    /// Relative to the repository's root, with forward slashes.
    path: String,
    text: String,
}

impl Source {
    fn is_test(&self) -> bool {
        self.path.contains("/tests/") || self.path.contains("/benches/")
    }

    /// The text without the unit tests at its end and without comments.
    fn code(&self) -> String {
        let code = self
            .text
            .split("#[cfg(test)]\nmod tests")
            .next()
            .unwrap_or_default();
        let uncommented = code
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"));
        uncommented.collect::<Vec<_>>().join("\n")
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn files(folder: &str, extension: &str) -> Vec<Source> {
    let mut found = Vec::new();
    collect(&root().join(folder), extension, &mut found);
    assert!(!found.is_empty(), "no .{extension} files under {folder}");
    found
}

fn collect(folder: &Path, extension: &str, found: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            if !name.starts_with('.') && !name.starts_with("target") && name != "node_modules" {
                collect(&path, extension, found);
            }
        } else if path.extension().is_some_and(|ext| ext == extension) {
            let relative = path
                .strip_prefix(root())
                .unwrap()
                .to_string_lossy()
                .into_owned();
            let text = fs::read_to_string(&path).unwrap();
            found.push(Source {
                path: relative,
                text,
            });
        }
    }
}

fn sources() -> Vec<Source> {
    files("crates", "rs")
}

fn manifest(name: &str) -> String {
    fs::read_to_string(root().join(format!("crates/{name}/Cargo.toml"))).unwrap()
}

/// The dependency section of a manifest, development dependencies left out.
fn dependencies(name: &str) -> Vec<String> {
    let manifest = manifest(name);
    let section = manifest.split("[dependencies]").nth(1).unwrap_or_default();
    let section = section.split("\n[").next().unwrap_or_default();
    let names = section
        .lines()
        .filter_map(|line| line.split(['.', ' ', '=']).next());
    names
        .filter(|name| !name.is_empty() && !name.starts_with('#'))
        .map(str::to_owned)
        .collect()
}

#[track_caller]
fn check(rule: &str, faults: Vec<String>) {
    assert!(faults.is_empty(), "{rule}:\n  {}", faults.join("\n  "));
}

#[test]
fn the_core_knows_no_database_network_or_runtime() {
    let forbidden = [
        "tokio",
        "axum",
        "reqwest",
        "rusqlite",
        "tokio-postgres",
        "rustls",
        "hyper",
    ];
    let found = dependencies("nexora-core")
        .into_iter()
        .filter(|name| forbidden.contains(&name.as_str()));
    check("nexora-core must stay pure", found.collect());
}

#[test]
fn imports_run_downwards_only() {
    let allowed: [(&str, &[&str]); 6] = [
        ("nexora-core", &[]),
        ("nexora-store", &["nexora-core"]),
        ("nexora-providers", &["nexora-core"]),
        (
            "nexora-engine",
            &["nexora-core", "nexora-store", "nexora-providers"],
        ),
        (
            "nexora-web",
            &[
                "nexora-core",
                "nexora-store",
                "nexora-providers",
                "nexora-engine",
            ],
        ),
        ("nexora-sandbox", &[]),
    ];
    for (name, may_use) in allowed {
        let ours = dependencies(name)
            .into_iter()
            .filter(|other| other.starts_with("nexora"));
        let faults = ours.filter(|other| !may_use.contains(&other.as_str()));
        check(
            &format!("{name} may use {may_use:?} only"),
            faults.collect(),
        );
    }
}

#[test]
fn the_web_speaks_no_sql_and_calls_nobody() {
    let forbidden = ["rusqlite", "tokio-postgres", "reqwest", "object_store"];
    let found = dependencies("nexora-web")
        .into_iter()
        .filter(|name| forbidden.contains(&name.as_str()));
    check(
        "nexora-web leaves databases and providers to others",
        found.collect(),
    );
}

#[test]
fn only_the_seam_names_an_engine() {
    let seam = [
        "src/db",
        "src/dialect",
        "src/migrate",
        "src/listen",
        "src/lib.rs",
        "src/error.rs",
    ];
    let names = ["rusqlite", "tokio_postgres", "deadpool_postgres"];
    let faults = sources()
        .into_iter()
        .filter(|source| source.path.starts_with("crates/nexora-store/src"))
        .filter(|source| !seam.iter().any(|part| source.path.contains(part)))
        .filter(|source| names.iter().any(|name| source.code().contains(name)));
    check(
        "only db, dialect and migrate name an engine",
        faults.map(|source| source.path).collect(),
    );
}

#[test]
fn only_the_configuration_reads_the_environment() {
    let faults = sources()
        .into_iter()
        .filter(|source| !source.is_test() && !source.path.ends_with("build.rs"))
        .filter(|source| !source.path.contains("/examples/"))
        .filter(|source| !source.path.starts_with("crates/nexora/src/config"))
        .filter(|source| source.code().contains("env::var"));
    check(
        "only nexora/src/config reads the environment",
        faults.map(|source| source.path).collect(),
    );
}

#[test]
fn only_settle_ends_a_hold() {
    let faults = sources()
        .into_iter()
        .filter(|source| source.path.starts_with("crates/") && !source.is_test())
        .filter(|source| !source.path.starts_with("crates/nexora-store/"))
        .filter(|source| !source.path.ends_with("nexora-engine/src/settle.rs"))
        .filter(|source| source.code().contains("credits::settle"));
    check(
        "only engine/settle.rs settles holds",
        faults.map(|source| source.path).collect(),
    );
}

/// A function that opens a transaction does not also talk to a provider.
#[test]
fn no_transaction_is_open_while_a_provider_is_called() {
    let calls = [
        ".submit(",
        ".poll(",
        ".cancel(&ticket",
        ".cancel(ticket",
        ".find(&submission",
    ];
    let mut faults = Vec::new();
    for source in sources() {
        if !source.path.starts_with("crates/nexora-engine/src/") {
            continue;
        }
        let code = source.code();
        for function in code.split("fn ").skip(1) {
            let opens = function.contains(".write(");
            let call = calls.iter().find(|call| function.contains(*call));
            if let (true, Some(call)) = (opens, call) {
                let name = function.split('(').next().unwrap_or_default();
                faults.push(format!(
                    "{}: {name} opens a transaction and calls {call}",
                    source.path
                ));
            }
        }
    }
    check("transactions and provider calls do not mix", faults);
}

#[test]
fn no_file_is_longer_than_600_lines() {
    let long = sources()
        .into_iter()
        .filter(|source| source.text.lines().count() > 600);
    let said = long.map(|source| format!("{}: {} lines", source.path, source.text.lines().count()));
    check("one idea per file", said.collect());
}

#[test]
fn every_file_says_what_it_is() {
    let silent = sources()
        .into_iter()
        .filter(|source| !source.text.starts_with("//!"));
    check(
        "every file begins with //!",
        silent.map(|source| source.path).collect(),
    );
}

#[test]
fn both_engines_have_the_same_migrations() {
    let names = |engine: &str| {
        let folder = format!("crates/nexora-store/migrations/{engine}");
        let mut names: Vec<String> = files(&folder, "sql")
            .into_iter()
            .map(|file| file.path.rsplit('/').next().unwrap().to_owned())
            .collect();
        names.sort();
        names
    };
    assert_eq!(names("sqlite"), names("postgres"));
}

#[test]
fn no_key_is_named_where_a_browser_can_read_it() {
    let secrets = [
        "FAL_KEY",
        "REPLICATE_API_TOKEN",
        "OPENAI_API_KEY",
        "HIGGSFIELD_API_KEY",
        "RUNWAYML_API_SECRET",
        "LEMON_SQUEEZY",
        "CLERK_SECRET",
    ];
    let mut shown = files("crates/nexora-web/src", "rs");
    shown.extend(files("crates/nexora-web/assets", "js"));
    shown.extend(files("crates/nexora-web/assets", "css"));
    let faults = shown
        .into_iter()
        .filter(|source| secrets.iter().any(|secret| source.text.contains(secret)));
    check(
        "no key's name reaches a page",
        faults.map(|source| source.path).collect(),
    );
}

#[test]
fn nothing_is_left_for_later() {
    let promises = ["todo!(", "unimplemented!(", "TODO", "FIXME", "XXX"];
    let faults = sources()
        .into_iter()
        .filter(|source| !source.path.ends_with("tidy.rs"))
        .filter(|source| promises.iter().any(|promise| source.text.contains(promise)));
    check(
        "no promises in the code",
        faults.map(|source| source.path).collect(),
    );
}

/// Links in the documents lead somewhere.
#[test]
fn documents_link_to_files_that_exist() {
    let mut faults = Vec::new();
    for name in [
        "README.md",
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "STYLE.md",
    ] {
        let text = fs::read_to_string(root().join(name)).unwrap();
        for link in text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next())
        {
            let file = link.split('#').next().unwrap_or_default();
            let outside = link.starts_with("http") || file.is_empty();
            if !outside && !root().join(file).exists() {
                faults.push(format!("{name} links to {link}"));
            }
        }
    }
    check("documents link to what exists", faults);
}
