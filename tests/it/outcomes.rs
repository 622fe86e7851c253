//! Every way a file can misbehave ends as the right outcome, and the rest of the bundle is whole.

use crate::support::{Root, Run};

#[test]
fn an_empty_file_is_collected_as_empty() {
    let root = Root::linux().file("/data/empty.log", "");
    let (bundle, _) = root.collect(&["--add", "/data"]);
    assert_eq!(bundle.line("empty.log")["outcome"], "empty");
    assert_eq!(bundle.bytes("empty.log"), b"");
}

#[test]
fn a_path_that_is_not_there_is_a_line() {
    let root = Root::linux();
    let (bundle, ran) = root.collect(&["--add", "/data/gone", "--add", "/data/*.log"]);
    assert_eq!(bundle.line("/data/gone")["outcome"], "missing");
    assert_eq!(bundle.line("/data/*.log")["outcome"], "missing");
    assert_eq!(ran.code, 0, "a missing path is no gap\n{ran}");
}

#[test]
fn a_name_of_three_hundred_characters_is_collected() {
    let folder = format!("/data/{}/{}", "f".repeat(150), "g".repeat(150));
    let root = Root::linux().file(&format!("{folder}/app.log"), "all is well\n");
    let (bundle, _) = root.collect(&["--add", "/data"]);
    let line = bundle.line("/app.log");
    assert_eq!(line["outcome"], "collected");
    assert!(line["name"].as_str().expect("a name").len() <= 200, "{line}");
    assert_eq!(line["source"], format!("{folder}/app.log"));
    assert_eq!(bundle.bytes("/app.log"), b"all is well\n");
}

#[test]
fn a_file_over_the_limit_keeps_its_first_line_and_its_newest_part() {
    let mut text = String::from("Sequence#\tTimestamp\tPassword\n");
    for number in 0..10_000 {
        text.push_str(&format!("{number}\t20190201T045901\tSecret-{number}-Value\n"));
    }
    let root = Root::linux().file("/data/big.log", &text);
    let (bundle, ran) = root.collect(&["--add", "/data", "--max-file", "20kB"]);
    let line = bundle.line("big.log");
    assert_eq!(line["outcome"], "truncated", "{ran}");
    let stored = String::from_utf8(bundle.bytes("big.log").to_vec()).expect("text");
    assert!(stored.starts_with("Sequence#\tTimestamp\tPassword\n[qdiag left out "), "{}", &stored[..200]);
    assert!(
        stored.contains("\n9999\t20190201T045901\tREDACTED_"),
        "the newest line is there, and its column is known by the header"
    );
    assert!(!stored.contains("-Value"), "no secret is left");
    let cut = &line["cut"];
    let sum =
        ["head", "tail", "dropped"].iter().map(|part| cut[part].as_u64().expect("a number")).sum::<u64>();
    assert_eq!(sum, text.len() as u64);
    assert_eq!(ran.code, 0, "a limit is no gap\n{ran}");
}

#[test]
fn a_file_of_two_byte_text_is_cut_at_whole_characters() {
    let text: String = (0..5_000).map(|number| format!("{number} Zeile mit Umlaut ä\r\n")).collect();
    let mut bytes = vec![0xFF, 0xFE];
    bytes.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
    let root = Root::linux().file("/data/wide.log", &bytes);
    let (bundle, _) = root.collect(&["--add", "/data", "--max-file", "9999B"]);
    let stored = bundle.bytes("wide.log");
    let units: Vec<u16> =
        stored[2..].chunks_exact(2).map(|unit| u16::from_le_bytes([unit[0], unit[1]])).collect();
    let shown = String::from_utf16(&units).expect("whole characters");
    assert!(shown.starts_with("0 Zeile mit Umlaut ä\r\n[qdiag left out "), "{}", &shown[..100]);
    assert!(shown.ends_with("4999 Zeile mit Umlaut ä\r\n"));
    assert!(
        shown.lines().skip(2).all(|line| line.ends_with("Zeile mit Umlaut ä")),
        "no line is cut in the middle"
    );
}

