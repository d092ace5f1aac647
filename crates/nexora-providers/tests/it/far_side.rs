//! A far side that says exactly what it is told to, once per connection, and remembers what it
//! was asked.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use url::Url;

pub(crate) struct FarSide {
    port: u16,
    heard: Arc<Mutex<Vec<String>>>,
}

impl FarSide {
    /// Listens on loopback and answers one connection after another with these texts, byte for
    /// byte; the connection is closed after each.
    pub(crate) fn saying(answers: &[&str]) -> Self {
        let answers = answers.iter().map(|&text| text.to_owned()).collect();
        Self::answering(|_| answers)
    }

    /// The same, with answers that know where it listens.
    pub(crate) fn answering(answers: impl FnOnce(&Url) -> Vec<String>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let answers = answers(&format!("http://127.0.0.1:{port}").parse().unwrap());
        let heard = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&heard);
        thread::spawn(move || {
            for answer in answers {
                let Ok((stream, _)) = listener.accept() else {
                    return;
                };
                log.lock().unwrap().push(read_request(&stream));
                // The caller may have left already; that is its business.
                let _ = (&stream).write_all(answer.as_bytes());
            }
        });
        Self { port, heard }
    }

    pub(crate) fn url(&self, path: &str) -> Url {
        format!("http://127.0.0.1:{}{path}", self.port)
            .parse()
            .unwrap()
    }

    /// Requests so far: request line, headers and body.
    pub(crate) fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }
}

/// An answer with a JSON body.
pub(crate) fn json(status: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\
         connection: close\r\n\r\n{body}"
    )
}

/// An answer that leads elsewhere.
pub(crate) fn redirect(status: &str, location: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\nlocation: {location}\r\ncontent-length: 0\r\n\
         connection: close\r\n\r\n"
    )
}

fn read_request(stream: &TcpStream) -> String {
    let mut reader = BufReader::new(stream);
    let mut request = String::new();
    let mut body_bytes = 0;
    loop {
        let mut line = String::new();
        let read = reader.read_line(&mut line).unwrap_or(0);
        if let Some(length) = line.to_lowercase().strip_prefix("content-length:") {
            body_bytes = length.trim().parse().unwrap();
        }
        request.push_str(&line);
        if read == 0 || line == "\r\n" {
            break;
        }
    }
    let mut body = vec![0; body_bytes];
    reader.read_exact(&mut body).unwrap();
    request.push_str(&String::from_utf8(body).unwrap());
    request
}
