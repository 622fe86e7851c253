//! How fast cleared text is looked through for known issues: lines without any, with the rows of the product that has most of them. Exit code 1
//! below a gigabyte a second.

#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "a benchmark prints its result")]

use std::process::ExitCode;
use std::time::Instant;

use chrono::FixedOffset;
use qdiag::analyze::{Lookup, Rows, Scan, ScanFile};
use qdiag::host::Zone;
use qdiag::logline::Origin;

/// Bytes in all, and of each piece.
const BYTES: usize = 256 * 1024 * 1024;
const PIECE: usize = 256 * 1024;

/// The least that it may be, in bytes a second.
const LEAST: f64 = 1e9;

const LINES: [&str; 4] = [
    "4711\t20.4.2.0\t20190201T045901.678+0100\tINFO\tQlikServer1\tSystem.Proxy.Proxy.Core.Connection\t42\tDOMAIN\\qvservice\tSession opened for user in 12 ms\t\t\t\t1b8f90cc\n",
    "Command=Open app;Result=0;ResultText=Success\t0b79c806-dacd-47f5-8da1-f6f1df040eb0\tDOMAIN\tadministrator\tEngine\tGlobal::OpenApp\tOpen app\t0\tSuccess\n",
    "2019-02-01 00:00:07.731 CET [3868] LOG:  connection authorized: user=qliksenserepository database=QSR application_name=Repository\n",
    "00362696: 2023-02-22T10:12:30 [SOURCE_CAPTURE  ]I:  Capture record 0 to internal queue from Source  (streamcomponent.c:2920)\n",
];

fn main() -> ExitCode {
    let rows = Rows::load(None).expect("the rows of this program");
    let lookup = Lookup::new(&rows.issues.rows);
    let text: String = LINES.iter().cycle().take(PIECE / 130).copied().collect();
    let mut slowest = f64::MAX;
    for product in ["qlik-sense-enterprise-windows", "qlik-replicate", "talend-runtime"] {
        let best = (0..3).map(|_| speed(&lookup, product, text.as_bytes())).fold(0.0, f64::max);
        println!("{product:<32} {:8.2} GB/s", best / 1e9);
        slowest = slowest.min(best);
    }
    if slowest < LEAST { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// Bytes a second.
fn speed(lookup: &Lookup<'_>, product: &str, text: &[u8]) -> f64 {
    let zone = Zone::Fixed(FixedOffset::east_opt(0).expect("no offset is one"));
    let origin = Origin { zone, modified: None };
    let file = ScanFile { name: "x".into(), origin, format: None, window: (None, None) };
    let mut scan = Scan::new(lookup.set(product, None, "x_AuditActivity_x.txt"), file);
    let start = Instant::now();
    let mut bytes = 0;
    while bytes < BYTES {
        scan.write(text);
        bytes += text.len();
    }
    let (found, _) = scan.finish();
    assert!(found.is_empty(), "ordinary lines are no issues: {found:?}");
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    let speed = bytes as f64 / start.elapsed().as_secs_f64();
    speed
}
