//! Shows what a plan will come to: by category, in a table or as JSON. All of it is about, and says so.

use std::fmt::Write;

use serde::Serialize;

use super::print;
use crate::estimate::{Estimate, Sum};

/// What some items come to, in JSON.
#[derive(Serialize)]
struct Line {
    #[serde(skip_serializing_if = "Option::is_none")]
    category: Option<&'static str>,
    items: u64,
    bytes: u64,
    bundle_bytes: u64,
    seconds: Option<f64>,
}

/// What a plan comes to, in JSON.
#[derive(Serialize)]
pub(super) struct Document {
    categories: Vec<Line>,
    total: Line,
    max_bundle: Option<u64>,
}

/// An estimate as JSON.
pub(super) fn document(estimate: &Estimate, max_bundle: Option<u64>) -> Document {
    let line = |category, sum: &Sum| Line {
        category,
        items: sum.items,
        bytes: sum.bytes,
        bundle_bytes: sum.packed,
        seconds: estimate.seconds(sum).map(|seconds| (seconds * 10.0).round() / 10.0),
    };
    Document {
        categories: estimate
            .categories
            .iter()
            .map(|(category, sum)| line(Some(category.word()), sum))
            .collect(),
        total: line(None, &estimate.total),
        max_bundle,
    }
}

/// An estimate as a table.
pub(super) fn table(estimate: &Estimate, max_bundle: Option<u64>) -> String {
    let mut text = format!("  {:<12} {:>10} {:>10}  {:>15}  time\n", "", "items", "read", "in the bundle");
    for (category, sum) in &estimate.categories {
        row(&mut text, estimate, (category.word(), sum));
    }
    row(&mut text, estimate, ("sum", &estimate.total));
    if let Some(most) = max_bundle.filter(|most| *most < estimate.total.packed) {
        let most = print::size(most);
        let _ = writeln!(
            text,
            "  Not all of it fits --max-bundle: the bundle will have at most {most}, and all of that."
        );
    }
    text
}

fn row(text: &mut String, estimate: &Estimate, (title, sum): (&str, &Sum)) {
    let about = format!("about {}", print::size(sum.packed));
    let time = estimate.seconds(sum).map_or_else(String::new, time);
    let _ =
        writeln!(text, "  {title:<12} {:>10} {:>10}  {about:>15}  {time}", sum.items, print::size(sum.bytes));
}

/// A time for people, no more exact than it is.
fn time(seconds: f64) -> String {
    if seconds < 1.0 {
        "under 1 s".into()
    } else if seconds < 100.0 {
        format!("about {seconds:.0} s")
    } else {
        format!("about {:.0} min", seconds / 60.0)
    }
}

#[cfg(test)]
mod tests {
    use super::time;

    #[test]
    fn times_for_people() {
        for (seconds, text) in
            [(0.2, "under 1 s"), (1.4, "about 1 s"), (99.0, "about 99 s"), (3600.0, "about 60 min")]
        {
            assert_eq!(time(seconds), text);
        }
    }
}
