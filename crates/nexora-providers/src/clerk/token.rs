//! Why a token is not accepted, and which of the reasons a handshake can mend.

use std::fmt;

/// How a token reached us. It decides what else must be true.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// In the session cookie. A token older than the last change of the browser's client is stale.
    Cookie {
        /// `__client_uat`: when the client last changed, in seconds since 1970; zero or absent
        /// means that the browser is signed out.
        client_uat: Option<i64>,
    },
    /// In a handshake that was just verified: it is newer than the browser's cookies.
    Handshake,
    /// In an `Authorization` header.
    Bearer,
}

/// A token that does not sign anybody in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenError {
    /// Its minute is over. Ask for a new one.
    Expired,
    /// Its time has not come; the clocks differ.
    NotYetValid,
    /// It was issued in the future; the clocks differ.
    IssuedInFuture,
    /// The browser's client has changed since.
    Stale,
    /// The browser says that nobody is signed in.
    NoClient,
    /// Somebody has signed in but has something left to do at Clerk's. Nobody is signed in yet.
    Pending,
    /// No new attempt with this token can succeed.
    Invalid(Flaw),
    /// We have no keys to verify it with, and Clerk does not answer. Neither yes nor no.
    Unavailable,
}

/// What is wrong with a token for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// Not three parts of base64url, or too long.
    Syntax,
    /// The header is not an object of what we can read.
    Header,
    /// Signed with something else than RS256, or not at all.
    Algorithm,
    /// Not a plain JWT, for example an OAuth access token.
    Type,
    /// It asks for an extension to be understood.
    Critical,
    /// Another class of token that the same key signs: templates, machines.
    Category,
    /// Signed with a key that is not this instance's.
    UnknownKey,
    /// The signature does not fit.
    Signature,
    /// This claim is missing or not of its form.
    Claim(&'static str),
    /// Issued by another instance.
    Issuer,
    /// Issued to a page that is not ours, or to nobody knows which.
    AuthorizedParty,
}

/// The token in an `Authorization` header: the scheme `Bearer` in any case, one space, the token.
/// Clerk's own library also takes a bare token; we do not.
pub fn bearer_token(authorization: &str) -> Option<&str> {
    let (scheme, token) = authorization.split_once(' ')?;
    let plain = !token.is_empty() && !token.contains(char::is_whitespace);
    (scheme.eq_ignore_ascii_case("bearer") && plain).then_some(token)
}

impl From<Flaw> for TokenError {
    fn from(flaw: Flaw) -> Self {
        Self::Invalid(flaw)
    }
}

impl fmt::Display for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Expired => f.write_str("the token has expired"),
            Self::NotYetValid => f.write_str("the token is not valid yet"),
            Self::IssuedInFuture => f.write_str("the token was issued in the future"),
            Self::Stale => f.write_str("the token is older than the last sign-in"),
            Self::NoClient => f.write_str("the browser is signed out"),
            Self::Pending => f.write_str("the sign-in is not finished"),
            Self::Invalid(flaw) => write!(f, "the token is not valid: {flaw}"),
            Self::Unavailable => f.write_str("the token cannot be verified at the moment"),
        }
    }
}

impl std::error::Error for TokenError {}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax => f.write_str("it is not three parts of base64url"),
            Self::Header => f.write_str("its header cannot be read"),
            Self::Algorithm => f.write_str("it is not signed with RS256"),
            Self::Type => f.write_str("it is not a plain JWT"),
            Self::Critical => f.write_str("it has critical extensions"),
            Self::Category => f.write_str("it is not a session token"),
            Self::UnknownKey => f.write_str("its key is not known"),
            Self::Signature => f.write_str("its signature does not fit"),
            Self::Claim(name) => write!(f, "its claim {name} is missing or wrong"),
            Self::Issuer => f.write_str("it is of another instance"),
            Self::AuthorizedParty => f.write_str("it was not issued to our pages"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bearer_is_named_so() {
        assert_eq!(bearer_token("Bearer a.b.c"), Some("a.b.c"));
        assert_eq!(bearer_token("bearer a.b.c"), Some("a.b.c"));
        for none in [
            "a.b.c",
            "Basic a.b.c",
            "Bearer",
            "Bearer ",
            "Bearer  a.b.c",
            "Bearer a b",
        ] {
            assert_eq!(bearer_token(none), None, "{none}");
        }
    }
}
