//! The flags of a case: its answers, its ticket, and an empty file of answers.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

/// What a person says of the problem. Flags win over the file.
#[derive(Debug, Args, Default)]
#[command(next_help_heading = "The case")]
pub(in crate::cli) struct Answers {
    /// File with what is known of the problem; qdiag case template prints one to fill in
    #[arg(long = "answers", value_name = "FILE")]
    pub(in crate::cli) file: Option<PathBuf>,
    /// The problem in one line
    #[arg(long, value_name = "TEXT")]
    pub(in crate::cli) title: Option<String>,
    /// What is wrong: what was done, where, and what happened
    #[arg(long, value_name = "TEXT")]
    pub(in crate::cli) description: Option<String>,
    /// When it happened first, such as 2026-11-20 14:05
    #[arg(long, value_name = "TEXT")]
    pub(in crate::cli) since_when: Option<String>,
    /// How bad it is, in the words of the support portal
    #[arg(long, value_name = "TEXT")]
    pub(in crate::cli) severity: Option<String>,
    /// The text of the error
    #[arg(long, value_name = "TEXT")]
    pub(in crate::cli) error_text: Option<String>,
    /// A word to search for; may be given several times
    #[arg(long, value_name = "WORD")]
    pub(in crate::cli) key_word: Vec<String>,
    /// A step towards the problem; may be given several times
    #[arg(long, value_name = "TEXT")]
    pub(in crate::cli) step: Vec<String>,
    /// What should happen
    #[arg(long, value_name = "TEXT")]
    pub(in crate::cli) expected: Option<String>,
    /// What happens instead
    #[arg(long, value_name = "TEXT")]
    pub(in crate::cli) actual: Option<String>,
    /// What was tried against it, and what came of it
    #[arg(long, value_name = "TEXT")]
    pub(in crate::cli) tried: Option<String>,
    /// An article that was read, or a search that was made; may be given several times
    #[arg(long, value_name = "TEXT")]
    pub(in crate::cli) article: Vec<String>,
    /// Who can be asked, and how
    #[arg(long, value_name = "TEXT")]
    pub(in crate::cli) contact: Option<String>,
    /// Exit with 1 when something that Qlik asks for is missing; the bundle is written all the same
    #[arg(long)]
    pub(in crate::cli) require_complete: bool,
}

#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_help = "Examples:\n  qdiag case template > case.toml\n  qdiag collect --answers case.toml\n  qdiag case qdiag-01234567-QLIKSERVER1-20261123T041500Z.zip\n  qdiag case --format markdown --json bundle.zip\n\nExit code 0: printed; 1: the bundle is not as it was written; 6: not readable."
)]
pub(in crate::cli) struct Case {
    #[command(subcommand)]
    pub(in crate::cli) action: Option<CaseAction>,
    /// The bundle
    #[arg(required = true, value_name = "BUNDLE")]
    pub(in crate::cli) bundle: Option<PathBuf>,
    /// How the text is written
    #[arg(long, value_enum, default_value_t = TicketFormat::Text)]
    pub(in crate::cli) format: TicketFormat,
    /// Print JSON, with the text in it
    #[arg(long)]
    pub(in crate::cli) json: bool,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum CaseAction {
    /// Print an empty file of answers
    #[command(after_help = "Example:\n  qdiag case template > case.toml")]
    Template,
}

/// How a ticket is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum TicketFormat {
    /// For a portal that shows what is pasted as it is
    Text,
    /// For a portal that knows Markdown
    Markdown,
}
