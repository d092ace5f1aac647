//! A person with an account, and the texts they identify themselves with.

use std::fmt;

use crate::clock::Timestamp;
use crate::id::MemberId;
use crate::plan::Plan;

/// A person with an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Their id.
    pub id: MemberId,
    /// What they are called on the page.
    pub display_name: DisplayName,
    /// Where they get mail; also what they sign in with.
    pub email: Email,
    /// What they pay for at this moment.
    pub plan: Plan,
    /// When they joined.
    pub created_at: Timestamp,
}

/// A plausible e-mail address: trimmed and lower-cased, so that it can be looked up.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Email(String);

/// A name to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisplayName(String);

/// A password somebody typed. It is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

/// A sentence that says what is wrong with a text somebody typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfit(pub &'static str);

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// RFC 5321 §4.5.3.1.3: a path has at most 256 octets, two of them angle brackets.
const EMAIL_BYTES_MAX: usize = 254;
/// Fits on a card and in every list.
const NAME_CHARS_MAX: usize = 60;
/// The shortest password anyone may choose.
pub const PASSWORD_CHARS_MIN: usize = 8;
/// Longer than any passphrase; hashing time must not grow with what a stranger sends.
pub const PASSWORD_CHARS_MAX: usize = 128;
/// The passwords that every list of leaked ones starts with and that are long enough to pass.
const WORN_OUT: [&str; 24] = [
    "password",
    "password1",
    "password123",
    "passw0rd",
    "12345678",
    "123456789",
    "1234567890",
    "qwertyui",
    "qwerty123",
    "qwertyuiop",
    "iloveyou",
    "sunshine",
    "princess",
    "football",
    "baseball",
    "superman",
    "trustno1",
    "11111111",
    "00000000",
    "abcd1234",
    "letmein1",
    "welcome1",
    "admin123",
    "changeme",
];

impl Email {
    /// Reads an address. It asks for one `@` with something on both sides and a dot in the
    /// domain; whether mail arrives there only mail can tell.
    pub fn parse(text: &str) -> Result<Self, Unfit> {
        let wrong = Unfit("This does not look like an e-mail address.");
        let lower = text.trim().to_lowercase();
        if lower.len() > EMAIL_BYTES_MAX {
            return Err(wrong);
        }
        let (name, domain) = lower.rsplit_once('@').ok_or_else(|| wrong.clone())?;
        let clean = |part: &str| {
            !part.is_empty() && !part.chars().any(|c| c.is_whitespace() || c.is_control())
        };
        let dotted = domain.contains('.') && domain.split('.').all(|label| !label.is_empty());
        if clean(name) && !name.contains('@') && clean(domain) && dotted {
            Ok(Self(lower))
        } else {
            Err(wrong)
        }
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part before the `@`, which is what a member is called until they say otherwise.
    pub fn local_part(&self) -> &str {
        self.0.split('@').next().unwrap_or(&self.0)
    }
}

impl DisplayName {
    /// Reads a name of 1 to 60 characters.
    pub fn parse(text: &str) -> Result<Self, Unfit> {
        let name: String = text.chars().filter(|c| !c.is_control()).collect();
        let name = name.trim();
        match name.chars().count() {
            0 => Err(Unfit("Tell us what to call you.")),
            1..=NAME_CHARS_MAX => Ok(Self(name.to_owned())),
            _ => Err(Unfit("A name can have at most 60 characters.")),
        }
    }

    /// The name for somebody who gave none: the start of their address.
    pub fn from_email(email: &Email) -> Self {
        Self(email.local_part().chars().take(NAME_CHARS_MAX).collect())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Password {
    /// Reads a new password: 8 to 128 characters, and not one that everybody tries first. There
    /// are no rules about kinds of characters; length is what helps.
    pub fn choose(text: &str) -> Result<Self, Unfit> {
        match text.chars().count() {
            n if n < PASSWORD_CHARS_MIN => Err(Unfit("A password needs at least 8 characters.")),
            n if n > PASSWORD_CHARS_MAX => {
                Err(Unfit("A password can have at most 128 characters."))
            }
            _ if WORN_OUT.contains(&text.to_lowercase().as_str()) => Err(Unfit(
                "This password is on every list of leaked ones. Choose another.",
            )),
            _ => Ok(Self(text.to_owned())),
        }
    }

    /// Takes a password as typed at sign-in, cut to a bounded length: it only has to be
    /// compared, not judged.
    pub fn typed(text: &str) -> Self {
        Self(text.chars().take(PASSWORD_CHARS_MAX + 1).collect())
    }

    /// The bytes to hash.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for DisplayName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_compared_without_case() {
        let email = Email::parse("  Ada@Example.COM ").unwrap();
        assert_eq!(email.as_str(), "ada@example.com");
        assert_eq!(email.local_part(), "ada");
    }

    #[test]
    fn nonsense_is_not_an_address() {
        for text in ["", "ada", "@x.io", "a@b", "a b@c.io", "a@@b.io", "a@b..io"] {
            assert!(Email::parse(text).is_err(), "{text:?}");
        }
        assert!(Email::parse(&format!("{}@x.io", "a".repeat(260))).is_err());
    }

    #[test]
    fn a_password_is_long_and_unknown_to_the_lists() {
        assert!(Password::choose("short").is_err());
        assert!(Password::choose("Password123").is_err());
        assert!(Password::choose(&"x".repeat(129)).is_err());
        assert!(Password::choose("correct horse").is_ok());
    }

    #[test]
    fn a_password_is_never_printed() {
        let shown = format!("{:?}", Password::typed("correct horse"));
        assert!(!shown.contains("horse"));
    }
}