#[test]
fn binary_content_is_withheld_and_says_so() {
    let root = Root::linux()
        .file("/data/blob.log", b"MZ\x90\x00\x03\x00\x00\x00password=hunter2hunter2\x00\x01\x02");
    let (bundle, ran) = root.collect(&["--add", "/data"]);
    let line = bundle.line("blob.log");
    assert_eq!(line["outcome"], "withheld");
    assert_eq!(ran.code, 3, "a withheld file makes the bundle partial\n{ran}");
    let stub = String::from_utf8_lossy(bundle.bytes("blob.log")).into_owned();
    assert!(stub.contains("withheld"), "{stub}");
    assert!(!stub.contains("hunter2"), "{stub}");
}

#[test]
fn what_must_never_be_taken_is_skipped_even_when_named_where_nobody_can_type() {
    let root = Root::linux()
        .file("/data/client_key.pem", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")
        .file("/data/sub/Sales.qvf", "data")
        .file("/data/app.log", "fine\n");
    let (bundle, _) = root.collect(&["--add", "/data", "--add", "/data/client_key.pem"]);
    assert_eq!(bundle.line("client_key.pem")["outcome"], "skipped");
    assert_eq!(bundle.line("Sales.qvf")["outcome"], "skipped");
    assert_eq!(bundle.line("app.log")["outcome"], "collected");
    assert!(
        bundle.entries.keys().all(|name| !name.ends_with(".pem") && !name.ends_with(".qvf")),
        "{}",
        bundle.listing()
    );
}

#[test]
fn choices_are_lines_with_their_reason() {
    let root = Root::linux().file("/data/a.log", "a\n").file("/data/b.txt", "b\n");
    let (bundle, _) = root.collect(&["--add", "/data", "--exclude", "*.txt"]);
    assert_eq!(bundle.line("a.log")["outcome"], "collected");
    let line = bundle.line("b.txt");
    assert_eq!(
        (&line["outcome"], &line["reason"]),
        (&"skipped".into(), &"left out by --exclude *.txt".into())
    );
}

#[test]
fn an_output_folder_that_is_not_there_is_an_output_error() {
    let root = Root::linux();
    let nowhere = root.output.path().join("no/such/folder");
    let ran = Run::new(["collect", "--yes", "--quiet", "--environment-only", "--root"])
        .arg(root.path())
        .arg("--output")
        .arg(&nowhere)
        .run()
        .code(5);
    assert!(ran.stderr.contains("hint: "), "{ran}");
    assert!(!nowhere.exists());
}

#[test]
fn a_name_that_not_every_system_can_make_is_refused() {
    for name in ["con.zip", "a:b.zip", "x .zip"] {
        let root = Root::linux();
        let ran = Run::new(["collect", "--yes", "--environment-only", "--root"])
            .arg(root.path())
            .arg("--output")
            .arg(root.output.path().join(name))
            .run()
            .code(2);
        assert!(ran.stderr.contains("not a name for a bundle"), "{ran}");
    }
}

#[test]
fn an_existing_bundle_is_never_overwritten() {
    let root = Root::linux();
    let target = root.output.path().join("bundle.zip");
    std::fs::write(&target, "mine").expect("writable");
    let run = || {
        Run::new(["collect", "--yes", "--quiet", "--environment-only", "--root"])
            .arg(root.path())
            .arg("--output")
            .arg(&target)
            .run()
    };
    let ran = run().code(5);
    assert!(ran.stderr.contains("never overwritten"), "{ran}");
    assert_eq!(std::fs::read(&target).expect("still there"), b"mine");
    let left: Vec<_> = std::fs::read_dir(root.output.path())
        .expect("readable")
        .map(|entry| entry.expect("readable").file_name())
        .collect();
    assert_eq!(left, ["bundle.zip"], "nothing else is left behind");
}

/// What only a program of this system can meet: pipes, links, rights and signals of Unix.
#[cfg(unix)]
mod unix {
    use std::ffi::OsStr;
    use std::io::Write;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::process::Command;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use base64::Engine as _;

    use crate::support::{Root, Run, is_foreign};

    #[test]
    fn a_pipe_and_a_socket_are_skipped_and_never_opened() {
        if is_foreign() {
            return;
        }
        let root = Root::linux().file("/data/app.log", "fine\n");
        let made = Command::new("mkfifo").arg(root.real("/data/pipe.log")).status().expect("mkfifo runs");
        assert!(made.success());
        let _socket =
            std::os::unix::net::UnixListener::bind(root.real("/data/socket.log")).expect("a socket");
        let (bundle, _) = root.collect(&["--add", "/data"]);
        for name in ["pipe.log", "socket.log"] {
            assert_eq!(bundle.line(name)["outcome"], "skipped");
            assert_eq!(bundle.line(name)["reason"], "not a regular file");
        }
        assert_eq!(bundle.line("app.log")["outcome"], "collected");
    }

    #[test]
    fn links_are_lines_and_a_loop_is_harmless() {
        if is_foreign() {
            return;
        }
        let root = Root::linux().file("/data/logs/app.log", "fine\n").file("/private/secret.txt", "mine\n");
        symlink(root.real("/data"), root.real("/data/logs/loop")).expect("a link");
        symlink(root.real("/private/secret.txt"), root.real("/data/logs/away.txt")).expect("a link");
        symlink("/etc/passwd", root.real("/data/logs/outside.txt")).expect("a link");
        let (bundle, _) = root.collect(&["--add", "/data"]);
        assert_eq!(bundle.line("app.log")["outcome"], "collected");
        for name in ["loop", "away.txt", "outside.txt"] {
            assert_eq!(bundle.line(name)["outcome"], "skipped", "{}", bundle.listing());
        }
        assert!(
            !bundle
                .entries
                .values()
                .any(|bytes| bytes.windows(6).any(|window| window == b"mine\nr" || window == b"root:x"))
        );
    }

    #[test]
    fn a_name_that_is_not_unicode_is_collected_and_reversible() {
        if is_foreign() {
            return;
        }
        let root = Root::linux().file("/data/app.log", "fine\n");
        let odd = OsStr::from_bytes(b"caf\xe9.log");
        std::fs::write(root.real("/data").join(odd), "odd\n").expect("writable");
        let (bundle, _) = root.collect(&["--add", "/data"]);
        let line = bundle.line(r"caf\xe9.log");
        assert_eq!(line["outcome"], "collected");
        assert_eq!(bundle.bytes(r"caf\xe9.log"), b"odd\n");
        let exact = base64::engine::general_purpose::STANDARD
            .decode(line["source_base64"].as_str().expect("exact bytes"))
            .expect("base64");
        assert!(exact.ends_with(b"caf\xe9.log"), "{line}");
    }

    #[test]
    fn a_file_that_grows_is_read_to_the_size_it_had() {
        if is_foreign() {
            return;
        }
        let root = Root::linux().file("/data/live.log", "start\n".repeat(200_000));
        let stop = Arc::new(AtomicBool::new(false));
        let (path, until) = (root.real("/data/live.log"), Arc::clone(&stop));
        let writer = std::thread::spawn(move || {
            let mut file = std::fs::OpenOptions::new().append(true).open(path).expect("writable");
            while !until.load(Ordering::Relaxed) {
                file.write_all(b"grown\n").expect("writable");
            }
        });
        let (bundle, _) = root.collect(&["--add", "/data"]);
        stop.store(true, Ordering::Relaxed);
        writer.join().expect("the writer ends");
        let line = bundle.line("live.log");
        assert_eq!(line["outcome"], "collected");
        assert_eq!(
            line["bytes"], line["source_bytes"],
            "exactly the bytes that were there when it was opened"
        );
        assert_eq!(bundle.bytes("live.log").len() as u64, line["bytes"].as_u64().expect("a number"));
    }

    #[test]
    fn what_this_account_may_not_read_is_denied_and_the_rest_is_whole() {
        if is_foreign() {
            return;
        }
        let root = Root::linux()
            .file("/data/open.log", "fine\n")
            .file("/data/closed.log", "mine\n")
            .file("/data/folder/x.log", "mine\n");
        let close = |path: &str, mode| {
            std::fs::set_permissions(root.real(path), std::fs::Permissions::from_mode(mode)).expect("may");
        };
        close("/data/closed.log", 0o000);
        close("/data/folder", 0o000);
        // An administrator reads everything, so the run is made as nobody where the test itself is one.
        let output = root.output.path();
        std::fs::set_permissions(output, std::fs::Permissions::from_mode(0o777)).expect("may");
        std::fs::set_permissions(root.path(), std::fs::Permissions::from_mode(0o755)).expect("may");
        let ran = as_nobody(&root, output);
        close("/data/folder", 0o755);
        let Some(ran) = ran else { return };
        assert_eq!(ran.status.code(), Some(3), "{}", String::from_utf8_lossy(&ran.stderr));
        let document: serde_json::Value = serde_json::from_slice(&ran.stdout).expect("JSON");
        let bundle = crate::support::Bundle::open(&crate::support::bundle_path(&document));
        assert_eq!(bundle.line("closed.log")["outcome"], "denied", "{}", bundle.listing());
        assert_eq!(bundle.line("/data/folder")["outcome"], "denied", "{}", bundle.listing());
        assert_eq!(bundle.line("open.log")["outcome"], "collected");
    }

    /// Runs collect as an account without rights, by `setpriv` if this one has all; without it there is nothing to see.
    fn as_nobody(root: &Root, output: &std::path::Path) -> Option<std::process::Output> {
        let mut run = Run::new([
            "collect",
            "--yes",
            "--json",
            "--quiet",
            "--environment-only",
            "--add",
            "/data",
            "--root",
        ])
        .arg(root.path())
        .arg("--output")
        .arg(output)
        .command();
        if std::fs::File::open(root.real("/data/closed.log")).is_err() {
            return Some(run.output().expect("runs"));
        }
        // A copy that everybody may start, since the build folder may be closed to others.
        let copy = output.join("qdiag");
        std::fs::copy(run.get_program(), &copy).expect("writable");
        let mut command = Command::new("setpriv");
        command
            .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
            .arg(&copy)
            .args(run.get_args())
            .current_dir(output);
        let ran = command.output().ok()?;
        std::fs::remove_file(copy).expect("was just written");
        Some(ran)
    }

    #[test]
    fn an_output_folder_that_may_not_be_written_is_an_output_error() {
        if is_foreign() {
            return;
        }
        let root = Root::linux();
        // Nobody may create files here, an administrator neither.
        let ran = Run::new(["collect", "--yes", "--quiet", "--environment-only", "--root"])
            .arg(root.path())
            .args(["--output", "/proc"])
            .run()
            .code(5);
        assert!(ran.stderr.contains("--output DIR"), "{ran}");
    }

    #[test]
    fn ctrl_c_finishes_a_valid_bundle() {
        if is_foreign() {
            return;
        }
        let root = Root::linux()
            .file("/data/a-huge.log", "x".repeat(99).repeat(400_000))
            .file("/data/b.log", "later\n");
        for number in 0..3_000 {
            std::fs::write(root.real(&format!("/data/c-{number}.log")), "small\n").expect("writable");
        }
        let child =
            Run::new(["collect", "--yes", "--json", "--environment-only", "--add", "/data", "--root"])
                .arg(root.path())
                .arg("--output")
                .arg(root.output.path())
                .command()
                .spawn()
                .expect("starts");
        wait_for_partial(root.output.path());
        rustix::process::kill_process(rustix::process::Pid::from_child(&child), rustix::process::Signal::INT)
            .expect("may");
        let ran = child.wait_with_output().expect("ends");
        let document: serde_json::Value = serde_json::from_slice(&ran.stdout).expect("a result document");
        assert_eq!(
            (ran.status.code(), &document["interrupted"]),
            (Some(3), &true.into()),
            "{}",
            String::from_utf8_lossy(&ran.stderr)
        );
        let bundle = crate::support::bundle_path(&document);
        Run::new(["verify"]).arg(&bundle).run().code(0);
        let bundle = crate::support::Bundle::open(&bundle);
        let outcome = |line: &serde_json::Value| line["reason"] == "the run was interrupted";
        assert!(bundle.lines().iter().any(outcome), "what was not taken is a line\n{}", bundle.listing());
        assert_eq!(bundle.manifest()["run"]["interrupted"], true);
    }

    fn wait_for_partial(folder: &std::path::Path) {
        // A machine with much else to do takes its time.
        for _ in 0..36_000 {
            let partial = std::fs::read_dir(folder).expect("readable").filter_map(Result::ok);
            let mut sizes = partial
                .filter(|entry| entry.path().to_string_lossy().ends_with(".partial"))
                .filter_map(|entry| entry.metadata().ok());
            if sizes.any(|size| size.len() > 0) {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        panic!("no temp file came");
    }
}
