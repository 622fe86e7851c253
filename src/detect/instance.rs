//! Several installations of one product on one host: which value tells them apart, and what belongs to which.

use std::collections::BTreeSet;

use super::probe::{Sign, is_gone, variables};
use super::program::{is_folder, program_of};
use super::variable;
use super::view::{Owner, Scope, View};
use crate::definition::{Definition, VariableProbe, Variables};
use crate::manifest::Reading;

/// One installation in the making.
pub(super) struct Group<'s> {
    /// What tells it from the others, if there are others.
    pub(super) instance: Option<Reading>,
    /// The signs of it, those of all included.
    pub(super) signs: Vec<&'s Sign>,
    /// What its signs tell.
    pub(super) variables: Variables,
    /// What it sees of the host, if there are others.
    pub(super) scope: Option<Scope>,
}

/// A value that may stand for an installation of its own.
struct Candidate {
    value: String,
    owners: BTreeSet<Owner>,
    probes: BTreeSet<(&'static str, usize)>,
    /// What told it, in words.
    source: String,
}

/// The installations that the signs of a definition tell; at least one.
pub(super) fn groups<'s>(view: &View<'_>, definition: &Definition, signs: &'s [Sign]) -> Vec<Group<'s>> {
    let told = variables(view, signs.iter());
    let name = definition.instance.clone().or_else(|| first_folder(view, signs));
    let mut found = name.as_deref().map_or_else(Vec::new, |name| from_signs(view, name, signs));
    if let (Some(name), true) = (&definition.instance, found.is_empty()) {
        found = from_probes(view, definition, name, &told);
    }
    // After a move to another drive the old folder may still be told of.
    if found.iter().any(|candidate| !is_gone(view, &candidate.value)) {
        found.retain(|candidate| !is_gone(view, &candidate.value));
    }
    if definition.instance.is_none() {
        found = of_one_probe(view, found);
    }
    match (name, found.len()) {
        (Some(name), 2..) => split(view, &name, &found, signs),
        (name, _) => {
            let mut told = told;
            // Where signs tell the only value, it is among theirs already.
            if let (Some(name), Some(only), Some(_)) = (name, found.pop(), &definition.instance) {
                told.insert(name, only.value);
            }
            vec![Group { instance: None, signs: signs.iter().collect(), variables: told, scope: None }]
        }
    }
}

/// The first variable that a sign gives a folder to.
fn first_folder(view: &View<'_>, signs: &[Sign]) -> Option<String> {
    let told = signs.iter().filter(|sign| !sign.weak).filter_map(|sign| sign.told.as_ref());
    told.into_iter().find(|(_, value)| is_folder(value, view.is_windows())).map(|(name, _)| name.clone())
}

/// A value as it is compared.
fn folded(view: &View<'_>, value: &str) -> String {
    let plain = if view.is_windows() { value.replace('/', "\\").to_lowercase() } else { value.to_owned() };
    plain.trim_end_matches(['/', '\\']).to_owned()
}

/// Whether a path is a folder or lies in it.
fn is_within(view: &View<'_>, path: &str, folder: &str) -> bool {
    let (path, folder) = (folded(view, path), folded(view, folder));
    path.strip_prefix(&folder).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '\\']))
}

fn add(view: &View<'_>, all: &mut Vec<Candidate>, next: Candidate) {
    let key = folded(view, &next.value);
    match all.iter_mut().find(|known| folded(view, &known.value) == key) {
        Some(known) => {
            known.owners.extend(next.owners);
            known.probes.extend(next.probes);
        }
        None => all.push(next),
    }
}

/// The values that signs give to a variable.
fn from_signs(view: &View<'_>, name: &str, signs: &[Sign]) -> Vec<Candidate> {
    let mut all = Vec::new();
    for sign in signs.iter().filter(|sign| !sign.weak) {
        let Some((_, value)) = sign.told.as_ref().filter(|(told, _)| told == name) else { continue };
        let candidate = Candidate {
            value: value.clone(),
            owners: sign.owner.iter().cloned().collect(),
            probes: [sign.probe].into(),
            source: format!("{name} by {} {}", sign.evidence.probe, sign.evidence.found),
        };
        add(view, &mut all, candidate);
    }
    all
}

