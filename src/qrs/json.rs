//! A JSON document on its way: put on lines, since services write all on one, and with some of its values replaced. Nothing is kept of
//! it but the name and the value that are just read, so its size does not matter.

use std::io::{self, Read};

/// Longest value that is looked at whole; of a longer one that is to be replaced, so much counts.
const LONGEST: usize = 64 * 1024;
/// Deepest nesting that is told apart, and that lines are indented by.
const DEEPEST: usize = 512;
const INDENTED: usize = 16;
/// Bytes of the source that are read at once.
const STEP: usize = 16 * 1024;

/// Gives what stands in place of a value under a name; nothing if it stays.
pub(super) type Replace<'r> = Box<dyn Fn(&str, &str) -> Option<String> + 'r>;

/// A document that is being read. What does not begin as JSON goes through as it is.
pub struct Tidy<'r, R> {
    source: R,
    replace: Replace<'r>,
    input: Vec<u8>,
    output: Vec<u8>,
    given: usize,
    has_ended: bool,
    state: State,
}

/// Where in the document it stands.
#[derive(Default)]
struct State {
    kind: Kind,
    open: Vec<Open>,
    /// Brackets beyond the deepest.
    beyond: usize,
    /// The string or literal that is being read.
    token: Option<Token>,
    /// The name before the value that comes next.
    name: Option<String>,
    /// Nothing has come since the last bracket was opened.
    is_fresh: bool,
    is_value_next: bool,
}

#[derive(Default, PartialEq, Eq, Clone, Copy)]
enum Kind {
    #[default]
    Unknown,
    Json,
    Other,
}

struct Open {
    is_object: bool,
    /// The name that a list stands under; its members are judged by it.
    name: Option<String>,
}

struct Token {
    is_string: bool,
    is_escaped: bool,
    role: Role,
    bytes: Vec<u8>,
}

/// What becomes of a string or literal.
#[derive(PartialEq, Eq, Clone, Copy)]
enum Role {
    /// A name: it goes out as it comes in, and is kept.
    Name,
    /// A value that goes out as it comes in.
    Passed,
    /// A value that is replaced once it is whole.
    Replaced,
}

impl<'r, R: Read> Tidy<'r, R> {
    pub(super) fn new(source: R, replace: Replace<'r>) -> Self {
        let (input, output) = (vec![0; STEP], Vec::with_capacity(2 * STEP));
        Self { source, replace, input, output, given: 0, has_ended: false, state: State::default() }
    }

    fn byte(&mut self, byte: u8) {
        match self.state.kind {
            Kind::Other => return self.output.push(byte),
            Kind::Unknown if byte.is_ascii_whitespace() || matches!(byte, 0xEF | 0xBB | 0xBF) => return,
            Kind::Unknown if !matches!(byte, b'{' | b'[') => {
                self.state.kind = Kind::Other;
                return self.output.push(byte);
            }
            Kind::Unknown => self.state.kind = Kind::Json,
            Kind::Json => {}
        }
        if let Some(token) = self.state.token.take() {
            return self.go_on(token, byte);
        }
        match byte {
            b'{' | b'[' => self.opens(byte),
            b'}' | b']' => self.closes(byte),
            b',' => {
                self.output.push(b',');
                self.line();
                self.state.name = None;
                self.state.is_value_next = false;
            }
            b':' => {
                self.output.extend_from_slice(b": ");
                self.state.is_value_next = true;
            }
            _ if byte.is_ascii_whitespace() => {}
            _ => self.begin(byte),
        }
    }

    fn opens(&mut self, byte: u8) {
        self.first();
        self.output.push(byte);
        let name = if byte == b'[' { self.name() } else { None };
        if self.state.open.len() < DEEPEST {
            self.state.open.push(Open { is_object: byte == b'{', name });
        } else {
            self.state.beyond += 1;
        }
        self.state.name = None;
        self.state.is_fresh = true;
        self.state.is_value_next = false;
    }

