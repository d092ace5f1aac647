//! What an error of the server means to the caller.

use std::panic::Location;

use tokio_postgres::error::SqlState;

use crate::error::StoreError;

/// Translates an error. The server's own words are left out where they may quote a value.
pub(super) fn fault(why: &tokio_postgres::Error) -> StoreError {
    let Some(said) = why.as_db_error() else {
        if why.is_closed() || is_transport(why) {
            return StoreError::Unavailable(why.to_string());
        }
        return StoreError::corrupt(why);
    };
    let code = said.code();
    let contended = [
        &SqlState::T_R_DEADLOCK_DETECTED,
        &SqlState::T_R_SERIALIZATION_FAILURE,
        &SqlState::LOCK_NOT_AVAILABLE,
    ];
    if *code == SqlState::UNIQUE_VIOLATION {
        return StoreError::Conflict;
    }
    if contended.contains(&code) {
        return StoreError::Contended;
    }
    let class = code.code().get(..2).unwrap_or_default();
    match class {
        // A value, or a row, that a check refused: the words may quote it.
        "22" | "23" => {
            let rule = said.constraint().or(said.table()).unwrap_or("a value");
            StoreError::Corrupt(format!("{rule} was refused with code {}", code.code()))
        }
        // Wrong name or password, no such database: a person has to act.
        "28" | "3D" => StoreError::Refused(format!("the database says: {}", said.message())),
        // Connection, resources, shutting down, cancelled.
        "08" | "53" | "57" | "58" => StoreError::Unavailable(said.message().to_owned()),
        _ => StoreError::Corrupt(format!("{} (code {})", said.message(), code.code())),
    }
}

/// Names the statement in an error that a programmer has to look into.
pub(super) fn fault_at(why: &tokio_postgres::Error, at: &Location<'_>) -> StoreError {
    fault(why).placed(at)
}

fn is_transport(why: &tokio_postgres::Error) -> bool {
    let mut cause = std::error::Error::source(why);
    while let Some(inner) = cause {
        if inner.is::<std::io::Error>() {
            return true;
        }
        cause = inner.source();
    }
    false
}
