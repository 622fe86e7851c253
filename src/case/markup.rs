//! A text of headings, fields, paragraphs and lists, as plain text or as Markdown. What comes from a host or a person can neither
//! become markup nor move a cursor.

use std::fmt::Write;

/// How a text is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For a field that shows a text as it is.
    Text,
    /// For a field that knows Markdown, and for a file.
    Markdown,
}

/// A text in the making.
pub(super) struct Markup {
    format: Format,
    text: String,
}

impl Markup {
    pub(super) fn new(format: Format) -> Self {
        Self { format, text: String::new() }
    }

    pub(super) fn finish(self) -> String {
        self.text
    }

    /// The first heading.
    pub(super) fn title(&mut self, title: &str) {
        let title = one_line(title);
        match self.format {
            Format::Markdown => self.line(&format!("# {}", escaped(&title))),
            Format::Text => self.line(&format!("{title}\n{}", "=".repeat(title.chars().count().min(80)))),
        }
    }

    /// A heading; words of this program.
    pub(super) fn heading(&mut self, heading: &str) {
        match self.format {
            Format::Markdown => self.line(&format!("\n## {heading}\n")),
            Format::Text => self.line(&format!("\n{}\n", heading.to_uppercase())),
        }
    }

    /// A label and a value in one line.
    pub(super) fn field(&mut self, label: &str, value: &str) {
        let value = one_line(value);
        match self.format {
            Format::Markdown => self.line(&format!("- **{label}:** {}", escaped(&value))),
            Format::Text => self.line(&format!("{label}: {value}")),
        }
    }

    /// A text of several lines, which stay.
    pub(super) fn paragraph(&mut self, text: &str) {
        for line in text.lines() {
            let line = plain(line.trim_end());
            match self.format {
                // Two blanks at the end keep the break.
                Format::Markdown if line.is_empty() => self.line(""),
                Format::Markdown => self.line(&format!("{}  ", escaped(&line))),
                Format::Text => self.line(&line),
            }
        }
    }

    /// A text that is shown as it is.
    pub(super) fn verbatim(&mut self, text: &str) {
        let text = text.lines().map(plain).collect::<Vec<_>>().join("\n");
        match self.format {
            Format::Markdown => {
                let fence = "`".repeat(longest_run(&text).max(2) + 1);
                self.line(&format!("{fence}text\n{text}\n{fence}"));
            }
            Format::Text => text.lines().for_each(|line| self.line(&format!("    {line}"))),
        }
    }

    /// Items with a bullet.
    pub(super) fn list<T: AsRef<str>>(&mut self, items: impl IntoIterator<Item = T>) {
        for item in items {
            let item = self.inline(item.as_ref());
            self.line(&format!("- {item}"));
        }
    }

    /// Items with a number.
    pub(super) fn steps(&mut self, steps: &[String]) {
        for (number, step) in steps.iter().enumerate() {
            let step = self.inline(step);
            self.line(&format!("{}. {step}", number + 1));
        }
    }

    /// A label and words that come from the host, such as a path, which stay as they are.
    pub(super) fn sourced(&mut self, label: &str, words: &str) {
        let words = one_line(words);
        match self.format {
            Format::Markdown => {
                let ticks = "`".repeat(longest_run(&words) + 1);
                self.line(&format!("- {label}: {ticks} {words} {ticks}"));
            }
            Format::Text => self.line(&format!("- {label}: {words}")),
        }
    }

    fn inline(&self, text: &str) -> String {
        let text = one_line(text);
        if self.format == Format::Markdown { escaped(&text) } else { text }
    }

    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }
}

/// A text without line breaks.
fn one_line(text: &str) -> String {
    plain(
        &text
            .split(['\n', '\r'])
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .collect::<Vec<_>>()
            .join(" "),
    )
}

/// A text without characters that move a cursor, change colors or turn the writing direction.
fn plain(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        let turns = matches!(character, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}');
        match character {
            '\t' => safe.push(' '),
            _ if turns || character.is_control() => {
                let _ = write!(safe, "\\u{{{:x}}}", character as u32);
            }
            _ => safe.push(character),
        }
    }
    safe
}

/// A line in which nothing is markup. Underscores inside words are none anyway, and masks must stay as they are.
fn escaped(line: &str) -> String {
    let mut safe = String::with_capacity(line.len());
    let mut characters = line.trim_start().chars().peekable();
    let mut is_start = true;
    while let Some(character) = characters.next() {
        let is_next_mark = characters.peek().is_some_and(char::is_ascii_punctuation);
        let is_mark = match character {
            '`' | '*' | '[' | ']' | '<' | '>' | '|' | '~' => true,
            '\\' => is_next_mark,
            '#' | '-' | '+' | '=' => is_start,
            // `1.` begins a list.
            '.' | ')' => !safe.is_empty() && safe.bytes().all(|byte| byte.is_ascii_digit()),
            '&' => characters.peek().is_some_and(|next| next.is_ascii_alphabetic() || *next == '#'),
            _ => false,
        };
        if is_mark {
            safe.push('\\');
        }
        safe.push(character);
        is_start = false;
    }
    safe
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_line_is_markup() {
        for (line, wanted) in [
            ("# no heading", "\\# no heading"),
            ("1. no list", "1\\. no list"),
            ("- no list", "\\- no list"),
            ("<script>alert(1)</script>", "\\<script\\>alert(1)\\</script\\>"),
            ("[a](http://b)", "\\[a\\](http://b)"),
            ("C:\\ProgramData\\*.log", "C:\\ProgramData\\\\\\*.log"),
            ("REDACTED_password_12ab, 403", "REDACTED_password_12ab, 403"),
            ("a & b &lt;", "a & b \\&lt;"),
        ] {
            assert_eq!(escaped(line), wanted);
        }
    }

    #[test]
    fn a_text_cannot_leave_its_place() {
        let mut text = Markup::new(Format::Markdown);
        text.verbatim("a\n```\n# b");
        text.sourced("denied", "/x/`a`\n# c");
        text.field("Since", "now\n# d");
        let text = text.finish();
        assert_eq!(text, "````text\na\n```\n# b\n````\n- denied: `` /x/`a` # c ``\n- **Since:** now # d\n");
        let mut text = Markup::new(Format::Text);
        text.paragraph("a\u{1b}[2J\u{202e}b\n\nc");
        assert_eq!(text.finish(), "a\\u{1b}[2J\\u{202e}b\n\nc\n");
    }
}
