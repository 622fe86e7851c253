//! Just enough of HTTP/1.1: requests read from a stream, answers written to it, whole or in pieces.

use std::io::{self, Read, Write};

/// No request of a client of the Repository Service is longer.
const HEAD_LIMIT: usize = 64 * 1024;
const BODY_LIMIT: usize = 16 * 1024 * 1024;

/// What a client asks for.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) method: String,
    /// Decoded, without the query.
    pub(super) path: String,
    pub(super) query: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Request {
    /// A header, whatever its case.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// A parameter of the query, whatever the case of its name: Qlik's own pages write `Xrfkey` and `xrfkey`.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// Whether the client wants the connection to end after this.
    pub(super) fn closes(&self) -> bool {
        self.header("Connection").is_some_and(|value| value.eq_ignore_ascii_case("close"))
    }
}

/// Reads requests one after the other from a stream.
pub(super) struct Requests<R> {
    stream: R,
    held: Vec<u8>,
}

impl<R: Read> Requests<R> {
    pub(super) fn new(stream: R) -> Self {
        Self { stream, held: Vec::new() }
    }

    pub(super) fn stream(&mut self) -> &mut R {
        &mut self.stream
    }

    /// The next request, or nothing when the client has gone.
    pub(super) fn next(&mut self) -> io::Result<Option<Request>> {
        let end = loop {
            if let Some(at) = self.held.windows(4).position(|part| part == b"\r\n\r\n") {
                break at;
            }
            if self.held.len() > HEAD_LIMIT {
                return Err(bad("the head is too long"));
            }
            if !self.more()? {
                return Ok(None);
            }
        };
        let head = String::from_utf8(self.held[..end].to_vec()).map_err(|_| bad("the head is no text"))?;
        self.held.drain(..end + 4);
        let mut request = parse(&head)?;
        request.body = self.body(&request)?;
        Ok(Some(request))
    }

    fn more(&mut self) -> io::Result<bool> {
        let mut part = [0; 8192];
        let length = self.stream.read(&mut part)?;
        self.held.extend_from_slice(&part[..length]);
        Ok(length > 0)
    }

    fn take(&mut self, length: usize) -> io::Result<Vec<u8>> {
        if length > BODY_LIMIT {
            return Err(bad("the body is too long"));
        }
        while self.held.len() < length {
            if !self.more()? {
                return Err(bad("the body ends early"));
            }
        }
        Ok(self.held.drain(..length).collect())
    }

    fn line(&mut self) -> io::Result<String> {
        loop {
            if let Some(at) = self.held.windows(2).position(|part| part == b"\r\n") {
                let line = self.take(at + 2)?;
                return Ok(String::from_utf8_lossy(&line[..at]).into_owned());
            }
            if self.held.len() > HEAD_LIMIT || !self.more()? {
                return Err(bad("a line does not end"));
            }
        }
    }

    fn body(&mut self, request: &Request) -> io::Result<Vec<u8>> {
        if request.header("Transfer-Encoding").is_some_and(|value| value.eq_ignore_ascii_case("chunked")) {
            let mut body = Vec::new();
            loop {
                let line = self.line()?;
                let length =
                    usize::from_str_radix(line.trim(), 16).map_err(|_| bad("no length of a chunk"))?;
                body.extend(self.take(length)?);
                self.line()?;
                if length == 0 {
                    return Ok(body);
                }
            }
        }
        match request.header("Content-Length") {
            Some(length) => self.take(length.trim().parse().map_err(|_| bad("no length"))?),
            None => Ok(Vec::new()),
        }
    }
}

fn parse(head: &str) -> io::Result<Request> {
    let mut lines = head.split("\r\n");
    let mut first = lines.next().unwrap_or_default().split(' ');
    let (Some(method), Some(target), Some("HTTP/1.1" | "HTTP/1.0"), None) =
        (first.next(), first.next(), first.next(), first.next())
    else {
        return Err(bad("no request line"));
    };
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let query = query.split('&').filter(|part| !part.is_empty()).map(|part| {
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        (decoded(key, true), decoded(value, true))
    });
    let headers = lines.filter_map(|line| line.split_once(':'));
    Ok(Request {
        method: method.to_owned(),
        path: decoded(path, false),
        query: query.collect(),
        headers: headers.map(|(key, value)| (key.trim().to_owned(), value.trim().to_owned())).collect(),
        body: Vec::new(),
    })
}

/// Percent signs, and in a query the plus sign.
fn decoded(text: &str, query: bool) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [byte, more @ ..] = rest {
        let code = more.get(..2).filter(|_| *byte == b'%').and_then(|code| std::str::from_utf8(code).ok());
        if let Some(code) = code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            bytes.push(code);
            rest = &more[2..];
        } else {
            bytes.push(if query && *byte == b'+' { b' ' } else { *byte });
            rest = more;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A name as it may stand in a path.
pub(super) fn encoded(name: &str) -> String {
    let sign = |byte: u8| match byte {
        b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    name.bytes().map(sign).collect()
}

fn bad(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// What the server says.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) kind: &'static str,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Vec<u8>,
    /// Sent in chunks, without a length in the head.
    pub(super) chunked: bool,
}

impl Answer {
    pub(super) fn json(status: u16, value: &serde_json::Value) -> Self {
        let body = value.to_string().into_bytes();
        Self {
            status,
            kind: "application/json;charset=utf-8",
            headers: Vec::new(),
            body,
            chunked: value.is_array(),
        }
    }

    pub(super) fn text(status: u16, text: &str) -> Self {
        let body = text.as_bytes().to_vec();
        Self { status, kind: "text/plain;charset=utf-8", headers: Vec::new(), body, chunked: false }
    }

    pub(super) fn file(name: &str, body: Vec<u8>) -> Self {
        let name: String = name.chars().map(|sign| if sign.is_ascii() { sign } else { '_' }).collect();
        let disposition = format!("attachment; filename=\"{name}\"");
        let headers = vec![("Content-Disposition", disposition)];
        Self { status: 200, kind: "application/octet-stream", headers, body, chunked: false }
    }

    /// The head, with a length that may be wrong.
    pub(super) fn head(&self, length: usize, closes: bool) -> Vec<u8> {
        let mut head =
            format!("HTTP/1.1 {} {}\r\nContent-Type: {}\r\n", self.status, reason(self.status), self.kind);
        head.push_str("Server: Microsoft-HTTPAPI/2.0\r\nX-Content-Type-Options: nosniff\r\n");
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if self.chunked {
            head.push_str("Transfer-Encoding: chunked\r\n");
        } else {
            head.push_str(&format!("Content-Length: {length}\r\n"));
        }
        if closes {
            head.push_str("Connection: close\r\n");
        }
        head.push_str("\r\n");
        head.into_bytes()
    }

    /// Head and body as they should be.
    pub(super) fn whole(&self, closes: bool) -> Vec<u8> {
        let mut bytes = self.head(self.body.len(), closes);
        if self.chunked {
            for part in self.body.chunks(1000) {
                chunk(&mut bytes, part);
            }
            bytes.extend(b"0\r\n\r\n");
        } else {
            bytes.extend(&self.body);
        }
        bytes
    }
}

/// One chunk of a body.
pub(super) fn chunk(out: &mut impl Write, part: &[u8]) {
    let sized = [format!("{:x}\r\n", part.len()).as_bytes(), part, b"\r\n"].concat();
    // A client that goes away is no matter of the server.
    let _ = out.write_all(&sized);
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        302 => "Found",
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        411 => "Length Required",
        415 => "Unsupported Media Type",
        503 => "Service Unavailable",
        _ => "Internal Server Error",
    }
}
