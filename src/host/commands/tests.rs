//! Programs are run for real.

use super::*;

fn shell(script: &str, timeout: Duration) -> CommandOutput {
    let argv = ["/bin/sh", "-c", script].map(str::to_owned).to_vec();
    run(&HostCommand { id: "test".into(), argv, timeout }).expect("a shell is there")
}

#[test]
#[cfg(unix)]
fn output_exit_code_and_errors_are_kept() {
    let output = shell("echo out; echo err >&2; exit 3", Duration::from_secs(10));
    assert_eq!((output.stdout.as_slice(), output.stderr.as_slice()), (&b"out\n"[..], &b"err\n"[..]));
    assert_eq!((output.exit_code, output.timed_out, output.truncated), (Some(3), false, false));
}

#[test]
#[cfg(unix)]
fn a_program_is_killed_with_its_children() {
    let mark = format!("qdiag-test-{}", std::process::id());
    let script = format!("echo started; (exec -a {mark} sleep 300) & sleep 300");
    let argv = ["/bin/bash".to_owned(), "-c".to_owned(), script];
    let output =
        run(&HostCommand { id: "test".into(), argv: argv.to_vec(), timeout: Duration::from_millis(400) })
            .expect("bash is there");
    assert!(output.timed_out && output.exit_code.is_none());
    assert_eq!(output.stdout, b"started\n");
    std::thread::sleep(Duration::from_millis(200));
    let left = shell(
        &format!("grep -l {mark} /proc/[0-9]*/cmdline 2>/dev/null | grep -v self; true"),
        Duration::from_secs(10),
    );
    let left = String::from_utf8_lossy(&left.stdout).into_owned();
    // The shell that looks for it has the mark in its own command line.
    let others = left.lines().filter(|path| std::path::Path::new(path).exists()).count();
    assert_eq!(others, 0, "{left}");
}

#[test]
#[cfg(unix)]
fn nothing_of_the_environment_reaches_a_program() {
    let output = shell("env | sort", Duration::from_secs(10));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(!text.contains("CARGO") && !text.contains("HOME="), "{text}");
}

#[test]
fn a_program_that_is_not_there_is_missing() {
    let command = HostCommand {
        id: "test".into(),
        argv: vec!["/no/such/program".into()],
        timeout: Duration::from_secs(1),
    };
    assert!(matches!(run(&command), Err(Miss::Missing(_))));
}