/// The values that the probes for a variable find. Services and processes may each have one of their own; any other probe is
/// asked only where nothing before it has answered.
fn from_probes(view: &View<'_>, definition: &Definition, name: &str, told: &Variables) -> Vec<Candidate> {
    let mut base = told.clone();
    variable::fill(view, definition, &mut base);
    let mut all: Vec<Candidate> = Vec::new();
    let mut without: BTreeSet<Owner> = BTreeSet::new();
    let mut default = None;
    for probe in definition.variable.in_order().into_iter().filter(|probe| probe.name() == name) {
        default = default.or_else(|| probe.default());
        let answers = match probe {
            VariableProbe::Service(_) | VariableProbe::Process(_) => variable::each(view, probe),
            _ if !all.is_empty() => Vec::new(),
            VariableProbe::Search(probe) => {
                let folders = variable::folders(view, probe, &base);
                folders.into_iter().map(|folder| (None, Some(folder))).collect()
            }
            _ => vec![(None, variable::value_of(view, probe, &base))],
        };
        for (owner, value) in answers {
            let value = value.and_then(|raw| variable::settle(view, name, &raw));
            match (value, owner) {
                (Some(value), owner) => {
                    let source = format!("{name}{}", owner.as_ref().map(words).unwrap_or_default());
                    let owners = owner.into_iter().collect();
                    add(view, &mut all, Candidate { value, owners, probes: BTreeSet::new(), source });
                }
                (None, Some(owner @ Owner::Service(_))) => _ = without.insert(owner),
                (None, _) => {}
            }
        }
    }
    // A service that states no value of its own runs with the one that holds by default.
    without.retain(|owner| !all.iter().any(|known| known.owners.contains(owner)));
    let default = default.and_then(|text| crate::definition::expand(text, view.vars(), &base).ok());
    if let (Some(value), false, Some(first)) = (default, all.is_empty(), without.first()) {
        let source = format!("{name}{}, by default", words(first));
        // It comes first, as the installation that nobody has set up apart.
        let mut with = vec![Candidate { value, owners: without, probes: BTreeSet::new(), source }];
        for one in all {
            add(view, &mut with, one);
        }
        return with;
    }
    all
}

fn words(owner: &Owner) -> String {
    match owner {
        Owner::Service(name) => format!(" by service {name}"),
        Owner::Process(id) => format!(" by process {id}"),
        Owner::Package(_) => " by an uninstall entry".to_owned(),
    }
}

/// Where a definition does not say what tells installations apart, only answers of one and the same probe do: two probes may
/// mean two folders of one installation. A folder within another one's belongs to that.
fn of_one_probe(view: &View<'_>, all: Vec<Candidate>) -> Vec<Candidate> {
    let nested = |a: &Candidate, b: &Candidate| {
        is_within(view, &a.value, &b.value) || is_within(view, &b.value, &a.value)
    };
    let probes: BTreeSet<_> = all.iter().flat_map(|candidate| candidate.probes.iter().copied()).collect();
    let apart = |probe: &(&'static str, usize)| {
        let mut kept: Vec<usize> = Vec::new();
        for (place, candidate) in all.iter().enumerate().filter(|(_, one)| one.probes.contains(probe)) {
            if !kept.iter().any(|other| nested(&all[*other], candidate)) {
                kept.push(place);
            }
        }
        kept
    };
    // The set that tells most; of equal ones that of the earliest value.
    let best = probes
        .iter()
        .map(apart)
        .max_by_key(|kept| (kept.len(), std::cmp::Reverse(kept.first().copied().unwrap_or(usize::MAX))));
    let best = best.unwrap_or_default();
    all.into_iter().enumerate().filter(|(place, _)| best.contains(place)).map(|(_, one)| one).collect()
}

