//! Every fixture host has exactly the products that its `expect/products.txt` names, one id a line: no product is missed, and none is
//! taken for another that stands beside it. `QDIAG_ACCEPT=1` writes the files anew; review the difference.

use std::collections::BTreeSet;

use crate::support::{Run, hosts};

#[test]
fn each_host_has_exactly_the_products_it_should() {
    let mut wrong = Vec::new();
    for host in hosts() {
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
