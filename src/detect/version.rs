//! Where a version is read, how versions compare.

use regex::Regex;

use super::view::{Owner, View, captured};
use super::{release, text};
use crate::definition::{
    Definition, JavascriptVersion, JsonPath, PeVersion, RegistryVersion, UninstallVersion, Variables,
    VersionProbe, expand,
};
use crate::manifest::{Evidence, Reading};

/// What the probes of a definition tell.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// The version of the product, by the first probe that answers.
    pub(super) version: Option<Reading>,
    /// The name of its release.
    pub(super) release: Option<Reading>,
    /// All answers, and where they differ.
    pub(super) evidence: Vec<Evidence>,
}

/// One probe's answer.
#[derive(Debug)]
struct Answer {
    version: String,
    release: Option<String>,
    source: String,
    component: bool,
}

/// Asks all probes.
pub(super) fn tell(view: &View<'_>, definition: &Definition, variables: &Variables) -> Told {
    let answers: Vec<Answer> =
        definition.version.in_order().into_iter().filter_map(|probe| ask(view, probe, variables)).collect();
    let mut told = Told::default();
    for answer in &answers {
        let kind = if answer.component { "component version" } else { "version" };
        told.evidence.push(evidence(kind, format!("{} in {}", answer.version, answer.source)));
    }
    let product: Vec<&Answer> = answers.iter().filter(|answer| !answer.component).collect();
    let Some(first) = product.first() else { return told };
    for other in product.iter().filter(|other| !same(&first.version, &other.version)) {
        let found = format!(
            "{} in {} differs from {} in {}",
            other.version, other.source, first.version, first.source
        );
        told.evidence.push(evidence("disagreement", found));
    }
    told.release = product
        .iter()
        .find_map(|answer| {
            let value = answer.release.clone()?;
            Some(Reading { value, source: answer.source.clone() })
        })
        .or_else(|| release::of(&definition.release, &first.version, &definition.id));
    told.evidence.extend(release::support(&definition.release, &first.version));
    told.version = Some(Reading { value: first.version.clone(), source: first.source.clone() });
    told
}

pub(super) fn evidence(probe: &str, found: String) -> Evidence {
    Evidence { probe: probe.to_owned(), found }
}

fn ask(view: &View<'_>, probe: VersionProbe<'_>, variables: &Variables) -> Option<Answer> {
    match probe {
        VersionProbe::Javascript(probe) => javascript(view, probe, variables),
        VersionProbe::Pe(probe) => program(view, probe, variables),
        VersionProbe::Registry(probe) => registry(view, probe),
        VersionProbe::Uninstall(probe) => uninstall(view, probe),
        VersionProbe::File(probe) => {
            let path = expand(&probe.path, view.vars(), variables).ok()?;
            let content = text::decode(&view.read(&path)?);
            let version = number(captured(&view.expression(&probe.pattern)?, &content)?)?;
            Some(Answer { version, release: None, source: path, component: false })
        }
    }
}

fn javascript(view: &View<'_>, probe: &JavascriptVersion, variables: &Variables) -> Option<Answer> {
    let path = expand(&probe.path, view.vars(), variables).ok()?;
    let content = text::decode(&view.read(&path)?);
    let Some(object) = text::object(&content) else {
        view.fail(&format!("version {path}"), "holds no JSON object");
        return None;
    };
    let value = |select: &str| JsonPath::parse(select).ok()?.find(&object).and_then(text::scalar);
    let version = number(&value(&probe.select)?)?;
    let release = probe.release.as_deref().and_then(value).and_then(|name| short(&name));
    Some(Answer { version, release, source: path, component: false })
}

fn program(view: &View<'_>, probe: &PeVersion, variables: &Variables) -> Option<Answer> {
    let path = expand(&probe.path, view.vars(), variables).ok()?;
    let version = view.program_version(&path)?;
    Some(Answer { version: number(version.best())?, release: None, source: path, component: probe.component })
}

