//! Names of this site that are known: users, hosts and domains, searched for in any letter case where they stand as a word.

use std::collections::BTreeMap;

use aho_corasick::{AhoCorasick, MatchKind};

/// Words that name nobody: accounts and hosts that every system has, and words that stand everywhere in logs and in a bundle.
const COMMON: [&str; 110] = [
    "access",
    "account",
    "active",
    "added",
    "address",
    "admin",
    "administrator",
    "administrators",
    "admins",
    "agent",
    "all",
    "anonymous",
    "any",
    "api",
    "app",
    "apps",
    "application",
    "audit",
    "auth",
    "authority",
    "backup",
    "bin",
    "builtin",
    "bundle",
    "cache",
    "central",
    "certificate",
    "client",
    "cluster",
    "com",
    "command",
    "config",
    "console",
    "control",
    "core",
    "daemon",
    "data",
    "database",
    "debug",
    "default",
    "desktop",
    "dev",
    "directory",
    "disabled",
    "domain",
    "empty",
    "enabled",
    "engine",
    "environment",
    "error",
    "event",
    "events",
    "everyone",
    "external",
    "false",
    "file",
    "files",
    "global",
    "group",
    "guest",
    "host",
    "hostname",
    "http",
    "https",
    "hub",
    "info",
    "internal",
    "internet",
    "invalid",
    "json",
    "license",
    "local",
    "localhost",
    "log",
    "logs",
    "machine",
    "main",
    "manager",
    "message",
    "monitor",
    "name",
    "net",
    "network",
    "nobody",
    "node",
    "none",
    "null",
    "operator",
    "org",
    "owner",
    "password",
    "path",
    "postgres",
    "printing",
    "proxy",
    "public",
    "qdiag",
    "qlik",
    "qlikview",
    "replicate",
    "repository",
    "root",
    "scheduler",
    "sense",
    "server",
    "service",
    "state",
    "system",
    "talend",
    "test",
];

/// More of them.
const COMMON_TOO: [&str; 27] = [
    "text",
    "time",
    "true",
    "type",
    "unknown",
    "user",
    "username",
    "users",
    "value",
    "version",
    "warn",
    "warning",
    "windows",
    "workgroup",
    "www",
    "xml",
    "you",
    "yes",
    "not",
    "and",
    "the",
    "for",
    "n/a",
    "network service",
    "local service",
    "nt authority",
    "nt service",
];

/// Words in the ids of products and of what is taken of them: they stand in each line of a manifest.
const OF_PRODUCTS: [&str; 73] = [
    "administration",
    "alerting",
    "archived",
    "build",
    "business",
    "catalog",
    "center",
    "charts",
    "cli",
    "compose",
    "connector",
    "connectors",
    "contexts",
    "coordination",
    "crash",
    "definition",
    "designer",
    "diagnostics",
    "dictionary",
    "direct",
    "dispatcher",
    "distribution",
    "document",
    "dump",
    "enterprise",
    "execution",
    "export",
    "gateway",
    "geoanalytics",
    "iis",
    "install",
    "java",
    "job",
    "jobserver",
    "karaf",
    "kubernetes",
    "logging",
    "management",
    "messaging",
    "movement",
    "nprinting",
    "odbc",
    "package",
    "performance",
    "plugin",
    "preparation",
    "product",
    "program",
    "project",
    "properties",
    "publisher",
    "reload",
    "remote",
    "renderer",
    "report",
    "results",
    "runtime",
    "script",
    "security",
    "session",
    "settings",
    "start",
    "status",
    "stewardship",
    "studio",
    "task",
    "tasks",
    "technical",
    "tomcat",
    "web",
    "workflow",
    "workspace",
    "wrapper",
];

/// Names, and what they are.
#[derive(Default)]
pub(in crate::redact) struct Vocabulary {
    automaton: Option<AhoCorasick>,
    rules: Vec<&'static str>,
}

/// Whether a text is one of the words that stand everywhere.
pub(super) fn is_common_word(word: &str) -> bool {
    let word = word.trim().to_lowercase();
    [&COMMON[..], &COMMON_TOO, &OF_PRODUCTS].iter().any(|words| words.contains(&word.as_str()))
}

/// Whether a word names nobody.
pub(super) fn is_common(word: &str) -> bool {
    let word = word.trim().to_lowercase();
    let is_internal = word.starts_with("sa_")
        || word.starts_with("internal\\")
        || word.starts_with('{')
        || word.starts_with("nt service");
    let is_guid = word.len() >= 32 && word.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    word.chars().count() < 3
        || word.starts_with("redacted_")
        || super::stand_in::is_one(word.as_bytes())
        || is_internal
        || is_guid
        || !word.chars().any(char::is_alphabetic)
        || is_common_word(&word)
}

