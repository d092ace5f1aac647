//! As much of a browser as a hosted page needs: one request, its answer's head.

use std::io::{Read, Write};
use std::net::TcpStream;

use url::Url;

/// The head of an answer.
pub(crate) struct Head(String);

/// Loads a page of this machine.
pub(crate) fn get(url: &Url, cookie: &str) -> Head {
    ask("GET", url, cookie, "")
}

/// Sends a form to a page of this machine.
pub(crate) fn post(url: &Url, cookie: &str, form: &str) -> Head {
    ask("POST", url, cookie, form)
}

fn ask(method: &str, url: &Url, cookie: &str, form: &str) -> Head {
    let host = format!("127.0.0.1:{}", url.port().unwrap());
    let mut stream = TcpStream::connect(&host).unwrap();
    let target = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let length = form.len();
    let request = format!(
        "{method} {target} HTTP/1.1\r\nhost: {host}\r\ncookie: {cookie}\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {length}\r\n\
         connection: close\r\n\r\n{form}"
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let text = String::from_utf8_lossy(&answer);
    Head(text.split("\r\n\r\n").next().unwrap().to_owned())
}

impl Head {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.0.lines().filter_map(|line| line.split_once(": "));
        let (_, value) = lines.find(|(own, _)| own.eq_ignore_ascii_case(name))?;
        Some(value)
    }

    /// Where it leads.
    pub(crate) fn location(&self) -> Url {
        let found = self.header("location");
        found
            .unwrap_or_else(|| panic!("{}", self.0))
            .parse()
            .unwrap()
    }

    /// Name and value of the cookie it sets.
    pub(crate) fn cookie(&self) -> &str {
        let cookie = self.header("set-cookie").unwrap_or_default();
        cookie.split(';').next().unwrap_or_default()
    }
}