fn registry(view: &View<'_>, probe: &RegistryVersion) -> Option<Answer> {
    let value = view.registry_text(&probe.key, &probe.value)?;
    let found = match &probe.pattern {
        Some(pattern) => captured(&view.expression(pattern)?, &value)?.to_owned(),
        None => value,
    };
    let source = format!("{} {}", probe.key, probe.value);
    Some(Answer { version: number(&found)?, release: None, source, component: false })
}

fn uninstall(view: &View<'_>, probe: &UninstallVersion) -> Option<Answer> {
    let name = view.whole(&probe.name)?;
    let publisher: Option<Regex> = probe.publisher.as_deref().and_then(|pattern| view.whole(pattern));
    let mut matches: Vec<_> = view
        .installed()
        .filter(|(_, package)| {
            name.is_match(&package.name)
                && publisher
                    .as_ref()
                    .is_none_or(|regex| regex.is_match(package.publisher.as_deref().unwrap_or_default()))
        })
        .collect();
    if let Some(scope) = view.scope() {
        // Of several installations each has its own entry; which of the others is whose cannot be known.
        let is_own = |place: usize| scope.own.contains(&Owner::Package(place));
        if matches.iter().any(|(place, _)| is_own(*place)) {
            matches.retain(|(place, _)| is_own(*place));
        } else if matches.len() > 1 {
            return None;
        }
    }
    let stated =
        matches.into_iter().filter_map(|(_, package)| Some((number(package.version.as_deref()?)?, package)));
    let (version, package) = stated.max_by(|(a, _), (b, _)| parts(a).cmp(&parts(b)))?;
    let release = probe.release.as_deref().and_then(|pattern| {
        let regex = view.expression(pattern)?;
        captured(&regex, &package.name).and_then(short)
    });
    let source = format!("{} ({})", package.name, package.source);
    Some(Answer { version, release, source, component: false })
}

/// A version, trimmed; none if the text does not begin with a number or is too long to be one.
fn number(text: &str) -> Option<String> {
    let text = text.trim().trim_start_matches(['v', 'V']);
    (text.starts_with(|c: char| c.is_ascii_digit()) && text.len() <= 64).then(|| text.to_owned())
}

/// A name for people: one line, not too long.
fn short(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty() && text.len() <= 80 && !text.contains(char::is_control)).then(|| text.to_owned())
}

/// The numbers of a version as they are written; what follows the last one, such as a build date, is left out.
pub(super) fn written(version: &str) -> Vec<u64> {
    let end = version.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(version.len());
    version[..end].split('.').map_while(|part| part.parse().ok()).collect()
}

/// The numbers to compare by: `12.16.2` is `12.16.2.0`.
fn parts(version: &str) -> Vec<u64> {
    let mut parts = written(version);
    while parts.last() == Some(&0) {
        parts.pop();
    }
    parts
}

fn same(a: &str, b: &str) -> bool {
    parts(a) == parts(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_number() {
        let table = [
            ("12.16.2", "12.16.2.0", std::cmp::Ordering::Equal),
            ("14.9", "14.113", std::cmp::Ordering::Less),
            ("12.90.20000+2024-05-15", "12.90.20000", std::cmp::Ordering::Equal),
            ("3.2.10", "3.2.9", std::cmp::Ordering::Greater),
            ("99999999999999999999.1", "1", std::cmp::Ordering::Less),
        ];
        for (a, b, wanted) in table {
            assert_eq!(parts(a).cmp(&parts(b)), wanted, "{a} {b}");
        }
    }

    #[test]
    fn only_numbers_are_versions() {
        let table = [(" 12.16.2 ", Some("12.16.2")), ("v1.2", Some("1.2")), ("May 2024", None), ("", None)];
        for (text, wanted) in table {
            assert_eq!(number(text).as_deref(), wanted, "{text}");
        }
    }
}
