//! Looks whether the bundle will have space where it is to be written, before anything is.

use std::io;
use std::path::Path;

use crate::Error;
use crate::cli::print;
use crate::host::{Space, space_beside};
use crate::plan::Plan;

/// What an entry takes at most besides its content.
const ENTRY: u64 = 2_000;

/// Room for what has no size before it is asked for, such as events.
const UNKNOWN: u64 = 64 * 1024 * 1024;

/// Whether there is space for everything even if nothing packs, so that nobody has to estimate.
pub(super) fn is_enough(target: &Path, plan: &Plan) -> bool {
    let (_, bytes) = plan.to_read();
    let most = bytes.saturating_add(plan.items.len() * ENTRY).saturating_add(UNKNOWN);
    space_beside(target).is_none_or(|space| most.saturating_mul(2) <= space.spare())
}

/// An error if a bundle of about so many bytes has no space there. A bundle with late discoveries is written twice.
pub(super) fn check(target: &Path, bytes: u64) -> Result<(), Error> {
    match space_beside(target) {
        Some(space) => within(target, bytes, space),
        // Where the system does not tell, writing will.
        None => Ok(()),
    }
}

fn within(target: &Path, bytes: u64, space: Space) -> Result<(), Error> {
    let needed = bytes.saturating_mul(2);
    if needed <= space.spare() {
        return Ok(());
    }
    let why = format!(
        "it needs about {} on that disk (the bundle has about {}, and is written twice if secrets are found late), and {} are free, of \
         which {} stay free",
        print::size(needed),
        print::size(bytes),
        print::size(space.free),
        print::size(space.reserve())
    );
    Err(Error::output("write", target, io::Error::new(io::ErrorKind::StorageFull, why)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bundle_must_have_space_twice_and_leave_some() {
        let space = Space { free: 1_000_000, total: 10_000_000 };
        let target = Path::new("/somewhere/x.zip");
        within(target, 450_000, space).unwrap();
        let error = within(target, 450_001, space).unwrap_err();
        let (text, hint) = (std::error::Error::source(&error).unwrap().to_string(), error.hint().unwrap());
        assert!(text.contains("900.0 kB") && text.contains("1.0 MB are free"), "{text}");
        assert!(hint.contains("--output") && hint.contains("--max-bundle"), "{hint}");
    }
}
