//! The width of characters, as far as lines and stamps need it: where lines end, and what a line says in ASCII.

/// How wide the characters of a file are, and how its lines end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Text {
    wide: Wide,
    /// Whether lines end with a carriage return too.
    returns: bool,
    /// Length of the byte order mark.
    mark: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wide {
    No,
    Little,
    Big,
}

impl Text {
    /// Judges the start of a file. What is no text has lines as bytes have them.
    pub fn of(start: &[u8]) -> Self {
        let (wide, mark) = match start {
            [0xFF, 0xFE, ..] => (Wide::Little, 2),
            [0xFE, 0xFF, ..] => (Wide::Big, 2),
            [0xEF, 0xBB, 0xBF, ..] => (Wide::No, 3),
            _ => (without_mark(start), 0),
        };
        let text = Self { wide, returns: false, mark };
        let end = text.line_end(start).unwrap_or(0);
        let last = end.checked_sub(2 * text.unit()).map(|at| text.ascii(&start[at..]));
        Self { returns: last == Some(b'\r'), ..text }
    }

    /// Whether bytes can be of a text with characters of this width: in narrow text there is no zero.
    pub fn fits(self, bytes: &[u8]) -> bool {
        self.wide != Wide::No || memchr::memchr(0, bytes).is_none()
    }

    /// Bytes of one unit.
    pub fn unit(self) -> usize {
        if self.wide == Wide::No { 1 } else { 2 }
    }

    /// Length of the byte order mark.
    pub fn mark(self) -> usize {
        self.mark
    }

    /// Length of the text up to and with its first line end. It must begin at a whole character.
    pub fn line_end(self, bytes: &[u8]) -> Option<usize> {
        if self.wide == Wide::No {
            return memchr::memchr(b'\n', bytes).map(|at| at + 1);
        }
        let (even, other) = if self.wide == Wide::Little { (0, 1) } else { (1, 0) };
        memchr::memchr_iter(b'\n', bytes)
            .find(|at| at % 2 == even && bytes.get(at - even + other) == Some(&0))
            .map(|at| at - even + 2)
    }

    /// The line as far as it is ASCII, each other character as one byte; narrow text as it is.
    pub fn narrow<'a>(self, line: &'a [u8], room: &'a mut Vec<u8>) -> &'a [u8] {
        if self.wide == Wide::No {
            return line;
        }
        room.clear();
        room.extend(line.chunks_exact(2).map(|unit| self.ascii(unit)));
        room
    }

    /// A text in the encoding of the file, as a line of its own.
    pub fn line(self, text: &str) -> Vec<u8> {
        let text = format!("{text}{}", if self.returns { "\r\n" } else { "\n" });
        match self.wide {
            Wide::No => text.into_bytes(),
            Wide::Little => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            Wide::Big => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        }
    }

    /// The ASCII of a unit; blanks that do not break count as blanks.
    fn ascii(self, unit: &[u8]) -> u8 {
        let code = match (self.wide, unit) {
            (Wide::No, [byte, ..]) => return *byte,
            (Wide::Little, [low, high, ..]) => u16::from_le_bytes([*low, *high]),
            (Wide::Big, [high, low, ..]) => u16::from_be_bytes([*high, *low]),
            _ => 0,
        };
        match code {
            0xA0 | 0x202F => b' ',
            code => u8::try_from(code).ok().filter(u8::is_ascii).unwrap_or(b'?'),
        }
    }
}

/// Text without a mark: Western text in two bytes has a zero in every other one, always on the same side.
fn without_mark(start: &[u8]) -> Wide {
    let sample = &start[..start.len().min(4096)];
    let zeros = |side: usize| sample.iter().skip(side).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    let most = sample.len() / 2 * 9 / 10;
    match (even, odd) {
        (0, odd) if sample.len() >= 8 && odd >= most => Wide::Little,
        (even, 0) if sample.len() >= 8 && even >= most => Wide::Big,
        _ => Wide::No,
    }
}
