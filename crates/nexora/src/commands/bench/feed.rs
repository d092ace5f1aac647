//! A page's live stream, read as it comes.

use std::time::Duration;

use anyhow::{Context, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::process::Served;

/// How long a message may be on its way before the bench gives up.
const MESSAGE_WAIT_MAX: Duration = Duration::from_secs(60);
/// Read at a time.
const CHUNK_BYTES: usize = 16 << 10;

/// One open stream.
pub(super) struct Feed {
    stream: TcpStream,
    heard: Vec<u8>,
}

impl Feed {
    /// Opens the stream of whoever has this cookie.
    pub(super) async fn open(studio: &Served, cookie: &str) -> anyhow::Result<Self> {
        let mut stream = TcpStream::connect(&studio.address).await?;
        let head = format!(
            "GET /live HTTP/1.1\r\nHost: {}\r\nCookie: {cookie}\r\nAccept: text/event-stream\r\n\r\n",
            studio.address
        );
        stream.write_all(head.as_bytes()).await?;
        let heard = Vec::new();
        let mut feed = Self { stream, heard };
        feed.until("\r\n\r\n").await?;
        Ok(feed)
    }

    /// Waits until these words were said.
    pub(super) async fn until(&mut self, words: &str) -> anyhow::Result<()> {
        let waiting = async {
            while !self.says(words) {
                self.read().await?;
            }
            anyhow::Ok(())
        };
        let waited = tokio::time::timeout(MESSAGE_WAIT_MAX, waiting).await;
        waited.context("the live stream does not say what was waited for")?
    }

    /// How many messages come in this time; those that only keep the line open do not count.
    pub(super) async fn messages_in(&mut self, span: Duration) -> anyhow::Result<usize> {
        self.heard.clear();
        let listening = async {
            loop {
                self.read().await?;
            }
        };
        // It only ends early if the stream does.
        let ended: Result<anyhow::Result<()>, _> = tokio::time::timeout(span, listening).await;
        if let Ok(broken) = ended {
            broken?;
        }
        Ok(String::from_utf8_lossy(&self.heard)
            .matches("\ndata:")
            .count())
    }

    fn says(&self, words: &str) -> bool {
        let mut places = self.heard.windows(words.len());
        places.any(|place| place == words.as_bytes())
    }

    async fn read(&mut self) -> anyhow::Result<()> {
        let mut chunk = vec![0; CHUNK_BYTES];
        let count = self.stream.read(&mut chunk).await?;
        if count == 0 {
            bail!("the live stream ended");
        }
        self.heard
            .extend_from_slice(chunk.get(..count).unwrap_or_default());
        Ok(())
    }
}
