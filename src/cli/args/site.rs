//! The flags that ask the site itself, and their help texts.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::Args;

/// Whether and how the services of the site are asked.
#[derive(Debug, Args, Default)]
pub(in crate::cli) struct Site {
    /// Ask the Qlik services on this host for the state of the site too: nodes, services, license, tasks, apps, data connections without
    /// passwords. They are only read. Uses the exported client certificate of the site; connects to this host only
    #[arg(long)]
    pub(in crate::cli) qrs: bool,
    /// Folder with the exported certificates (client, its key, root; PEM), if they are not where Qlik Sense exports them to
    #[arg(long, value_name = "DIR", requires = "qrs")]
    pub(in crate::cli) qrs_certificates: Option<PathBuf>,
    /// Name of this host in its Qlik certificates, if host.cfg does not tell it
    #[arg(long, value_name = "NAME", requires = "qrs")]
    pub(in crate::cli) qrs_host: Option<String>,
    /// Address of this host to connect to, where its name leads elsewhere
    #[arg(long, value_name = "ADDRESS", hide = true, requires = "qrs")]
    pub(in crate::cli) qrs_address: Option<IpAddr>,
    /// User of the site who asks
    #[arg(long, value_name = r"DIR\USER", default_value = r"INTERNAL\sa_api", requires = "qrs")]
    pub(in crate::cli) qrs_user: String,
    /// Show serial number and owner of the license, which are masked otherwise; its key and control number stay masked
    #[arg(long, requires = "qrs")]
    pub(in crate::cli) license_serial: bool,
    /// Where the Repository Service listens
    #[arg(long, value_name = "NUMBER", default_value_t = 4242, hide = true, requires = "qrs")]
    pub(in crate::cli) qrs_port: u16,
    /// Where the About service listens
    #[arg(long, value_name = "NUMBER", default_value_t = 9032, hide = true, requires = "qrs")]
    pub(in crate::cli) qrs_about_port: u16,
    /// Where the engine listens
    #[arg(long, value_name = "NUMBER", default_value_t = 4747, hide = true, requires = "qrs")]
    pub(in crate::cli) qrs_engine_port: u16,
    /// Where the monitor of a Data Gateway - Direct Access listens
    #[arg(long, value_name = "NUMBER", default_value_t = 5051, hide = true, requires = "qrs")]
    pub(in crate::cli) gateway_monitor_port: u16,
}
