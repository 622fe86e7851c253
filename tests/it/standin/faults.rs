//! What may go wrong between a client and the Repository Service, on demand.

use std::io::Write;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use rustls::{ServerConnection, StreamOwned};

use super::http::{Answer, chunk};
use super::rules;

type Stream = StreamOwned<ServerConnection, TcpStream>;

/// How an answer goes wrong.
#[derive(Debug, Clone)]
pub(crate) enum Fault {
    /// Not at all; ends an earlier fault.
    None,
    /// The connection is closed before TLS; only for all paths.
    CloseAtAccept,
    /// The user is known and yet refused: 403.
    RefuseUser,
    /// No key is right: 403 with Qlik's words about XSRF.
    RefuseKey,
    /// This status, with a text.
    Status(u16),
    /// Nothing for so long, then the right answer.
    Slow(Duration),
    /// The right answer, one byte at a time with so much between.
    Drip(Duration),
    /// Half the body, then the connection is cut without a word.
    DiesMidway,
    /// The head promises this many bytes more than come, then the connection ends in order.
    TooShort(usize),
    /// The head promises this many bytes fewer than come.
    TooLong(usize),
    /// The right body and zeros behind it, so many bytes in all; the server does not hold them.
    Large(u64),
    /// A body without an end.
    Endless,
    /// 302 to somewhere else.
    Redirect(String),
    /// 200 with a login page, as from a proxy that asks who one is.
    LoginPage,
}

impl Fault {
    /// What is answered; the right answer only when the fault does not replace it.
    pub(super) fn answer(&self, right: impl FnOnce() -> Answer) -> Answer {
        match self {
            Self::RefuseUser => rules::refused(),
            Self::RefuseKey => rules::wrong_key(),
            Self::Status(status) => Answer::text(*status, "An error occurred"),
            Self::Redirect(target) => {
                let mut answer = Answer::text(302, "");
                answer.headers.push(("Location", target.clone()));
                answer
            }
            Self::LoginPage => {
                let mut answer = Answer::text(200, "<!doctype html><title>Login</title><p>Who are you?");
                answer.kind = "text/html;charset=utf-8";
                answer
            }
            Self::Endless => {
                let mut answer = right();
                answer.chunked = true;
                answer
            }
            Self::TooShort(_) | Self::TooLong(_) | Self::Large(_) => {
                let mut answer = right();
                answer.chunked = false;
                answer
            }
            _ => right(),
        }
    }

    /// Sends the answer as the fault wants; whether the connection goes on.
    pub(super) fn send(
        &self,
        answer: &Answer,
        closes: bool,
        stream: &mut Stream,
        stopped: &dyn Fn() -> bool,
    ) -> bool {
        let length = answer.body.len();
        match self {
            Self::Slow(time) => {
                wait(*time, stopped);
                !stopped() && sent(stream, &answer.whole(closes))
            }
            Self::Drip(pause) => {
                let whole = answer.whole(closes);
                whole.iter().all(|byte| {
                    wait(*pause, stopped);
                    !stopped() && sent(stream, &[*byte])
                })
            }
            Self::DiesMidway => {
                let whole = answer.whole(closes);
                let head = whole.len().saturating_sub(length);
                sent(stream, &whole[..head + length / 2]);
                // Cut without the word with which TLS ends a connection.
                let _ = stream.sock.shutdown(std::net::Shutdown::Both);
                false
            }
            Self::TooShort(missing) => {
                sent(stream, &[answer.head(length + missing, true), answer.body.clone()].concat());
                false
            }
            Self::TooLong(extra) => {
                sent(
                    stream,
                    &[answer.head(length.saturating_sub(*extra), true), answer.body.clone()].concat(),
                );
                false
            }
            Self::Large(size) => {
                let size = usize::try_from(*size).unwrap_or(usize::MAX).max(length);
                sent(stream, &answer.head(size, closes))
                    && sent(stream, &answer.body)
                    && zeros(size - length, stream, stopped)
            }
            Self::Endless => {
                let mut part = Vec::new();
                chunk(&mut part, &[b' '; 16 * 1024]);
                let mut goes_on = sent(stream, &answer.head(length, closes));
                while goes_on && !stopped() {
                    goes_on = sent(stream, &part);
                }
                false
            }
            _ => sent(stream, &answer.whole(closes)),
        }
    }
}

fn sent(stream: &mut Stream, bytes: &[u8]) -> bool {
    stream.write_all(bytes).and_then(|()| stream.flush()).is_ok()
}

/// So many zeros, unless one of the two sides ends.
fn zeros(mut left: usize, stream: &mut Stream, stopped: &dyn Fn() -> bool) -> bool {
    let zeros = [0; 16 * 1024];
    while left > 0 {
        let part = left.min(zeros.len());
        if stopped() || !sent(stream, &zeros[..part]) {
            return false;
        }
        left -= part;
    }
    true
}

/// Sleeps, but not beyond the end of the server.
fn wait(time: Duration, stopped: &dyn Fn() -> bool) {
    let start = Instant::now();
    while start.elapsed() < time && !stopped() {
        std::thread::sleep(Duration::from_millis(10).min(time));
    }
}
