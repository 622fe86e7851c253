//! The stand-in for other programs: it serves until a file says that it is enough.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::{ServerCertificate, Standin};

/// No run of other programs takes longer.
const LIMIT: Duration = Duration::from_mins(5);

/// `QDIAG_STANDIN=DIR` names a folder: the certificates are copied into it, then `port` is written; a file `stop` in it ends this.
#[test]
#[ignore = "serves other programs, which name a folder with QDIAG_STANDIN"]
fn serve() {
    let folder = PathBuf::from(std::env::var_os("QDIAG_STANDIN").expect("QDIAG_STANDIN names a folder"));
    let site = Standin::start(ServerCertificate::Good);
    copy(site.certificates(), &folder);
    // Renamed, so that nobody reads half a number.
    std::fs::write(folder.join("port.part"), site.port().to_string()).expect("the folder is writable");
    std::fs::rename(folder.join("port.part"), folder.join("port")).expect("the folder is writable");
    let start = Instant::now();
    while !folder.join("stop").exists() {
        assert!(start.elapsed() < LIMIT, "nobody said stop");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).expect("the folder is writable");
    for entry in std::fs::read_dir(from).expect("the folder is readable") {
        let path = entry.expect("the folder is readable").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).expect("the folder is writable");
        }
    }
}
