//! The private key that `--qrs` uses is gone from memory once it was used, also where the service was refused: nothing of its file is found in
//! the memory of the running program.

use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use base64::Engine as _;
use tempfile::TempDir;

use crate::standin::{ServerCertificate, Standin};
use crate::support::{Run, is_foreign, sense_2018};

/// A program that is ended whatever becomes of the test.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Parts of the key as its file has them, and as they are unpacked.
fn parts(path: &Path) -> Vec<Vec<u8>> {
    let text = std::fs::read_to_string(path).expect("the stand-in writes it");
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with("-----")).collect();
    let unpacked = base64::engine::general_purpose::STANDARD.decode(lines.concat()).expect("base64");
    // Behind the modulus, which is public, the numbers that are not.
    let secret = unpacked.len() / 3..unpacked.len();
    let chunks = unpacked[secret].chunks_exact(24).map(<[u8]>::to_vec);
    let half = lines.len() / 3;
    lines[half..]
        .iter()
        .filter(|line| line.len() == 64)
        .map(|line| line.as_bytes().to_vec())
        .chain(chunks)
        .collect()
}

/// How many of the parts stand in the memory of a program that was stopped; nothing if it cannot be read here.
fn found(id: u32, parts: &[Vec<u8>]) -> Option<usize> {
    let maps = std::fs::read_to_string(format!("/proc/{id}/maps")).ok()?;
    let mut memory = std::fs::File::open(format!("/proc/{id}/mem")).ok()?;
    let (mut whole, mut read) = (0, 0_usize);
    let mut is_there = vec![false; parts.len()];
    for line in
        maps.lines().filter(|line| line.split(' ').nth(1).is_some_and(|rights| rights.starts_with("rw")))
    {
        let (from, to) = line.split(' ').next()?.split_once('-')?;
        let (from, to) = (u64::from_str_radix(from, 16).ok()?, u64::from_str_radix(to, 16).ok()?);
        let mut bytes = vec![0; usize::try_from(to - from).ok()?];
        whole += 1;
        if memory.seek(SeekFrom::Start(from)).is_err() || memory.read_exact(&mut bytes).is_err() {
            continue;
        }
        read += bytes.len();
        for (part, is_there) in parts.iter().zip(&mut is_there) {
            *is_there |= memchr::memmem::find(&bytes, part).is_some();
        }
    }
    assert!(whole > 3 && read > 1_000_000, "{whole} parts of memory, {read} bytes read");
    Some(is_there.into_iter().filter(|found| *found).count())
}

fn signal(id: u32, name: &str) {
    let done =
        std::process::Command::new("kill").args([name, &id.to_string()]).status().expect("kill is there");
    assert!(done.success());
}

/// Stops a run some time after the service was asked, while it reads a long log, and looks into its memory.
fn after_asking(certificate: ServerCertificate) -> Option<usize> {
    let site = Standin::start(certificate);
    let folder = TempDir::new().expect("temporary folder");
    let root = folder.path().join("host");
    let copied = std::process::Command::new("cp")
        .arg("-r")
        .arg(sense_2018())
        .arg(&root)
        .status()
        .expect("cp is there");
    assert!(copied.success());
    let line = "2026-11-25 10:00:00,123 INFO service 17 answered 200 in 12 ms for session aaaa\n";
    let long = root.join("root/C/ProgramData/Qlik/Sense/Log/Engine/Trace/QLIKSERVER1_System_Engine.txt");
    std::fs::write(&long, line.repeat(4_000_000)).expect("there is room");
    let certificates = site.certificates().to_owned();
    let mut command = Run::new(["collect", "--yes", "--quiet", "--threads", "1"])
        .args(site.flags())
        .arg("--qrs-certificates")
        .arg(&certificates)
        .arg("--root")
        .arg(&root)
        .arg("--output")
        .arg(folder.path())
        .command();
    let child =
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
    let mut child = Ended(child);
    let start = Instant::now();
    while site.connections() == 0 && start.elapsed() < Duration::from_mins(1) {
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(site.connections() > 0, "the service was asked");
    std::thread::sleep(Duration::from_millis(1500));
    assert!(child.0.try_wait().expect("its own child").is_none(), "the log is too short");
    signal(child.0.id(), "-STOP");
    let parts = parts(&certificates.join("client_key.pem"));
    let found = found(child.0.id(), &parts);
    signal(child.0.id(), "-CONT");
    found
}

#[test]
fn nothing_of_the_key_stays_in_memory() {
    if is_foreign() {
        return println!("left out: the memory of another system's program is not looked into");
    }
    for certificate in [ServerCertificate::Foreign, ServerCertificate::Good] {
        let text = format!("{certificate:?}");
        match after_asking(certificate) {
            Some(found) => assert_eq!(found, 0, "parts of the key are in memory: {text}"),
            None => println!("left out: memory cannot be read here"),
        }
    }
}
