//! The flags about apps.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::Masking;

/// What is taken of apps.
#[derive(Debug, Args)]
pub(in crate::cli) struct Apps {
    /// Take what is told of this app, without its data, and its redacted load script: a .qvf, .qvw, .qvd or .qvx file, a -prj folder, an unbuilt
    /// app, a folder of them, or the name or id of an app of this host; may be given several times
    #[arg(long, value_name = "PATH|NAME|ID")]
    pub(in crate::cli) app: Vec<String>,
    /// What is taken of each app
    #[arg(long, value_enum, default_value_t = AppContent::Summary, requires = "app")]
    pub(in crate::cli) app_content: AppContent,
}

/// How much of an app is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum AppContent {
    /// Title, versions, tables, sheets and the redacted script; no data
    Summary,
    /// Also a copy without data, which the site itself makes (with --qrs), once a person has typed a word: its script stays as it is
    Reduced,
    /// Also the app as it is, with all data and secrets in it, once a person has seen what is inside and typed a word
    Full,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  qdiag app Sales.qvf\n  qdiag app Sales.qvf --script > Sales.qvs\n  qdiag app 'D:\\QlikView\\Documents' --json\n  qdiag app Sales-prj --privacy identities\n\n\
    What a file is, is told by its bytes, never by its name. Nothing is changed, and no data is shown.\n\
    Exit code 3: something of an app could not be read; 6: a file cannot be read, or is no app."
)]
pub(in crate::cli) struct App {
    /// Apps: .qvf, .qvw, .qvd or .qvx files, zip archives of one, -prj folders, unbuilt apps, or folders of them
    #[arg(required = true, value_name = "FILE")]
    pub(in crate::cli) files: Vec<PathBuf>,
    /// Print the load script, with its secrets masked
    #[arg(long)]
    pub(in crate::cli) script: bool,
    #[command(flatten)]
    pub(in crate::cli) masking: Masking,
    /// Print JSON
    #[arg(long)]
    pub(in crate::cli) json: bool,
}
