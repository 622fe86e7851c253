//! What is known of the site before anything is collected: names that must stand in no file once identities are masked.

use crate::detect::Installation;
use crate::host::Host;
use crate::redact::{Identity, Redaction};

/// Variables that name who and where one is.
const VARIABLES: [(&str, Identity); 7] = [
    ("COMPUTERNAME", Identity::Host),
    ("HOSTNAME", Identity::Host),
    ("USERNAME", Identity::User),
    ("USER", Identity::User),
    ("LOGNAME", Identity::User),
    ("USERDOMAIN", Identity::Domain),
    ("USERDNSDOMAIN", Identity::Domain),
];

/// Makes the names of a host known: its own, its accounts, and the servers that its products' folders lie on.
pub fn know_names(redaction: &Redaction, host: &Host, found: &[Installation<'_>]) {
    redaction.know(Identity::Host, &host.name);
    for (variable, kind) in VARIABLES {
        if let Some(value) = host.vars.get(variable) {
            redaction.know(kind, value);
        }
    }
    for account in host.services().unwrap_or_default().into_iter().filter_map(|service| service.account) {
        redaction.know(Identity::User, &account);
    }
    for value in found.iter().flat_map(|installation| installation.variables.values()) {
        let share = value.strip_prefix(r"\\").or_else(|| value.strip_prefix("//"));
        if let Some(server) = share.and_then(|share| share.split(['\\', '/']).next()) {
            redaction.know(Identity::Host, server);
        }
    }
    redaction.look();
}