/// One group for each value.
fn split<'s>(view: &View<'_>, name: &str, all: &[Candidate], signs: &'s [Sign]) -> Vec<Group<'s>> {
    let places = places(view, all, signs);
    let belongs = |owner: Option<&Owner>, place: Option<&str>| belonging(view, all, &places, (owner, place));
    let of_sign = |sign: &Sign| {
        let value = sign.told.as_ref().filter(|(told, _)| told == name).map(|(_, value)| folded(view, value));
        let own = all.iter().position(|one| Some(folded(view, &one.value)) == value);
        own.map_or_else(|| belongs(sign.owner.as_ref(), sign.place.as_deref()), |own| [own].into())
    };
    let owned: Vec<(Owner, BTreeSet<usize>)> = everything(view)
        .into_iter()
        .map(|(owner, place)| {
            let group = belongs(Some(&owner), place.as_deref());
            (owner, group)
        })
        .collect();
    let group = |(at, one): (usize, &Candidate)| {
        let mut mine: Vec<(bool, &Sign)> = Vec::new();
        for sign in signs {
            let of = of_sign(sign);
            if of.is_empty() || of.contains(&at) {
                mine.push((of.is_empty(), sign));
            }
        }
        // What is said of this one alone is believed first.
        mine.sort_by_key(|(shared, _)| *shared);
        let mut told = variables(view, mine.iter().map(|(_, sign)| *sign));
        told.insert(name.to_owned(), one.value.clone());
        let mut scope = Scope::default();
        for (owner, of) in owned.iter().filter(|(_, of)| !of.is_empty()) {
            if of.contains(&at) { &mut scope.own } else { &mut scope.hidden }.insert(owner.clone());
        }
        Group {
            instance: Some(Reading { value: one.value.clone(), source: one.source.clone() }),
            signs: mine.into_iter().map(|(_, sign)| sign).collect(),
            variables: told,
            scope: Some(scope),
        }
    };
    all.iter().enumerate().map(group).collect()
}

/// The folders of each installation: its value, and what the signs of its own services and processes tell.
fn places(view: &View<'_>, all: &[Candidate], signs: &[Sign]) -> Vec<Vec<String>> {
    let folder = |value: &String| is_folder(value, view.is_windows());
    let of = |one: &Candidate| {
        let own = signs.iter().filter(|sign| sign.owner.as_ref().is_some_and(|own| one.owners.contains(own)));
        let told = own.filter_map(|sign| sign.told.as_ref()).map(|(_, value)| value.clone());
        std::iter::once(one.value.clone()).chain(told).filter(folder).collect()
    };
    all.iter().map(of).collect()
}

/// The installations that something belongs to; none if it belongs to all.
fn belonging(
    view: &View<'_>,
    all: &[Candidate],
    places: &[Vec<String>],
    (owner, place): (Option<&Owner>, Option<&str>),
) -> BTreeSet<usize> {
    let owners =
        all.iter().enumerate().filter(|(_, one)| owner.is_some_and(|owner| one.owners.contains(owner)));
    let by_owner: BTreeSet<usize> = owners.map(|(at, _)| at).collect();
    if !by_owner.is_empty() {
        return by_owner;
    }
    let Some(place) = place else { return BTreeSet::new() };
    let depth = |folders: &Vec<String>| {
        let around = folders.iter().filter(|folder| is_within(view, place, folder));
        around.map(String::len).max().unwrap_or_default()
    };
    let depths: Vec<usize> = places.iter().map(depth).collect();
    let deepest = depths.iter().copied().max().unwrap_or_default();
    if deepest == 0 || depths.iter().all(|depth| *depth == deepest) {
        return BTreeSet::new();
    }
    depths.iter().enumerate().filter(|(_, depth)| **depth == deepest).map(|(at, _)| at).collect()
}

/// All that a host runs and has installed, each with its place.
fn everything(view: &View<'_>) -> Vec<(Owner, Option<String>)> {
    let services = view
        .services()
        .map(|service| (Owner::Service(service.name.clone()), program_of(&service.image_path, view.vars())));
    let processes = view.processes().map(|process| (Owner::Process(process.pid), process.executable.clone()));
    let packages = view.installed().map(|(at, package)| (Owner::Package(at), package.location.clone()));
    services.chain(processes).chain(packages).collect()
}
