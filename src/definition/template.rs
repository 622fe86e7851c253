//! Expansion of `%VAR%` and `{variable}` in paths. Never looks at a host by itself.

use std::collections::BTreeMap;

use crate::host::Vars;

/// Values for `{variable}` in paths.
pub type Variables = BTreeMap<String, String>;

/// A piece of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// Text that stands for itself.
    Text(&'a str),
    /// `%NAME%`, an environment variable of the host.
    Environment(&'a str),
    /// `{name}`, a variable of the definition.
    Variable(&'a str),
}

/// Expands `%VAR%` and `{variable}`. `Err` names the first one that has no value.
pub fn expand(template: &str, vars: &Vars, variables: &Variables) -> Result<String, String> {
    fill(template, vars, variables, str::to_owned)
}

/// As `expand`, for a glob: values are escaped, so that they match themselves only.
pub fn expand_pattern(template: &str, vars: &Vars, variables: &Variables) -> Result<String, String> {
    fill(template, vars, variables, glob::Pattern::escape)
}

fn fill(
    template: &str,
    vars: &Vars,
    variables: &Variables,
    write: impl Fn(&str) -> String,
) -> Result<String, String> {
    let mut text = String::with_capacity(template.len() + 32);
    for piece in pieces(template) {
        match piece {
            Piece::Text(part) => text.push_str(part),
            Piece::Environment(name) => match vars.get(name) {
                Some(value) => text.push_str(&write(value)),
                None => return Err(format!("%{name}%")),
            },
            Piece::Variable(name) => match variables.get(name) {
                Some(value) => text.push_str(&write(value)),
                None => return Err(format!("{{{name}}}")),
            },
        }
    }
    Ok(text)
}

/// Expands `%VAR%` and `${VAR}` in a value that a product's configuration gave; what has no value stays as it is.
pub fn expand_value(value: &str, vars: &Vars) -> String {
    let mut text = String::with_capacity(value.len());
    let mut rest = value;
    while let Some(at) = rest.find(['%', '$']) {
        let (open, close) = if rest[at..].starts_with("${") { ("${", '}') } else { ("%", '%') };
        let name = rest[at..].strip_prefix(open).and_then(|after| after.split_once(close));
        if let Some((known, after)) = name.and_then(|(name, after)| Some((vars.get(name)?, after))) {
            text.push_str(&rest[..at]);
            text.push_str(known);
            rest = after;
        } else {
            text.push_str(&rest[..=at]);
            rest = &rest[at + 1..];
        }
    }
    text.push_str(rest);
    text
}

/// Takes a template apart. A percent sign or a brace that begins no name stands for itself.
pub(super) fn pieces(template: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let mut rest = template;
    let mut text_from = template;
    while let Some(at) = rest.find(['%', '{']) {
        let (open, after) = rest[at..].split_at(1);
        let close = if open == "%" { '%' } else { '}' };
        let name = after.split_once(close).map(|(name, _)| name).filter(|name| is_name(open, name));
        let Some(name) = name else {
            rest = after;
            continue;
        };
        let before = &text_from[..text_from.len() - rest.len() + at];
        if !before.is_empty() {
            found.push(Piece::Text(before));
        }
        found.push(if open == "%" { Piece::Environment(name) } else { Piece::Variable(name) });
        rest = &after[name.len() + 1..];
        text_from = rest;
    }
    if !text_from.is_empty() {
        found.push(Piece::Text(text_from));
    }
    found
}

/// `ProgramFiles(x86)` is the one name of an environment variable with parentheses.
fn is_name(open: &str, name: &str) -> bool {
    let allowed = |c: char| {
        if open == "%" {
            c.is_ascii_alphanumeric() || matches!(c, '_' | '(' | ')')
        } else {
            c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'
        }
    };
    !name.is_empty() && name.chars().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::Os;

    fn values() -> (Vars, Variables) {
        let vars = Vars::new(
            Os::Windows,
            [
                ("ProgramData".to_owned(), r"C:\ProgramData".to_owned()),
                ("ProgramFiles(x86)".to_owned(), r"C:\Program Files (x86)".to_owned()),
                ("odd".to_owned(), "[a]*".to_owned()),
            ],
        );
        let variables = [("log_dir".to_owned(), r"D:\Logs [old]".to_owned())].into();
        (vars, variables)
    }

    #[test]
    fn templates_expand() {
        let (vars, variables) = values();
        let table: [(&str, Result<&str, &str>); 12] = [
            ("plain", Ok("plain")),
            ("", Ok("")),
            (r"%ProgramData%\Qlik", Ok(r"C:\ProgramData\Qlik")),
            (r"%PROGRAMDATA%\Qlik", Ok(r"C:\ProgramData\Qlik")),
            (r"%ProgramFiles(x86)%\a", Ok(r"C:\Program Files (x86)\a")),
            (r"{log_dir}\x", Ok(r"D:\Logs [old]\x")),
            (r"a{log_dir}%ProgramData%b", Ok(r"aD:\Logs [old]C:\ProgramDatab")),
            ("100% of {LOG}", Ok("100% of {LOG}")),
            ("50%%ProgramData%", Ok(r"50%C:\ProgramData")),
            ("{unfinished", Ok("{unfinished")),
            ("%missing%", Err("%missing%")),
            ("{missing}", Err("{missing}")),
        ];
        for (template, wanted) in table {
            let got = expand(template, &vars, &variables);
            assert_eq!(got, wanted.map(str::to_owned).map_err(str::to_owned), "{template}");
        }
    }

    #[test]
    fn values_of_configurations_expand() {
        let (vars, _) = values();
        let table = [
            (r"%ProgramData%\x", r"C:\ProgramData\x"),
            (r"${programdata}\x", r"C:\ProgramData\x"),
            (r"%missing%\{log_dir}", r"%missing%\{log_dir}"),
            (r"a$b%c${", r"a$b%c${"),
            (r"50%%ProgramData%", r"50%C:\ProgramData"),
            ("", ""),
        ];
        for (value, wanted) in table {
            assert_eq!(expand_value(value, &vars), wanted, "{value}");
        }
    }

    #[test]
    fn values_in_patterns_match_themselves_only() {
        let (vars, variables) = values();
        let text = expand_pattern(r"{log_dir}\**\*.txt", &vars, &variables).unwrap();
        assert_eq!(text, r"D:\Logs [[]old[]]\**\*.txt");
        assert_eq!(expand_pattern("%odd%", &vars, &variables).unwrap(), "[[]a[]][*]");
    }
}
