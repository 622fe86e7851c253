//! What is taken of every host, whatever products stand on it.

use super::select::{Ask, Selection};
use super::{Category, Source};
use crate::definition::Variables;
use crate::host::{FactKind, Os};

/// Plans facts, events, command output and the few files that tell of the environment.
pub(super) fn plan(selection: &mut Selection<'_>) {
    for kind in FactKind::ALL {
        let ask = ask(kind.word(), "what the system says of itself");
        selection.take_source(Source::Facts(kind), &format!("{}.json", kind.word()), &ask);
    }
    for channel in selection.host.facts.channels() {
        let name = format!("events/{channel}.json");
        selection.take_source(
            Source::Events(channel.into()),
            &name,
            &ask("events", "events of Qlik and of services"),
        );
    }
    for command in selection.host.commands.list() {
        let name = format!("commands/{}.txt", command.id);
        selection.take_source(
            Source::Command(Box::new(command)),
            &name,
            &ask("commands", "output of a system program"),
        );
    }
    for path in files(selection.host.os) {
        let Ok(pattern) = crate::definition::expand_pattern(path, &selection.host.vars, &Variables::new())
        else {
            continue;
        };
        selection.take_pattern(&pattern, None, &ask("files", "names and addresses this host uses"));
    }
}

fn files(os: Os) -> &'static [&'static str] {
    match os {
        Os::Windows => &[r"%SystemRoot%\System32\drivers\etc\hosts"],
        Os::Linux => &["/etc/hosts", "/etc/resolv.conf", "/etc/os-release", "/etc/security/limits.conf"],
        Os::MacOs => &["/etc/hosts", "/etc/resolv.conf"],
    }
}

fn ask(item: &str, reason: &str) -> Ask {
    Ask {
        category: Category::Environment,
        folder: String::new(),
        origin: format!("environment/{item}").into(),
        reason: reason.into(),
        rules: [].into(),
        max_age: None,
        max_file: None,
        exclude: Vec::new(),
    }
}