impl Vocabulary {
    pub(in crate::redact) fn new(names: &BTreeMap<String, &'static str>) -> Self {
        if names.is_empty() {
            return Self::default();
        }
        // Letters beyond ASCII are folded here; the automaton folds the others.
        let mut forms: Vec<(Vec<u8>, &'static str)> = Vec::with_capacity(names.len());
        for (name, rule) in names {
            forms.push((name.clone().into_bytes(), rule));
            if !name.is_ascii() {
                forms.push((name.to_uppercase().into_bytes(), rule));
                let (legacy, _, has_lost) = encoding_rs::WINDOWS_1252.encode(name);
                forms.extend((!has_lost).then(|| (legacy.into_owned(), *rule)));
            }
        }
        let (forms, rules): (Vec<_>, Vec<_>) = forms.into_iter().unzip();
        let automaton = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::LeftmostLongest)
            .build(forms);
        Self { automaton: automaton.ok(), rules }
    }

    pub(in crate::redact) fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// What a name is made of: the short name of a host and its domain, a domain and a user.
    pub(in crate::redact) fn parts(rule: &'static str, name: &str) -> Vec<(String, &'static str)> {
        let name = name.trim().trim_matches(['"', '\'', '\\']).to_lowercase();
        let mut parts = match (rule, name.split_once('.'), name.split_once('\\')) {
            (_, _, Some((domain, user))) => vec![(domain.to_owned(), "domain"), (user.to_owned(), "user")],
            ("host", Some((host, domain)), _) => {
                vec![(host.to_owned(), "host"), (domain.to_owned(), "domain")]
            }
            ("user", _, _) if name.contains('@') => {
                let (user, domain) = name.split_once('@').unwrap_or_default();
                vec![(user.to_owned(), "user"), (domain.to_owned(), "domain")]
            }
            ("user" | "host" | "domain", _, _) => vec![(name.clone(), rule)],
            _ => Vec::new(),
        };
        // The first label of a domain is also its short name.
        let short: Vec<_> = parts
            .iter()
            .filter(|(_, rule)| *rule == "domain")
            .filter_map(|(domain, _)| Some((domain.split_once('.')?.0.to_owned(), "domain")))
            .collect();
        parts.extend(short);
        parts.retain(|(part, _)| {
            !is_common(part)
                && part.len() <= 128
                && !part.contains(['/', '\\', '=', ';', '<', '|', '"', '\n'])
        });
        parts
    }

    /// Finds names in a text.
    pub(in crate::redact) fn find(&self, text: &[u8], found: &mut impl FnMut(usize, usize, &'static str)) {
        for hit in self.automaton.iter().flat_map(|names| names.find_iter(text)) {
            let (start, end) = (hit.start(), hit.end());
            let is_letter = |byte: &u8| byte.is_ascii_alphanumeric() || *byte >= 0x80;
            let before = start.checked_sub(1).and_then(|at| text.get(at));
            // In JSON and in code a letter behind a backslash is a sign: `\nname`.
            let is_escape = before.is_some_and(|byte| matches!(byte, b'n' | b't' | b'r'))
                && start >= 2
                && text[start - 2] == b'\\';
            if before.is_some_and(is_letter) && !is_escape || text.get(end).is_some_and(is_letter) {
                continue;
            }
            let rule = self.rules[hit.pattern().as_usize()];
            found(start, end, rule);
            match rule {
                "domain" => neighbors(text, start, end, found),
                "host" => account(text, start, end, found),
                _ => {}
            }
        }
    }
}

/// Other hosts of a known domain, and its users: `other.domain.local`, `domain\jane`.
fn neighbors(text: &[u8], start: usize, end: usize, found: &mut impl FnMut(usize, usize, &'static str)) {
    let domain_has_dot = text[start..end].contains(&b'.');
    if domain_has_dot && start > 0 && text[start - 1] == b'.' {
        let label = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        let length =
            text[start.saturating_sub(64)..start - 1].iter().rev().take_while(|byte| label(byte)).count();
        if length > 0 {
            found(start - 1 - length, start - 1, "host");
        }
    }
    account(text, start, end, found);
}

/// The user behind a domain or a host with a backslash, unless that is a path to a share.
fn account(text: &[u8], start: usize, end: usize, found: &mut impl FnMut(usize, usize, &'static str)) {
    let slashes = text[end..].iter().take(5).take_while(|byte| **byte == b'\\').count();
    let is_share = start > 0 && text[start - 1] == b'\\';
    if slashes == 0 || slashes > 4 || is_share {
        return;
    }
    let from = end + slashes;
    let name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'$' | 0x80..);
    let length = text[from..].iter().take(64).take_while(|byte| name(byte)).count();
    let is_path = text.get(from + length) == Some(&b'\\');
    if length >= 2 && !is_path {
        found(from, from + length, "user");
    }
}
