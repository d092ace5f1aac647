//! The smallest HTTP client that can keep a connection open: the load must cost little itself.

use anyhow::{Context, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The largest answer read; the largest page has about 100 kB.
const ANSWER_BYTES_MAX: usize = 4 << 20;
/// Read at a time.
const CHUNK_BYTES: usize = 64 << 10;

/// One open connection.
pub(super) struct Connection {
    stream: TcpStream,
    unread: Vec<u8>,
}

struct Answer {
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Connection {
    /// Connects to `host:port`.
    pub(super) async fn open(address: &str) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            unread: Vec::new(),
        })
    }

    /// Sends a request and reads its answer to the end. Answers the status.
    pub(super) async fn ask(&mut self, request: &[u8]) -> anyhow::Result<u16> {
        self.exchange(request).await.map(|answer| answer.status)
    }

    /// As [`Connection::ask`], with the head.
    pub(super) async fn ask_for_head(&mut self, request: &[u8]) -> anyhow::Result<(u16, String)> {
        self.exchange(request)
            .await
            .map(|answer| (answer.status, answer.head))
    }

    /// As [`Connection::ask`], for the body, which must not be chunked.
    pub(super) async fn ask_for_body(&mut self, request: &[u8]) -> anyhow::Result<Vec<u8>> {
        self.exchange(request).await.map(|answer| answer.body)
    }

    async fn exchange(&mut self, request: &[u8]) -> anyhow::Result<Answer> {
        self.stream.write_all(request).await?;
        let head_end = self.read_until(find_head_end).await?;
        let head: Vec<u8> = self.unread.drain(..head_end).collect();
        let head = String::from_utf8(head)?;
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok());
        let body_end = if let Some(length) = header(&head, "content-length") {
            let length: usize = length.parse()?;
            self.read_until(|unread| (unread.len() >= length).then_some(length))
                .await?
        } else if header(&head, "transfer-encoding") == Some("chunked") {
            self.read_until(find_last_chunk).await?
        } else {
            0
        };
        let body = self.unread.drain(..body_end).collect();
        let status = status.context("the answer has no status")?;
        Ok(Answer { status, head, body })
    }

    async fn read_until(&mut self, done: impl Fn(&[u8]) -> Option<usize>) -> anyhow::Result<usize> {
        loop {
            if let Some(end) = done(&self.unread) {
                return Ok(end);
            }
            if self.unread.len() > ANSWER_BYTES_MAX {
                bail!("the answer does not end");
            }
            self.unread.reserve(CHUNK_BYTES);
            if self.stream.read_buf(&mut self.unread).await? == 0 {
                bail!("the studio closed the connection");
            }
        }
    }
}

fn find_head_end(bytes: &[u8]) -> Option<usize> {
    bytes
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .map(|at| at + 4)
}

fn find_last_chunk(bytes: &[u8]) -> Option<usize> {
    bytes.ends_with(b"0\r\n\r\n").then_some(bytes.len())
}

/// A header's first value, from a head as it arrived.
fn header<'a>(head: &'a str, name: &'a str) -> Option<&'a str> {
    headers(head, name).next()
}

/// All of a header's values.
pub(super) fn headers<'a>(head: &'a str, name: &'a str) -> impl Iterator<Item = &'a str> {
    let lines = head.lines().filter_map(|line| line.split_once(':'));
    lines
        .filter(move |(known, _)| known.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_and_bodies_end_where_they_say() {
        let head = "http/1.1 200 ok\r\ncontent-length: 5\r\n\r\n";
        assert_eq!(find_head_end(head.as_bytes()), Some(head.len()));
        assert_eq!(header(head, "content-length"), Some("5"));
        assert_eq!(header(head, "transfer-encoding"), None);
        assert_eq!(find_last_chunk(b"5\r\nhello\r\n0\r\n\r\n"), Some(15));
    }
}
