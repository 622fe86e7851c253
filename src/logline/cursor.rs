//! Walks over the bytes of one line. Nothing is taken that does not fit.

/// A place in a line.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'a> {
    line: &'a [u8],
    pub(super) at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(line: &'a [u8], at: usize) -> Self {
        Self { line, at }
    }

    pub(super) fn peek(&self) -> u8 {
        self.line.get(self.at).copied().unwrap_or(0)
    }

    pub(super) fn rest(&self) -> &'a [u8] {
        self.line.get(self.at..).unwrap_or_default()
    }

    /// Takes one of these bytes.
    pub(super) fn eat(&mut self, of: &[u8]) -> Option<u8> {
        let next = *self.line.get(self.at)?;
        of.contains(&next).then(|| {
            self.at += 1;
            next
        })
    }

    /// Takes this word.
    pub(super) fn word(&mut self, word: &[u8]) -> bool {
        let is_there = self.rest().starts_with(word);
        self.at += if is_there { word.len() } else { 0 };
        is_there
    }

    /// Takes blanks of all kinds: also those that do not break, which locales put before AM and PM.
    pub(super) fn blanks(&mut self) {
        while self.eat(b" \t").is_some() || self.word("\u{202F}".as_bytes()) || self.word("\u{A0}".as_bytes())
        {
        }
    }

    /// Takes a number with so many digits and no more behind them.
    pub(super) fn number(&mut self, least: usize, most: usize) -> Option<u32> {
        let digits = self.rest().iter().take(most + 1).take_while(|byte| byte.is_ascii_digit()).count();
        (digits <= most).then(|| self.digits(least, most)).flatten()
    }

    /// Takes a number with so many digits; more may follow.
    pub(super) fn digits(&mut self, least: usize, most: usize) -> Option<u32> {
        let rest = self.rest();
        let digits = rest.iter().take(most).take_while(|byte| byte.is_ascii_digit()).count();
        if digits < least {
            return None;
        }
        self.at += digits;
        Some(rest[..digits].iter().fold(0, |number, digit| number * 10 + u32::from(digit - b'0')))
    }

    /// Takes a word of letters.
    pub(super) fn letters(&mut self) -> &'a [u8] {
        let rest = self.rest();
        let length = rest.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
        self.at += length;
        &rest[..length]
    }
}
