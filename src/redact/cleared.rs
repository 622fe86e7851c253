//! Bytes that may enter a bundle, and the few reasons why: they went through the rules, the program wrote them itself, or a person agreed to
//! hand them over as they are.

use std::collections::BTreeMap;
use std::io::{self, Cursor, Read};

use super::archive::{self, Archive};
use super::engine::Engine;
use super::{Hint, Privacy, Redaction};

/// What is known once a stream has been read to its end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Clearance {
    /// Encoding that was recognized: `utf-8`, `utf-8-bom`, `utf-16le`, `utf-16be`, `legacy`.
    pub encoding: Option<String>,
    /// Masks per rule.
    pub masks: BTreeMap<String, u64>,
    /// Why the stream must not be passed on, if so; what was read of it is then to be thrown away.
    pub withheld: Option<String>,
    /// Bytes read from the source.
    pub source_bytes: u64,
}

/// A stream that may enter a bundle. Only this module can make one.
pub struct Cleared<'a, R> {
    source: Option<R>,
    reason: Reason<'a>,
    clearance: Clearance,
    /// Gets to see all that is passed on.
    watcher: Option<Watcher<'a>>,
}

/// Gets bytes as they are passed on.
type Watcher<'a> = Box<dyn FnMut(&[u8]) + 'a>;

/// Why the bytes may pass.
enum Reason<'a> {
    /// The program wrote them itself.
    Own,
    /// A person saw what is inside and agreed to hand it over as it is.
    Agreed,
    /// They may not.
    Withheld,
    /// They go through the rules; the source is known to be no archive, or not looked at yet.
    Redacted(Box<Engine<'a>>, Hint),
    /// They are unpacked, go through the rules, and are packed again.
    Gzip(Box<archive::Gzip<'a>>),
    /// They went through the rules and were packed again.
    Zip(Cursor<Vec<u8>>),
}

impl<'a, R: Read> Cleared<'a, R> {
    pub(super) fn redacted(source: R, (redaction, privacy): (&'a Redaction, Privacy), hint: &Hint) -> Self {
        let engine = Engine::new((redaction, privacy), hint);
        Self {
            source: Some(source),
            reason: Reason::Redacted(Box::new(engine), hint.clone()),
            clearance: Clearance::default(),
            watcher: None,
        }
    }

    /// A stream that is passed on as it is.
    pub(super) fn agreed(source: R) -> Self {
        Self { source: Some(source), reason: Reason::Agreed, clearance: Clearance::default(), watcher: None }
    }

    /// A stream of which nothing is passed on.
    pub(super) fn withheld(source: R, reason: &str) -> Self {
        let clearance = Clearance { withheld: Some(reason.to_owned()), ..Clearance::default() };
        Self { source: Some(source), reason: Reason::Withheld, clearance, watcher: None }
    }
}

impl<'a, R> Cleared<'a, R> {
    /// Shows all that is passed on, as it is passed on; of a stream that turns out to be withheld, what was passed on before.
    pub fn watched_by(&mut self, watcher: impl FnMut(&[u8]) + 'a) {
        self.watcher = Some(Box::new(watcher));
    }

    /// What is known of the stream; complete once it has been read to its end.
    pub fn clearance(&self) -> &Clearance {
        match &self.reason {
            Reason::Redacted(engine, _) => &engine.clearance,
            _ => &self.clearance,
        }
    }
}

impl Cleared<'static, Cursor<Vec<u8>>> {
    /// Text that the program itself wrote without any host data: digest lists, bag declarations, stubs.
    pub fn own_text(text: String) -> Self {
        Self {
            source: Some(Cursor::new(text.into_bytes())),
            reason: Reason::Own,
            clearance: Clearance::default(),
            watcher: None,
        }
    }
}

impl<'a, R: Read + 'a> Cleared<'a, R> {
    /// Opens an archive, once the first bytes show that it is one.
    fn open(&mut self) {
        let Reason::Redacted(engine, hint) = &mut self.reason else { return };
        let Some(source) = &mut self.source else { return };
        if engine.pieces.encoding.is_some() || engine.pieces.source_bytes > 0 {
            return;
        }
        engine.pieces.fill(source);
        let Some(kind) = Archive::of(&engine.pieces.raw) else { return };
        let Some(source) = self.source.take() else { return };
        let (hint, redaction) = (std::mem::take(hint), engine.redaction);
        let whole = Cursor::new(std::mem::take(&mut engine.pieces.raw)).chain(source);
        self.reason = match kind {
            Archive::Gzip => Reason::Gzip(Box::new(archive::gzip(redaction, whole, &hint))),
            Archive::Zip => match archive::zip(redaction, whole, &hint) {
                Ok(repacked) => {
                    self.clearance = repacked.clearance;
                    Reason::Zip(Cursor::new(repacked.bytes))
                }
                Err(why) => {
                    self.clearance.withheld = Some(why);
                    Reason::Withheld
                }
            },
        };
    }
}

impl<'a, R: Read + 'a> Read for Cleared<'a, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.pass(buffer)?;
        if let Some(watcher) = &mut self.watcher {
            watcher(&buffer[..read]);
        }
        Ok(read)
    }
}

impl<'a, R: Read + 'a> Cleared<'a, R> {
    fn pass(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.open();
        match &mut self.reason {
            Reason::Own => self.source.as_mut().map_or(Ok(0), |source| source.read(buffer)),
            Reason::Agreed => {
                let read = self.source.as_mut().map_or(Ok(0), |source| source.read(buffer))?;
                self.clearance.source_bytes += read as u64;
                Ok(read)
            }
            Reason::Withheld => Ok(0),
            Reason::Redacted(engine, _) => {
                self.source.as_mut().map_or(Ok(0), |source| engine.read(source, buffer))
            }
            Reason::Zip(bytes) => bytes.read(buffer),
            Reason::Gzip(packed) => {
                let read = packed.read(buffer).or_else(|error| {
                    self.clearance.withheld = Some(format!("a damaged gzip archive: {error}"));
                    Ok::<usize, io::Error>(0)
                })?;
                let inner = packed.get_ref().clearance();
                let withheld = self.clearance.withheld.take().or_else(|| inner.withheld.clone());
                self.clearance = Clearance { withheld, encoding: Some("gzip".into()), ..inner.clone() };
                Ok(read)
            }
        }
    }
}

#[cfg(test)]
impl<R> Cleared<'static, R> {
    /// A stream as a test wants it.
    pub(crate) fn test_stream(source: R, clearance: Clearance) -> Self {
        Self { source: Some(source), reason: Reason::Own, clearance, watcher: None }
    }
}
