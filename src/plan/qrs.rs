//! What the services of the site are asked for with `--qrs`. Plans only; nothing is connected to.

use super::select::{Ask, Selection};
use super::{Category, Source};
use crate::detect::Installation;
use crate::manifest::Outcome;
use crate::qrs::Endpoint;

/// The products that have services to ask.
const SENSE: &str = "qlik-sense-enterprise-windows";
const GATEWAY: &str = "data-gateway-direct-access";

/// Plans an item for each document of the products that are here.
pub(super) fn plan(selection: &mut Selection<'_>, found: &[&Installation<'_>]) {
    let of = |id: &str| found.iter().find(|installation| installation.definition.id == id);
    let (sense, gateway) = (of(SENSE), of(GATEWAY));
    if let Some(installation) = sense {
        plan_all(selection, installation, &Endpoint::OF_SENSE);
    }
    if let Some(installation) = gateway {
        plan_all(selection, installation, &Endpoint::OF_GATEWAY);
    }
    if sense.is_none() && gateway.is_none() {
        let reason = "no product was found on this host whose services could be asked";
        selection.miss(
            "--qrs".into(),
            &ask("qrs", Category::State, String::new(), ""),
            (Outcome::Missing, reason.into()),
        );
    }
}

fn plan_all(selection: &mut Selection<'_>, installation: &Installation<'_>, endpoints: &[Endpoint]) {
    for endpoint in endpoints {
        let category = if endpoint.is_of_license() {
            Category::License
        } else if endpoint.is_logs() {
            Category::Logs
        } else {
            Category::State
        };
        let origin = format!("{}/qrs", installation.definition.id);
        let ask = ask(&origin, category, installation.id.clone(), endpoint.reason());
        selection.take_choice(Source::Qrs(*endpoint), &format!("qrs/{}", endpoint.file()), &ask);
    }
}

fn ask(origin: &str, category: Category, folder: String, reason: &str) -> Ask {
    Ask {
        category,
        folder,
        origin: origin.into(),
        reason: format!("asked of the site: {reason}").into(),
        rules: [].into(),
        max_age: None,
        max_file: None,
        exclude: Vec::new(),
    }
}
