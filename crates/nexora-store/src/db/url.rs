//! Where the database is, read from one text.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// Which database.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// An embedded database in this file: `sqlite:path`.
    Sqlite(PathBuf),
    /// An embedded database that is gone when it is closed: `sqlite::memory:`. For tests.
    SqliteInMemory,
    /// A server: `postgres://…`, with the password in it.
    Postgres(String),
}

/// A text that names no database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidUrl;

impl fmt::Display for InvalidUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "a database is written sqlite:path/to/file.db or postgres://user:password@host/name",
        )
    }
}

impl std::error::Error for InvalidUrl {}

impl FromStr for DatabaseUrl {
    type Err = InvalidUrl;
    fn from_str(text: &str) -> Result<Self, InvalidUrl> {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Self::Postgres(text.to_owned()));
        }
        match text.strip_prefix("sqlite:").ok_or(InvalidUrl)? {
            "" | "//" => Err(InvalidUrl),
            ":memory:" => Ok(Self::SqliteInMemory),
            path => Ok(Self::Sqlite(path.strip_prefix("//").unwrap_or(path).into())),
        }
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::SqliteInMemory => f.write_str("sqlite::memory:"),
            Self::Postgres(url) => f.write_str(&without_password(url)),
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Keeps host and name only: user names are personal, and parameters can carry a password too.
fn without_password(url: &str) -> String {
    let Ok(url) = url::Url::parse(url) else {
        return "postgres://…".to_owned();
    };
    let host = url.host_str().unwrap_or("localhost");
    let port = url.port().unwrap_or(5432);
    format!("postgres://{host}:{port}{}", url.path())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_says_which_engine() {
        assert_eq!(
            "sqlite:a/b.db".parse(),
            Ok(DatabaseUrl::Sqlite("a/b.db".into()))
        );
        assert_eq!(
            "sqlite:///var/n.db".parse(),
            Ok(DatabaseUrl::Sqlite("/var/n.db".into()))
        );
        assert_eq!("sqlite::memory:".parse(), Ok(DatabaseUrl::SqliteInMemory));
        assert!("postgresql://h/d".parse::<DatabaseUrl>().is_ok());
        for text in ["", "sqlite:", "mysql://h/d", "nexora.db"] {
            assert_eq!(text.parse::<DatabaseUrl>(), Err(InvalidUrl), "{text:?}");
        }
    }

    #[test]
    fn a_password_is_never_shown() {
        let url: DatabaseUrl = "postgres://ada:s3cret@db.example:5433/n?password=s3cret"
            .parse()
            .unwrap();
        assert_eq!(url.to_string(), "postgres://db.example:5433/n");
        assert!(!format!("{url:?}").contains("s3cret"));
    }
}