    fn closes(&mut self, byte: u8) {
        if self.state.beyond > 0 {
            self.state.beyond -= 1;
        } else {
            self.state.open.pop();
        }
        if !std::mem::take(&mut self.state.is_fresh) {
            self.line();
        }
        self.output.push(byte);
        if self.state.open.is_empty() {
            self.output.push(b'\n');
        }
        self.state.name = None;
    }

    /// What comes first behind an opened bracket begins a line.
    fn first(&mut self) {
        if std::mem::take(&mut self.state.is_fresh) {
            self.line();
        }
    }

    fn line(&mut self) {
        self.output.push(b'\n');
        let depth = (self.state.open.len() + self.state.beyond).min(INDENTED);
        self.output.extend(std::iter::repeat_n(b' ', 2 * depth));
    }

    /// The name that the value which comes now stands under.
    fn name(&self) -> Option<String> {
        self.state.name.clone().or_else(|| self.state.open.last().and_then(|open| open.name.clone()))
    }

    fn begin(&mut self, byte: u8) {
        self.first();
        let is_string = byte == b'"';
        let in_object = self.state.beyond == 0 && self.state.open.last().is_some_and(|open| open.is_object);
        let is_name = is_string && in_object && !self.state.is_value_next;
        let may_be_replaced =
            !is_name && self.name().is_some_and(|name| (self.replace)(&name, "a value").is_some());
        let role = match (is_name, may_be_replaced) {
            (true, _) => Role::Name,
            (false, true) => Role::Replaced,
            (false, false) => Role::Passed,
        };
        let mut token = Token { is_string, is_escaped: false, role, bytes: Vec::new() };
        if role != Role::Replaced {
            self.output.push(byte);
        }
        if !is_string {
            token.bytes.push(byte);
        }
        self.state.token = Some(token);
    }

    /// Goes on with a string or a literal.
    fn go_on(&mut self, mut token: Token, byte: u8) {
        let is_end = match (token.is_string, token.is_escaped) {
            (true, true) => {
                token.is_escaped = false;
                false
            }
            (true, false) => {
                token.is_escaped = byte == b'\\';
                byte == b'"'
            }
            (false, _) => {
                byte.is_ascii_whitespace() || matches!(byte, b',' | b'}' | b']' | b':' | b'{' | b'[')
            }
        };
        if !is_end {
            if token.role != Role::Replaced {
                self.output.push(byte);
            }
            if token.role != Role::Passed && token.bytes.len() < LONGEST {
                token.bytes.push(byte);
            }
            self.state.token = Some(token);
            return;
        }
        if token.is_string && token.role != Role::Replaced {
            self.output.push(byte);
        }
        self.ended(&token);
        if !token.is_string {
            self.byte(byte);
        }
    }

    /// A string or a literal has ended.
    fn ended(&mut self, token: &Token) {
        match token.role {
            Role::Name => return self.state.name = Some(text(&token.bytes)),
            Role::Passed => return,
            Role::Replaced => {}
        }
        let is_empty = token.is_string && token.bytes.is_empty();
        let is_word = !token.is_string && matches!(token.bytes.as_slice(), b"null" | b"true" | b"false");
        let value = text(&token.bytes);
        let replaced = self.name().and_then(|name| (self.replace)(&name, &value));
        match replaced.filter(|_| !is_empty && !is_word) {
            Some(replaced) => self.output.extend_from_slice(quoted(&replaced).as_bytes()),
            None if token.is_string => {
                self.output.push(b'"');
                self.output.extend_from_slice(&token.bytes);
                self.output.push(b'"');
            }
            None => self.output.extend_from_slice(&token.bytes),
        }
    }

    /// The source has ended, perhaps in the middle.
    fn end(&mut self) {
        self.has_ended = true;
        if let Some(token) = self.state.token.take().filter(|token| token.role != Role::Name) {
            self.ended(&token);
        }
    }
}

