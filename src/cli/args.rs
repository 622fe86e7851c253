//! The flags and their help texts, nothing else.

mod app;
mod case;
mod site;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub(super) use app::{App, AppContent, Apps};
pub(super) use case::{Answers, Case, CaseAction, TicketFormat};
pub(super) use site::Site;

const EXAMPLES: &str = "\
Examples:
  qdiag detect                             which Qlik products are here, and why qdiag thinks so
  qdiag plan                               what a bundle would hold, how large and in what time
  qdiag collect                            ask, then write the bundle into this folder
  qdiag collect --yes --since 2d           the last two days of logs, without a question
  qdiag case qdiag-QLIKSERVER1-….zip       the text of the ticket for a bundle
  qdiag verify qdiag-QLIKSERVER1-….zip     is the bundle as it was written?

Exit codes: 0 ok, 1 the answer is no, 2 wrong flags, 3 bundle with gaps, 4 a definition does not load,
5 no bundle could be written, 6 input cannot be read, 7 a secret was found and nothing was published,
130 interrupted.";

/// Collects a redacted, checksummed support bundle from a host that runs Qlik products.
///
/// It reads only, sends nothing, and masks every secret before a byte is written. It connects nowhere, unless --qrs asks for the services of
/// this host.
#[derive(Debug, Parser)]
#[command(name = "qdiag", version, after_help = EXAMPLES, arg_required_else_help = true, max_term_width = 100)]
pub(super) struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Find the installed Qlik products, their versions and roles, with the evidence
    Detect(Detect),
    /// List what a bundle would hold, with size and reason, and what it comes to; only samples are read, to estimate
    Plan(Box<Plan>),
    /// Collect, redact and pack a bundle
    Collect(Box<Collect>),
    /// Look for known issues in the logs and in what the host says of itself; says what, where, why and what to do
    Analyze(Analyze),
    /// Check a bundle: digests, completeness, structure
    Verify(Verify),
    /// Print the text of the ticket for a bundle, with its SHA-256 and what is still missing
    Case(Case),
    /// Mask the secrets of a file, to standard output, or of a folder, a zip or a bundle, into a new bundle
    Redact(Redact),
    /// Tell what an app is, without its data: title, versions, tables, connections, and its redacted load script
    App(App),
    /// Show what would be masked in a file, line by line, without the secrets
    Preview(Preview),
    /// List, show or check product definitions
    Collectors(Collectors),
    /// Hold every redaction rule of this program against its examples, and list the rules
    Selftest(Selftest),
}

/// Where to look, and with which definitions.
#[derive(Debug, Args)]
pub(super) struct Where {
    /// Look at another machine's files: a restored disk or a copied folder with a host.toml in it
    #[arg(long, value_name = "DIR")]
    pub(super) root: Option<PathBuf>,
    /// Folder of definitions to add; one with the id of a built-in definition replaces it
    #[arg(long, value_name = "DIR")]
    pub(super) collectors: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  qdiag detect\n  qdiag detect --json\n  qdiag detect --root /mnt/restored-disk\n\nExit code 1 when no product is found."
)]
pub(super) struct Detect {
    #[command(flatten)]
    pub(super) place: Where,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  qdiag analyze\n  qdiag analyze --since 2d\n  qdiag analyze --root /mnt/restored-disk --json\n  qdiag analyze qdiag-HOST-20261123T041500Z.zip\n\nExit code 1 when something of severity error or critical is found, or no product."
)]
pub(super) struct Analyze {
    /// A bundle to tell of, instead of this host
    #[arg(value_name = "BUNDLE", conflicts_with_all = ["root", "since"])]
    pub(super) bundle: Option<PathBuf>,
    #[command(flatten)]
    pub(super) place: Where,
    /// Lines of logs and events from this time on: a duration back from now (2d, 36h) or a time (2026-11-20, 2026-11-20T14:00)
    #[arg(long, value_name = "WHEN")]
    pub(super) since: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
}

