//! Passwords are hashed with argon2id, off the async threads.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use nexora_core::Password;

use crate::{Engine, EngineError};

/// A hash nobody's password fits, with the parameters of a real one (argon2id, 19 MiB, 2 rounds):
/// checking against it takes as long as checking against a real one.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bmV4b3JhLW5vYm9keS1zYWx0\
                      $7jYjZ1u0Cz8Yx3nPq3kX0hJ2mHqkq3o8yq0c2bqzJ1A";

impl Engine {
    /// The PHC text of a password: argon2id with the crate's defaults, which are OWASP's minimum
    /// (19 MiB, 2 rounds, 1 lane).
    pub(super) async fn hash_password(&self, password: Password) -> Result<String, EngineError> {
        let _turn = self.0.hashing.acquire().await;
        let hashed = tokio::task::spawn_blocking(move || {
            let hash = Argon2::default().hash_password(password.as_bytes());
            hash.map(|hash| hash.to_string())
        });
        match hashed.await {
            Ok(Ok(phc)) => Ok(phc),
            Ok(Err(error)) => Err(EngineError::Media(format!("hashing a password: {error}"))),
            Err(error) => Err(EngineError::Media(format!("hashing a password: {error}"))),
        }
    }

    /// Whether a password fits. With no hash to compare to it takes as long, and does not.
    pub(super) async fn check_password(
        &self,
        password: Password,
        phc: Option<String>,
    ) -> Result<bool, EngineError> {
        let _turn = self.0.hashing.acquire().await;
        let checked = tokio::task::spawn_blocking(move || {
            let known = phc.is_some();
            let text = phc.unwrap_or_else(|| NOBODY.to_owned());
            let fits = PasswordHash::new(&text).is_ok_and(|hash| {
                Argon2::default()
                    .verify_password(password.as_bytes(), &hash)
                    .is_ok()
            });
            known && fits
        });
        checked
            .await
            .map_err(|error| EngineError::Media(format!("checking a password: {error}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// If it did not parse, checking a stranger's address would be quicker than a member's.
    #[test]
    fn nobodys_hash_costs_what_a_real_one_costs() {
        let nobody = PasswordHash::new(NOBODY).unwrap();
        let real = Argon2::default().hash_password(b"correct horse").unwrap();
        assert_eq!(nobody.params.to_string(), real.params.to_string());
        assert_eq!(nobody.algorithm, real.algorithm);
    }
}