/// What a string stands for, without its escapes.
fn text(bytes: &[u8]) -> String {
    let raw = String::from_utf8_lossy(bytes);
    serde_json::from_str::<String>(&format!("\"{raw}\"")).unwrap_or_else(|_| raw.into_owned())
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

impl<R: Read> Read for Tidy<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.output.len() && !self.has_ended {
            self.output.clear();
            self.given = 0;
            let mut input = std::mem::take(&mut self.input);
            let read = self.source.read(&mut input);
            match &read {
                Ok(0) => self.end(),
                Ok(read) => input.iter().take(*read).for_each(|byte| self.byte(*byte)),
                Err(_) => {}
            }
            self.input = input;
            read?;
        }
        let rest = self.output.get(self.given..).unwrap_or_default();
        let length = rest.len().min(buffer.len());
        buffer[..length].copy_from_slice(&rest[..length]);
        self.given += length;
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads a text in small steps, and replaces what stands under `secret`.
    fn tidied(text: &str) -> String {
        struct Slow<'a>(&'a [u8]);
        impl Read for Slow<'_> {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                let some = buffer.len().min(3);
                self.0.read(&mut buffer[..some])
            }
        }
        let replace = |name: &str, value: &str| (name == "secret").then(|| format!("<{}>", value.len()));
        io::read_to_string(Tidy::new(Slow(text.as_bytes()), Box::new(replace))).expect("memory reads")
    }

    #[test]
    fn documents_mean_the_same_line_by_line() {
        for text in [
            r#"{"a":1,"b":[true,null,{"c":"x,y:{z}\"\\"}],"d":{},"e":[]}"#,
            r#"[ {"a" : -1.5e3 } , "s" ]"#,
            "[]",
            "\u{feff}[\r\n1]",
            r#"{"ключ":"значение \u00e9"}"#,
        ] {
            let tidy = tidied(text);
            let parse = |text: &str| -> serde_json::Value {
                serde_json::from_str(text.trim_start_matches('\u{feff}')).expect("JSON")
            };
            assert_eq!(parse(&tidy), parse(text), "{tidy}");
            assert_eq!(tidied(&tidy), tidy);
        }
        assert_eq!(
            tidied(r#"{"a":[1,{"b":"c"}]}"#),
            "{\n  \"a\": [\n    1,\n    {\n      \"b\": \"c\"\n    }\n  ]\n}\n"
        );
    }

    #[test]
    fn values_are_replaced_by_their_name_wherever_they_stand() {
        for (text, tidy) in [
            (r#"{"secret":"a\"b","x":"secret","y":1}"#, r#"{"secret":"<3>","x":"secret","y":1}"#),
            (r#"{"secret":["ab",12,{"x":"y"}],"z":"w"}"#, r#"{"secret":["<2>","<2>",{"x":"y"}],"z":"w"}"#),
            (r#"{"secret":"","a":{"secret":null}}"#, r#"{"secret":"","a":{"secret":null}}"#),
            (r#"{"sec\u0072et":1234,"b":2}"#, r#"{"sec\u0072et":"<4>","b":2}"#),
        ] {
            let compact: String = tidied(text).split(['\n', ' ']).collect();
            assert_eq!(compact, tidy);
        }
    }

    #[test]
    fn a_value_that_is_cut_off_is_replaced_all_the_same() {
        let tidy = tidied(r#"{"a":1,"secret":"the beginning of a"#);
        assert!(tidy.ends_with("\"<18>\"") && !tidy.contains("beginning"), "{tidy}");
        let long = format!("{{\"secret\":\"{}\",\"b\":2}}", "x".repeat(3 * LONGEST));
        assert!(tidied(&long).contains(&format!("\"<{LONGEST}>\"")));
    }

    #[test]
    fn what_is_no_json_stays_as_it_is() {
        for text in ["<html> {\"secret\":1}", "PK\u{3}\u{4}  {", "", "secret: 1\n"] {
            assert_eq!(tidied(text), text);
        }
    }

    #[test]
    fn no_depth_is_too_deep() {
        let text = "[".repeat(5000) + &"]".repeat(5000);
        let compact: String = tidied(&text).split_whitespace().collect();
        assert_eq!(compact, text);
    }
}
