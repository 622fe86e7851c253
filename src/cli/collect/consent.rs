//! What a person has to agree to before a run.

use std::io::{BufRead, IsTerminal, Write};
use std::path::Path;

use crate::Error;
use crate::cli::estimate::table;
use crate::cli::{plan as plan_command, print};
use crate::estimate::Estimate;
use crate::plan::Plan;

/// The word that has to be typed.
const WORD: &str = "unredacted";

/// Lets a person type a word before secrets leave the host. There is no flag that answers it.
pub(super) fn to_no_redaction() -> Result<(), Error> {
    let stdin = std::io::stdin();
    if !stdin.is_terminal() {
        return Err(Error::usage(
            "--no-redact needs a person at a terminal, who types a word",
            "leave it out; the default keeps names and addresses and masks only secrets",
        ));
    }
    let text = format!(
        "Without redaction the bundle will hold passwords, keys and session ids as they stand in the files.\n\
         Whoever gets it can use them. Type the word {WORD} to go on: "
    );
    let mut out = std::io::stderr().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    let mut answer = String::new();
    let _ = stdin.lock().read_line(&mut answer);
    if answer.trim() == WORD { Ok(()) } else { Err(Error::Interrupted) }
}

/// The word for a file that is never taken.
const YES: &str = "yes";

/// Lets a person type a word for each file that is never taken and was named all the same; gives those that are wanted. No flag answers
/// it, and where nobody can type, all of them stay out.
pub(super) fn to_never(named: Vec<(String, String)>) -> Vec<String> {
    let stdin = std::io::stdin();
    if !stdin.is_terminal() {
        return Vec::new();
    }
    let wanted = |(path, why): &(String, String)| {
        let text = format!(
            "{path} is never taken: {why}.\nWhat can be read of it is masked as in any other file. Type the word {YES} to take it, or \
             press Enter to leave it out: "
        );
        let mut out = std::io::stderr().lock();
        let _ = out.write_all(print::plain(&text).as_bytes()).and_then(|()| out.flush());
        let mut answer = String::new();
        let _ = stdin.lock().read_line(&mut answer);
        answer.trim() == YES
    };
    named.into_iter().filter(wanted).map(|(path, _)| path).collect()
}

/// Shows what will be read and asks for consent.
pub(super) fn to_plan(
    plan: &Plan,
    (estimate, most): (&Estimate, Option<u64>),
    (target, asks_site): (&Path, bool),
) -> Result<bool, Error> {
    let stdin = std::io::stdin();
    if !stdin.is_terminal() {
        return Err(Error::usage(
            "there is no terminal to ask on",
            "say --yes to collect without a question; qdiag plan shows what is taken",
        ));
    }
    let mut text = table(estimate, most);
    text.push_str(&format!("{}\n", plan_command::summary(plan)));
    text.push_str("Secrets are masked while reading. Nothing is sent. qdiag plan lists every file.\n");
    if asks_site {
        text.push_str(
            "With --qrs qdiag asks the Repository Service on this host, and the services beside it, for the state of the site, with the site's \
             own client certificate. It only reads, and connects to no other machine.\n",
        );
    }
    text.push_str(&format!("Write {}? [y/N] ", target.display()));
    let mut out = std::io::stderr().lock();
    let _ = out.write_all(print::plain(&text).as_bytes()).and_then(|()| out.flush());
    let mut answer = String::new();
    let _ = stdin.lock().read_line(&mut answer);
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}
