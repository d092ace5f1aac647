//! Clerk's hosted pages: signing in, signing up, the profile.

use url::Url;

use super::Clerk;
use super::cookies::DEV_BROWSER;
use super::handshake::local;
use super::instance::{Instance, Mode};
use crate::place;

/// A hosted page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PortalPage {
    /// For members.
    SignIn,
    /// For new members.
    SignUp,
    /// Profile, e-mail addresses, password, sessions.
    User,
    /// What is left to do before somebody is signed in.
    Tasks,
}

impl PortalPage {
    const fn path(self) -> &'static str {
        match self {
            Self::SignIn => "sign-in",
            Self::SignUp => "sign-up",
            Self::User => "user",
            Self::Tasks => "sign-in/tasks",
        }
    }
}

impl Clerk {
    /// A hosted page that leads back to a path of ours. In development the browser's name goes
    /// along, because the pages are on another site than its cookie.
    pub fn account_portal_url(
        &self,
        page: PortalPage,
        return_path: &str,
        dev_browser: Option<&str>,
    ) -> Url {
        let mut url = place::below(&portal(&self.instance), page.path());
        let back = local(self.instance.home(), return_path);
        let mut query = url.query_pairs_mut();
        query.append_pair("redirect_url", back.as_str());
        if let (Mode::Development, Some(name)) = (self.instance.mode(), dev_browser) {
            query.append_pair(DEV_BROWSER, name);
        }
        drop(query);
        url
    }
}

/// `slug.clerk.accounts.dev` has its pages at `slug.accounts.dev`, `clerk.studio.example` at
/// `accounts.studio.example`.
fn portal(instance: &Instance) -> Url {
    let mut url = instance.frontend_url().clone();
    if !instance.portal_is_apart() {
        return url;
    }
    let host = instance.frontend_host();
    let apart = match host.split_once("clerk.accounts.") {
        Some((before, after)) => format!("{before}accounts.{after}"),
        None => host.replacen("clerk.", "accounts.", 1),
    };
    if let Ok(there) = format!("https://{apart}").parse() {
        url = there;
    }
    url
}

#[cfg(test)]
mod tests {
    use super::super::instance::tests::instance;
    use super::*;

    #[test]
    fn the_pages_are_on_the_host_beside() {
        let host = |mode| portal(&instance(mode)).to_string();
        assert_eq!(host("test"), "https://happy-otter-7.accounts.dev/");
        assert_eq!(host("live"), "https://accounts.studio.example/");
    }
}
