//! A connection that can be cut without an answer.
//!
//! The cruellest moment on a wire is a submit that was accepted and never answered. HTTP servers do
//! not offer that, so the socket itself carries a cord: once pulled, every write fails and the
//! connection closes without one byte of an answer.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use axum::extract::connect_info::Connected;
use axum::http::{HeaderName, header};
use axum::response::{IntoResponse, Response};
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

use crate::script::Answer;

/// Accepts connections that can be cut.
pub(crate) struct Lines(pub(crate) TcpListener);

/// One accepted connection.
pub(crate) struct Line {
    stream: TcpStream,
    cord: Cord,
}

/// Cuts its connection when pulled.
#[derive(Clone)]
pub(crate) struct Cord(Arc<AtomicBool>);

impl Cord {
    /// Cuts the connection. The response is what the caller must return; nobody will see it.
    pub(crate) fn cut(&self) -> Response {
        self.0.store(true, Ordering::Release);
        ().into_response()
    }

    /// Gives an answer the way the script wants it to arrive.
    pub(crate) fn give(&self, response: Response, way: Answer) -> Response {
        match way {
            Answer::Whole => response,
            Answer::Cut => self.cut(),
            Answer::Garbled => {
                let body = (json_type(), "{\"status\": \"IN_QU");
                (response.status(), body).into_response()
            }
        }
    }

    fn check(&self) -> io::Result<()> {
        if self.0.load(Ordering::Acquire) {
            return Err(io::ErrorKind::ConnectionReset.into());
        }
        Ok(())
    }
}

fn json_type() -> [(HeaderName, &'static str); 1] {
    [(header::CONTENT_TYPE, "application/json")]
}

impl Listener for Lines {
    type Io = Line;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Line, SocketAddr) {
        let (stream, address) = Listener::accept(&mut self.0).await;
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a sandbox connection keeps its delay");
        }
        let cord = Cord(Arc::new(AtomicBool::new(false)));
        (Line { stream, cord }, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

impl Connected<IncomingStream<'_, Lines>> for Cord {
    fn connect_info(stream: IncomingStream<'_, Lines>) -> Self {
        stream.io().cord.clone()
    }
}

impl AsyncRead for Line {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Line {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.cord.check()?;
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.cord.check()?;
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
