//! One app without its data: the site makes a copy, which can be fetched once.

use std::io::{self, Read, Write};
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;

use super::client::{Request, random};
use super::{Service, Site};
use crate::host::Miss;

/// How long the site may take to make the copy, and to send it.
const MAKING: Duration = Duration::from_mins(2);
const SENDING: Duration = Duration::from_mins(10);
/// The most that a copy without data may have.
const LARGEST: u64 = 1024 * 1024 * 1024;

/// The most of a copy that is held in memory.
const MOST_HELD: usize = 32 * 1024 * 1024;

/// A copy of an app without its data, held in memory, or why there is none.
pub(super) type Copy = Result<Arc<Vec<u8>>, Miss>;

/// An app of the site.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct App {
    /// Its id.
    pub id: String,
    /// Its name; several apps may have the same.
    pub name: String,
}

/// An app that was exported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// The app.
    pub app: App,
    /// Bytes that were written.
    pub bytes: u64,
}

/// What the site answers when a copy is ready.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Ready {
    download_path: String,
}

impl Site<'_> {
    /// The apps that have this id, or else this name without regard to letter case.
    ///
    /// # Errors
    /// Why the site does not tell, or that there is no such app.
    pub fn apps_called(&self, text: &str, left: Option<Duration>) -> Result<Vec<App>, Miss> {
        let request = Request {
            service: Service::Repository,
            port: self.port(Service::Repository),
            path: "/qrs/app",
            limit: self.limit(left)?,
        };
        let all: Vec<App> = self.send(&request, false)?.json()?;
        let is_id = |app: &&App| app.id.eq_ignore_ascii_case(text);
        let is_name = |app: &&App| app.name.to_lowercase() == text.to_lowercase();
        let by_id: Vec<App> = all.iter().filter(is_id).cloned().collect();
        let found = if by_id.is_empty() { all.iter().filter(is_name).cloned().collect() } else { by_id };
        if found.is_empty() {
            return Err(Miss::Missing(
                "the site has no app of that id or name that this user may see".into(),
            ));
        }
        Ok(found)
    }

    /// A copy of an app without its data. It is made once: who asks for the same app again gets the same one.
    ///
    /// # Errors
    /// Why there is none, in words for people.
    pub fn copy_without_data(&self, app: &str, left: Option<Duration>) -> Result<Arc<Vec<u8>>, Miss> {
        if let Some((_, copy)) = self.copy().as_ref().filter(|(of, _)| of == app) {
            return copy.clone();
        }
        let mut held = Held(Vec::new());
        let copy = self.export_without_data(app, &mut held, left).map(|_| Arc::new(held.0));
        *self.copy() = Some((app.to_owned(), copy.clone()));
        copy
    }

    /// Writes a copy of an app without its data. The app is named by its id, or by its name if only one has it.
    ///
    /// # Errors
    /// Why there is none, in words for people.
    pub fn export_without_data(
        &self,
        app: &str,
        into: &mut dyn Write,
        left: Option<Duration>,
    ) -> Result<Exported, Miss> {
        let mut found = self.apps_called(app, left)?;
        let (Some(app), None) = (found.pop(), found.pop()) else {
            return Err(Miss::Failed("several apps of the site have that name; give the id of one".into()));
        };
        if !is_id(&app.id) {
            return Err(Miss::Failed("the site names an app by something that is no id".into()));
        }
        let request = |path, most: Duration| Request {
            service: Service::Repository,
            port: self.port(Service::Repository),
            path,
            limit: left.map_or(most, |left| left.min(most)),
        };
        let path = format!("/qrs/app/{}/export/{}?skipData=true", app.id, new_id()?);
        let ready: Ready = self.send(&request(&path, MAKING), true)?.json()?;
        let path = download_path(&ready.download_path)?;
        let mut answer = self.send(&request(&path, SENDING), false)?.of_at_most(LARGEST);
        let bytes = copy(&mut answer, into)?;
        Ok(Exported { app, bytes })
    }
}

/// Bytes up to the most that are held.
struct Held(Vec<u8>);

impl Write for Held {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > MOST_HELD {
            let most = MOST_HELD / (1024 * 1024);
            return Err(io::Error::other(format!("even without data it has more than {most} MiB")));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn copy(answer: &mut dyn Read, into: &mut dyn Write) -> Result<u64, Miss> {
    let mut buffer = vec![0; 64 * 1024];
    let mut bytes = 0_u64;
    loop {
        let read = answer.read(&mut buffer).map_err(|error| match error.kind() {
            std::io::ErrorKind::TimedOut => Miss::TimedOut(error.to_string()),
            _ => Miss::Failed(error.to_string()),
        })?;
        if read == 0 {
            return Ok(bytes);
        }
        let part = buffer.get(..read).unwrap_or_default();
        into.write_all(part).map_err(|error| Miss::Failed(format!("the app cannot be kept: {error}")))?;
        bytes += read as u64;
    }
}

/// Whether a text is an id, which can stand in an address as it is.
fn is_id(text: &str) -> bool {
    text.len() == 36 && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

/// A new id, of random numbers (RFC 9562).
fn new_id() -> Result<String, Miss> {
    let mut bytes = random::<16>()?;
    bytes[6] = bytes[6] & 0x0F | 0x40;
    bytes[8] = bytes[8] & 0x3F | 0x80;
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    Ok([part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-"))
}

/// Where the copy can be fetched: a path below that of temporary content, with the name of the app as an address has it.
fn download_path(path: &str) -> Result<String, Miss> {
    if !path.starts_with("/tempcontent/") || path.contains("..") {
        return Err(Miss::Failed("the site names a place for the app that is not one of its own".into()));
    }
    let mut written = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' => written.push(char::from(byte)),
            b'-' | b'.' | b'_' | b'~' | b'/' | b'?' | b'=' | b'&' | b'%' | b'+' | b'(' | b')' | b','
            | b'!' => {
                written.push(char::from(byte));
            }
            _ => written.push_str(&format!("%{byte:02X}")),
        }
    }
    Ok(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_of_their_form_and_new() {
        let (one, other) = (new_id().expect("random"), new_id().expect("random"));
        assert!(is_id(&one) && one != other && one.as_bytes()[14] == b'4');
        assert!(!is_id("../../about") && !is_id(""));
    }

    #[test]
    fn a_copy_is_fetched_from_the_site_only() {
        assert_eq!(
            download_path("/tempcontent/1/Mein Büro #1.qvf?serverNodeId=2").ok().as_deref(),
            Some("/tempcontent/1/Mein%20B%C3%BCro%20%231.qvf?serverNodeId=2")
        );
        for wrong in
            ["https://elsewhere/tempcontent/1", "//elsewhere/x", "/qrs/license", "/tempcontent/../qrs/about"]
        {
            assert!(download_path(wrong).is_err(), "{wrong}");
        }
    }
}
