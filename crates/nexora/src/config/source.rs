//! Where settings come from: the environment, and under it an optional file of the same names.

use std::collections::BTreeMap;

use anyhow::{Context, bail};

use super::VARIABLES;

/// The file that is read if it is there and `NEXORA_CONFIG` names no other.
const STANDARD_FILE: &str = "nexora.toml";
/// Names that are ours alone: one of these that is not known is a typing mistake. (Other programs
/// have names that begin with `CLERK_`.)
const OWN_PREFIXES: [&str; 2] = ["NEXORA_", "LEMON_SQUEEZY_"];
/// What tests are told; the studio itself does not read these.
const TEST_PREFIX: &str = "NEXORA_TEST_";

/// All settings, by name.
pub(crate) struct Source {
    environment: BTreeMap<String, String>,
    file: BTreeMap<String, String>,
}

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.shown()).finish()
    }
}

impl Source {
    /// Reads the environment and the file.
    pub(crate) fn read() -> anyhow::Result<Self> {
        let environment: BTreeMap<String, String> = std::env::vars()
            .filter(|(name, value)| is_ours(name) && !value.is_empty())
            .collect();
        let named = environment.get("NEXORA_CONFIG").map(String::as_str);
        let file = read_file(named)?;
        Ok(Self { environment, file })
    }

    #[cfg(test)]
    pub(super) fn of(pairs: &[(&str, &str)]) -> Self {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Self {
            environment: pairs.iter().map(owned).collect(),
            file: BTreeMap::new(),
        }
    }

    /// The value of a setting; an empty one counts as not set.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let set = self.environment.get(name).or_else(|| self.file.get(name))?;
        Some(set.trim()).filter(|value| !value.is_empty())
    }

    /// A name that is ours and that nobody reads is a typing mistake; it must not be silent.
    pub(super) fn refuse_unknown(&self) -> anyhow::Result<()> {
        let known = |name: &str| VARIABLES.iter().any(|variable| variable.name == name);
        let stray = |name: &&String| has_own_prefix(name) && !known(name);
        if let Some(name) = self.environment.keys().find(stray) {
            bail!("{name} is set, but there is no such setting; see .env.example");
        }
        if let Some(name) = self.file.keys().find(|name| !known(name)) {
            bail!("the configuration file sets {name}, but there is no such setting");
        }
        Ok(())
    }

    pub(super) fn shown(&self) -> Vec<(&'static str, String, &'static str)> {
        VARIABLES
            .iter()
            .filter_map(|variable| {
                let value = self.get(variable.name)?;
                let shown = if variable.is_secret {
                    "••••••".to_owned()
                } else {
                    value.to_owned()
                };
                let inherited = !self.environment.contains_key(variable.name);
                let place = if inherited { "file" } else { "environment" };
                Some((variable.name, shown, place))
            })
            .collect()
    }
}

fn is_ours(name: &str) -> bool {
    let known = VARIABLES.iter().any(|variable| variable.name == name);
    known || (has_own_prefix(name) && !name.starts_with(TEST_PREFIX))
}

fn has_own_prefix(name: &str) -> bool {
    OWN_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

fn read_file(named: Option<&str>) -> anyhow::Result<BTreeMap<String, String>> {
    let text = match named {
        Some(path) => std::fs::read_to_string(path)
            .with_context(|| format!("NEXORA_CONFIG: {path} cannot be read"))?,
        None => std::fs::read_to_string(STANDARD_FILE).unwrap_or_default(),
    };
    let path = named.unwrap_or(STANDARD_FILE);
    let table: BTreeMap<String, toml::Value> =
        toml::from_str(&text).with_context(|| format!("{path} is not readable as TOML"))?;
    table
        .into_iter()
        .map(|(name, value)| match value {
            toml::Value::String(text) => Ok((name, text)),
            toml::Value::Integer(number) => Ok((name, number.to_string())),
            toml::Value::Boolean(_)
            | toml::Value::Float(_)
            | toml::Value::Datetime(_)
            | toml::Value::Array(_)
            | toml::Value::Table(_) => bail!("{path}: {name} must be a text or a whole number"),
        })
        .collect()
}
