//! A browser without scripts: cookies, redirects, forms. Hosts on loopback share cookies, whatever
//! their port, as in real ones.

use std::collections::BTreeMap;
use std::sync::Mutex;

use reqwest::header::{ACCEPT, COOKIE, HeaderMap, LOCATION, SET_COOKIE};
use reqwest::{Client, RequestBuilder, Response, StatusCode, Url};

use crate::studio::client;

/// More redirects than this in a row are a loop.
const REDIRECTS_MAX: usize = 12;

/// What a browser wants when it opens a page.
const HTML: &str = "text/html,application/xhtml+xml,*/*;q=0.8";

/// Somebody with a browser.
pub(crate) struct Visitor {
    client: Client,
    cookies: Mutex<BTreeMap<String, String>>,
}

/// A page somebody arrived at.
pub(crate) struct Page {
    pub(crate) url: Url,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Visitor {
    pub(crate) fn new() -> Self {
        Self {
            client: client(),
            cookies: Mutex::default(),
        }
    }

    /// Opens a page, wherever it leads.
    pub(crate) async fn open(&self, url: &str) -> Page {
        let url: Url = url.parse().unwrap();
        let request = self.client.get(url.clone()).header(ACCEPT, HTML);
        let answer = self.send(request).await;
        self.follow(url, answer).await
    }

    /// Sends a form, and goes wherever its answer leads.
    pub(crate) async fn submit(&self, url: &str, fields: &[(&str, &str)]) -> Page {
        let url: Url = url.parse().unwrap();
        let request = self.client.post(url.clone()).header(ACCEPT, HTML);
        let answer = self.send(request.form(fields)).await;
        self.follow(url, answer).await
    }

    /// Sends one request with the cookies, and keeps those that come back.
    pub(crate) async fn send(&self, request: RequestBuilder) -> Response {
        let held = self.cookies.lock().unwrap().clone();
        let pairs: Vec<String> = held
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let request = request.header(COOKIE, pairs.join("; "));
        let answer = request.send().await.unwrap();
        let mut cookies = self.cookies.lock().unwrap();
        for set in answer.headers().get_all(SET_COOKIE) {
            let first = set.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = first.split_once('=').unwrap();
            if value.is_empty() {
                cookies.remove(name);
            } else {
                cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        drop(cookies);
        answer
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// Every secret the browser holds.
    pub(crate) fn cookies(&self) -> BTreeMap<String, String> {
        self.cookies.lock().unwrap().clone()
    }

    async fn follow(&self, mut url: Url, mut answer: Response) -> Page {
        for _ in 0..REDIRECTS_MAX {
            if !answer.status().is_redirection() {
                let (status, headers) = (answer.status(), answer.headers().clone());
                let text = answer.text().await.unwrap();
                return Page {
                    url,
                    status,
                    headers,
                    text,
                };
            }
            let target = answer.headers()[LOCATION].to_str().unwrap();
            url = url.join(target).unwrap();
            let request = self.client.get(url.clone()).header(ACCEPT, HTML);
            answer = self.send(request).await;
        }
        panic!("redirected in circles: {url}");
    }
}

impl Page {
    /// The address behind the first link or form whose tag contains `part`.
    pub(crate) fn address(&self, part: &str) -> String {
        let tags = self.text.split('<').filter(|tag| tag.contains(part));
        let found = tags.into_iter().find_map(|tag| {
            ["href=\"", "action=\""].iter().find_map(|name| {
                let (_, rest) = tag.split_once(name)?;
                Some(rest.split('"').next()?.replace("&amp;", "&"))
            })
        });
        let found = found.unwrap_or_else(|| panic!("nothing about {part} in\n{}", self.text));
        self.url.join(&found).unwrap().to_string()
    }
}