/// What to take.
#[derive(Debug, Args)]
pub(super) struct Choose {
    /// Logs and events from this time on: a duration back from now (2d, 36h) or a time (2026-11-20, 2026-11-20T14:00).
    /// Of logs only the records of the time are taken, whole; of what --add names, everything
    #[arg(long, value_name = "WHEN")]
    pub(super) since: Option<String>,
    /// Logs and events up to this time
    #[arg(long, value_name = "WHEN")]
    pub(super) until: Option<String>,
    /// Logs and events around this time: of an incident
    #[arg(long, value_name = "WHEN", conflicts_with_all = ["since", "until"])]
    pub(super) around: Option<String>,
    /// How long the time around it is, one half before and one half after
    #[arg(long, value_name = "DURATION", default_value = "2h", requires = "around")]
    pub(super) window: String,
    /// Only this product, by id; may be given several times
    #[arg(long, value_name = "ID")]
    pub(super) product: Vec<String>,
    /// Take only files that match a glob, or whose item or category is named so; may be given several times
    #[arg(long, value_name = "GLOB")]
    pub(super) include: Vec<String>,
    /// Leave out files that match a glob, or whose item or category is named so; may be given several times
    #[arg(long, value_name = "GLOB")]
    pub(super) exclude: Vec<String>,
    /// Take this file, folder or glob too, through the same redaction; may be given several times. Of files that are never taken (keys,
    /// password files, data) each must be named by itself, and on a terminal a word is asked for
    #[arg(long, value_name = "PATH")]
    pub(super) add: Vec<String>,
    #[command(flatten)]
    pub(super) apps: Apps,
    /// Cut larger files to their first line and their newest part (50MB, 1GB)
    #[arg(long, value_name = "SIZE")]
    pub(super) max_file: Option<String>,
    /// Keep the whole bundle within a size (25MB): what explains the host and the newest logs come first, what does not fit is cut to its
    /// newest part or left out, and says so
    #[arg(long, value_name = "SIZE")]
    pub(super) max_bundle: Option<String>,
    /// Take the environment only, no product's files
    #[arg(long)]
    pub(super) environment_only: bool,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  qdiag plan\n  qdiag plan --since 2d --exclude '**/Script/*'\n  qdiag plan --around 2026-11-20T14:05\n  qdiag plan --max-bundle 25MB\n  qdiag plan --add 'D:\\Exports\\*.csv' --json\n  qdiag plan --qrs\n  qdiag plan --app Sales.qvf"
)]
pub(super) struct Plan {
    #[command(flatten)]
    pub(super) place: Where,
    #[command(flatten)]
    pub(super) choose: Choose,
    #[command(flatten)]
    pub(super) site: Site,
    #[command(flatten)]
    pub(super) work: Work,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  qdiag collect\n  qdiag collect --yes --case 01234567 --output D:\\Support\n  qdiag collect --yes --json --quiet --since 2026-11-20\n  qdiag collect --around 2026-11-20T14:05 --window 30m\n  qdiag collect --max-bundle 25MB\n  qdiag collect --qrs\n  qdiag collect --app 'D:\\Apps\\Sales.qvf'\n  qdiag collect --answers case.toml --require-complete\n\n\
    Exit code 0: whole; 3: a valid bundle with gaps, which it names; 1: no product found, or an incomplete case with --require-complete."
)]
#[expect(clippy::struct_excessive_bools, reason = "they are flags")]
pub(super) struct Collect {
    #[command(flatten)]
    pub(super) place: Where,
    #[command(flatten)]
    pub(super) choose: Choose,
    #[command(flatten)]
    pub(super) site: Site,
    /// Folder for the bundle, or its file name ending in .zip; nothing is ever overwritten
    #[arg(long, short, value_name = "PATH", default_value = ".")]
    pub(super) output: PathBuf,
    /// Case number, for the file name and the manifest
    #[arg(long, value_name = "NUMBER")]
    pub(super) case: Option<String>,
    #[command(flatten)]
    pub(super) answers: Answers,
    /// How much of the host this run may take; low gives way to everything else
    #[arg(long, value_enum, default_value_t = Priority::Low)]
    pub(super) priority: Priority,
    /// Finish a valid bundle with what was read by then, such as 10m; the rest is listed as timed out
    #[arg(long, value_name = "TIME")]
    pub(super) deadline: Option<String>,
    /// The same for each file or command by itself
    #[arg(long, value_name = "TIME", default_value = "15m")]
    pub(super) item_deadline: String,
    #[command(flatten)]
    pub(super) work: Work,
    #[command(flatten)]
    pub(super) masking: Masking,
    /// Mask nothing; asks for a typed word, and says so in the file name and in the bundle
    #[arg(long, conflicts_with = "privacy")]
    pub(super) no_redact: bool,
    /// A person agrees that the apps of --app-content full are handed over with all data and secrets in them
    #[arg(long, requires = "app_content")]
    pub(super) accept_app_data: bool,
    /// Do not ask
    #[arg(long, short)]
    pub(super) yes: bool,
    /// Print the result as JSON
    #[arg(long)]
    pub(super) json: bool,
    /// No progress on standard error
    #[arg(long, short)]
    pub(super) quiet: bool,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  qdiag verify qdiag-QLIKSERVER1-20261123T041500Z.zip\n  qdiag verify --json *.zip\n\nExit code 0: as written; 1: a finding; 6: not readable."
)]
pub(super) struct Verify {
    /// Bundles
    #[arg(required = true, value_name = "BUNDLE")]
    pub(super) bundles: Vec<PathBuf>,
    /// Find it wrong too when something that Qlik asks of a case is missing
    #[arg(long)]
    pub(super) require_complete: bool,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
}

