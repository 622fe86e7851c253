//! The flags of `--qrs` to what the site is asked with.

use super::args;
use crate::Error;
use crate::detect::Installation;
use crate::host::Host;
use crate::plan::Window;
use crate::qrs::{Ports, Settings, Site, User};

/// How the services of the site are asked, if they are.
pub(super) fn settings(args: &args::Site) -> Result<Option<Settings>, Error> {
    if !args.qrs {
        return Ok(None);
    }
    let settings = Settings {
        certificates: args.qrs_certificates.clone(),
        address: args.qrs_address,
        user: User::parse(&args.qrs_user)?,
        ports: Ports {
            repository: args.qrs_port,
            about: args.qrs_about_port,
            engine: args.qrs_engine_port,
            monitor: args.gateway_monitor_port,
        },
        show_serial: args.license_serial,
        ..Settings::default()
    };
    settings.with_host_name(args.qrs_host.as_deref()).map(Some)
}

/// The site of a host, with what was found there. Nothing is asked yet.
pub(super) fn of_host<'h>(
    host: &'h Host,
    settings: Settings,
    (found, window): (&[Installation<'_>], &Window),
) -> Site<'h> {
    let sense = found.iter().find(|found| found.definition.id == "qlik-sense-enterprise-windows");
    let data_dir = sense.and_then(|sense| sense.variables.get("data_dir")).map(ToString::to_string);
    Site::new(host, Settings { data_dir, logs_since: window.0, ..settings })
}
