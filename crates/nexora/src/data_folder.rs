//! The data folder belongs to one running studio at a time.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use nexora_core::{Clock, SessionId, SystemClock};

/// A data folder that nobody else uses while this lives.
#[derive(Debug)]
pub(crate) struct DataFolder {
    /// The name of this studio among those that share a database; the same after a restart.
    pub(crate) node: String,
    path: PathBuf,
    _lock: File,
}

impl DataFolder {
    /// Creates the folder if need be, and takes it.
    pub(crate) fn take(path: &Path) -> anyhow::Result<Self> {
        fs::create_dir_all(path)
            .with_context(|| format!("the data folder {} cannot be created", path.display()))?;
        let lock = File::create(path.join("lock"))
            .with_context(|| format!("the data folder {} cannot be written to", path.display()))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => bail!(
                "another studio is running on {}; stop it, or set NEXORA_DATA to another folder",
                path.display()
            ),
            Err(TryLockError::Error(error)) => {
                return Err(error).context("the data folder cannot be locked");
            }
        }
        Ok(Self {
            node: node_name(path)?,
            path: path.to_owned(),
            _lock: lock,
        })
    }

    /// How far a demonstration moved this studio's time ahead: what is written in the future must
    /// not be read in the past.
    pub(crate) fn lead(&self) -> Lead {
        Lead::below(&self.path)
    }
}

/// The file that says how far the studio's time was moved.
#[derive(Clone, Debug)]
pub(crate) struct Lead(PathBuf);

impl Lead {
    /// That of a data folder, taken or not.
    pub(crate) fn below(data_folder: &Path) -> Self {
        Self(data_folder.join("ahead"))
    }

    /// How far; nothing if it never was.
    pub(crate) fn read(&self) -> Duration {
        let text = fs::read_to_string(&self.0).unwrap_or_default();
        Duration::from_millis(text.trim().parse().unwrap_or(0))
    }

    /// Keeps it for the next start.
    pub(crate) fn keep(&self, lead: Duration) -> std::io::Result<()> {
        fs::write(&self.0, lead.as_millis().to_string())
    }
}

fn node_name(path: &Path) -> anyhow::Result<String> {
    let file = path.join("node");
    if let Ok(name) = fs::read_to_string(&file)
        && !name.trim().is_empty()
    {
        return Ok(name.trim().to_owned());
    }
    // Any time-ordered random id will do; only its text is used.
    let name = SessionId::new(SystemClock.now())
        .to_string()
        .replace("ses_", "node_");
    fs::write(&file, &name).context("the data folder cannot be written to")?;
    Ok(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_has_one_studio_and_one_name() {
        let folder =
            std::env::temp_dir().join(format!("nexora-data-folder-{}", std::process::id()));
        let first = DataFolder::take(&folder).unwrap();
        let said = DataFolder::take(&folder).unwrap_err().to_string();
        assert!(said.contains("another studio"), "{said}");
        let name = first.node.clone();
        assert_eq!(first.lead().read(), Duration::ZERO);
        first.lead().keep(Duration::from_secs(90)).unwrap();
        drop(first);
        let again = DataFolder::take(&folder).unwrap();
        assert_eq!(again.lead().read(), Duration::from_secs(90));
        drop(again);
        assert_eq!(DataFolder::take(&folder).unwrap().node, name);
        fs::remove_dir_all(folder).unwrap();
    }
}