/// How a bundle is packed.
#[derive(Debug, Args)]
pub(super) struct Work {
    /// How hard the bundle is packed: fast, balanced, or small for a portal with a limit
    #[arg(long, value_enum, default_value_t = Compression::Balanced)]
    pub(super) compression: Compression,
    /// Threads to work with, at most 8; one for each processor if not given. The bundle is the same
    #[arg(long, value_name = "NUMBER")]
    pub(super) threads: Option<usize>,
}

/// What is masked, and how masks are keyed.
#[derive(Debug, Args, Default)]
pub(super) struct Masking {
    /// What to mask besides secrets
    #[arg(long, value_enum, default_value_t = Privacy::Secrets)]
    pub(super) privacy: Privacy,
    /// File whose content keys the masks, so that bundles of one case use the same masks and stand-ins
    #[arg(long, value_name = "FILE")]
    pub(super) case_key: Option<PathBuf>,
    /// File with words to mask too, one a line: names of projects and customers
    #[arg(long, value_name = "FILE")]
    pub(super) mask_word: Option<PathBuf>,
    /// File with redaction rules of your own, in the form of the built-in ones; may be given several times
    #[arg(long, value_name = "FILE")]
    pub(super) rules: Vec<PathBuf>,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  qdiag redact Repository.exe.config > shown.config\n  type app.log | qdiag redact --name app.log\n  qdiag redact --case-key case.key server.log\n  qdiag redact bundle.zip --privacy identities -o .\n  qdiag redact C:\\Temp\\collected-logs -o D:\\Support"
)]
pub(super) struct Redact {
    /// File to read; - for standard input. With --output also a folder, a zip or a bundle
    #[arg(default_value = "-", value_name = "FILE")]
    pub(super) file: PathBuf,
    /// File name that tells the format of standard input
    #[arg(long, value_name = "NAME")]
    pub(super) name: Option<String>,
    #[command(flatten)]
    pub(super) masking: Masking,
    #[command(flatten)]
    pub(super) work: Work,
    /// Write a new bundle instead: a folder for it, or its file name ending in .zip
    #[arg(long, short, value_name = "PATH")]
    pub(super) output: Option<PathBuf>,
    /// Print the result of a new bundle as JSON
    #[arg(long, requires = "output")]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  qdiag preview Repository.exe.config\n  qdiag preview --privacy identities --json server.log"
)]
pub(super) struct Preview {
    /// File to read
    #[arg(value_name = "FILE")]
    pub(super) file: PathBuf,
    #[command(flatten)]
    pub(super) masking: Masking,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  qdiag selftest\n  qdiag selftest --json\n\nExit code 1 when a rule does not do what its examples say."
)]
pub(super) struct Selftest {
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
#[command(arg_required_else_help = true)]
pub(super) struct Collectors {
    #[command(subcommand)]
    pub(super) action: CollectorsAction,
}

#[derive(Debug, Subcommand)]
pub(super) enum CollectorsAction {
    /// List all definitions
    #[command(after_help = "Example:\n  qdiag collectors list --json")]
    List {
        /// Folder of definitions to add
        #[arg(long, value_name = "DIR")]
        collectors: Option<PathBuf>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Show one definition: how the product is found, what is taken, what never, and how sure that is; or one log format
    #[command(
        after_help = "Examples:\n  qdiag collectors show qlik-sense-enterprise-windows\n  qdiag collectors show qlik-sense-enterprise-windows --toml"
    )]
    Show {
        /// Its id
        id: String,
        /// Folder of definitions to add
        #[arg(long, value_name = "DIR")]
        collectors: Option<PathBuf>,
        /// Print the file as it is
        #[arg(long, conflicts_with = "json")]
        toml: bool,
        /// Print JSON, with the releases
        #[arg(long)]
        json: bool,
    },
    /// List the log formats
    #[command(after_help = "Example:\n  qdiag collectors formats --json")]
    Formats {
        /// Folder of definitions to add, with formats in its folder formats
        #[arg(long, value_name = "DIR")]
        collectors: Option<PathBuf>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Check files of definitions, releases and formats as strictly as a compiler, or the built-in definitions
    #[command(
        after_help = "Example:\n  qdiag collectors check my-product.toml releases/my-product.toml\n\nExit code 4 when a file does not load or holds something doubtful."
    )]
    Check {
        /// Files to check; none for the built-in definitions
        files: Vec<PathBuf>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

/// Place of the run among the programs of the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Priority {
    /// Behind all others, for processor and disk
    Low,
    /// Like all others
    Normal,
}

/// How hard a bundle is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Compression {
    /// Least work, a somewhat larger bundle
    Fast,
    /// Smaller than zip programs make it by default
    Balanced,
    /// Smallest, at about half the speed
    Small,
}

/// Level of privacy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Default)]
pub(super) enum Privacy {
    /// Secrets only
    #[default]
    Secrets,
    /// Also users, domains, hosts, e-mail, IP and MAC addresses, in files and in their names; a table beside the bundle tells what stands for what
    Identities,
}
