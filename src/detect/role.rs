//! The role of a node, from facts of this host alone; no service is asked.

use super::view::View;
use crate::definition::{Certainty, Condition, Role, Variables, expand};
use crate::manifest::Reading;

/// The first role whose conditions all hold.
pub(super) fn tell(view: &View<'_>, roles: &[Role], variables: &Variables) -> Option<Reading> {
    let role =
        roles.iter().find(|role| role.when.iter().all(|condition| holds(view, condition, variables)))?;
    let mut source: Vec<String> =
        role.when.iter().map(|condition| words(view, condition, variables)).collect();
    source.extend(role.note.clone());
    match role.sure {
        Certainty::Sourced => {}
        Certainty::Inferred => source.push("inferred".to_owned()),
        Certainty::Unsourced => source.push("unsourced".to_owned()),
    }
    Some(Reading { value: role.name.clone(), source: source.join("; ") })
}

fn holds(view: &View<'_>, condition: &Condition, variables: &Variables) -> bool {
    let service = |pattern: &String| {
        let regex = view.whole(pattern);
        regex.is_some_and(|regex| view.services().any(|service| regex.is_match(&service.name)))
    };
    let exists = |path: &String| expand(path, view.vars(), variables).is_ok_and(|path| view.exists(&path));
    let equals = |name: &String| {
        let wanted = condition.equals.as_deref().unwrap_or_default();
        variables.get(name).is_some_and(|value| value.to_lowercase() == wanted.to_lowercase())
    };
    condition.service.as_ref().is_none_or(service)
        && condition.no_service.as_ref().is_none_or(|pattern| !service(pattern))
        && condition.path.as_ref().is_none_or(exists)
        && condition.no_path.as_ref().is_none_or(|path| !exists(path))
        && condition.variable.as_ref().is_none_or(equals)
}

fn words(view: &View<'_>, condition: &Condition, variables: &Variables) -> String {
    let written = |path: &String| expand(path, view.vars(), variables).unwrap_or_else(|_| path.clone());
    let told = [
        condition.service.as_ref().map(|name| format!("service {name} is installed")),
        condition.no_service.as_ref().map(|name| format!("service {name} is not installed")),
        condition.path.as_ref().map(|path| format!("{} is there", written(path))),
        condition.no_path.as_ref().map(|path| format!("{} is not there", written(path))),
        condition
            .variable
            .as_ref()
            .map(|name| format!("{{{name}}} is {}", condition.equals.as_deref().unwrap_or_default())),
    ];
    told.into_iter().flatten().collect::<Vec<_>>().join(", ")
}
