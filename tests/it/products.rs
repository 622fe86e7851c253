//! Every fixture host has exactly the products that its `expect/products.txt` names, one id a line: no product is missed, and none is
//! taken for another that stands beside it. `QDIAG_ACCEPT=1` writes the files anew; review the difference.

use std::collections::BTreeSet;

use crate::support::{Run, all_hosts, collect, hosts, hosts_with_left_overs};

#[test]
fn each_host_has_exactly_the_products_it_should() {
    let mut wrong = Vec::new();
    for host in all_hosts() {
        let ran = Run::new(["detect", "--json", "--root"]).arg(&host).run();
        let document = ran.json();
        let found: BTreeSet<&str> = document["installations"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|found| found["product"].as_str().expect("an id"))
            .collect();
        let path = host.join("expect/products.txt");
        if std::env::var_os("QDIAG_ACCEPT").is_some() {
            let lines: String = found.iter().map(|id| format!("{id}\n")).collect();
            std::fs::write(&path, lines).expect("writable");
        }
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let expected: BTreeSet<&str> = text.lines().collect();
        assert!(text.lines().is_sorted(), "{} is not sorted", path.display());
        let missed: Vec<_> = expected.difference(&found).collect();
        let beside: Vec<_> = found.difference(&expected).collect();
        if !missed.is_empty() || !beside.is_empty() {
            wrong.push(format!("{}: missed {missed:?}, found besides {beside:?}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_an_uninstalled_product_leaves_is_told_and_not_taken() {
    for host in hosts_with_left_overs() {
        let document = Run::new(["detect", "--json", "--root"]).arg(&host).run().code(1).json();
        let left_overs = document["left_overs"].as_array().expect("a list");
        assert!(!left_overs.is_empty(), "{}", host.display());
        for left in left_overs {
            assert!(!left["evidence"].as_array().expect("a list").is_empty(), "{left}");
        }
        let folder = tempfile::TempDir::new().expect("temporary folder");
        let (bundle, _) = collect(&host, folder.path(), &["--environment-only"]);
        for line in bundle.lines() {
            assert!(["environment", "qdiag"].contains(&line["category"].as_str().expect("one")), "{line}");
        }
    }
}

/// Names that are learned late, in logs, stand in the manifest and in names of entries by then.
#[test]
fn a_bundle_without_identities_is_made_of_every_host() {
    for host in hosts() {
        let folder = tempfile::TempDir::new().expect("temporary folder");
        let (bundle, _) = collect(&host, folder.path(), &["--privacy", "identities"]);
        assert!(!bundle.lines().is_empty(), "{}", host.display());
    }
}
