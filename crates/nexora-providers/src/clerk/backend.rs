//! The Backend API, which our secret key opens: profiles, sessions, deletion.

use reqwest::Method;
use serde::Deserialize;
use url::Url;

use super::Clerk;
use super::profile::{ClerkUser, UserJson, is_subject};
use crate::place;
use crate::remote::RemoteError;

/// How a session stands at Clerk's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SessionStatus {
    /// Going on, and whose it is.
    Active {
        /// `user_…`
        subject: String,
    },
    /// Anything else: ended, expired, removed, pending, unknown.
    Over,
}

#[derive(Deserialize)]
struct SessionJson {
    status: String,
    user_id: String,
}

impl Clerk {
    /// Somebody's profile.
    pub async fn user(&self, subject: &str) -> Result<ClerkUser, RemoteError> {
        let url = self.place("users", subject, "")?;
        let user: UserJson = self.desk.get("user", url).await?.read()?;
        let user = user.read().ok_or(RemoteError::Broken)?;
        if user.subject != subject {
            return Err(RemoteError::Broken);
        }
        Ok(user)
    }

    /// Whether a session goes on. A session nobody knows is over.
    pub async fn session_status(&self, sid: &str) -> Result<SessionStatus, RemoteError> {
        let url = self.place("sessions", sid, "")?;
        let reply = match self.desk.get("session", url).await {
            Err(RemoteError::NotFound) => return Ok(SessionStatus::Over),
            answered => answered?,
        };
        let session: SessionJson = reply.read()?;
        if session.status != "active" || !is_subject(&session.user_id) {
            return Ok(SessionStatus::Over);
        }
        Ok(SessionStatus::Active {
            subject: session.user_id,
        })
    }

    /// Ends a session. One that nobody knows is ended.
    pub async fn revoke_session(&self, sid: &str) -> Result<(), RemoteError> {
        let url = self.place("sessions", sid, "/revoke")?;
        self.end("revoke_session", Method::POST, url).await
    }

    /// Deletes somebody's account at Clerk's. One that nobody knows is deleted.
    pub async fn delete_user(&self, subject: &str) -> Result<(), RemoteError> {
        let url = self.place("users", subject, "")?;
        self.end("delete_user", Method::DELETE, url).await
    }

    async fn end(&self, call: &'static str, method: Method, url: Url) -> Result<(), RemoteError> {
        match self.desk.send(call, method, url, None).await {
            Ok(_) | Err(RemoteError::NotFound) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Ids come from verified tokens, but a path is a path.
    fn place(&self, kind: &str, id: &str, rest: &str) -> Result<Url, RemoteError> {
        if !place::is_plain_id(id) {
            return Err(RemoteError::NotFound);
        }
        Ok(place::below(
            &self.api_url,
            &format!("v1/{kind}/{id}{rest}"),
        ))
    }
}
