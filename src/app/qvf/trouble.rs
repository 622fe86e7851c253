//! Why a part of a container could not be read, in words that show nothing of it.

/// What stood in the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Trouble {
    /// The operating system did not give the bytes.
    #[error("cannot be read ({0})")]
    Unreadable(std::io::ErrorKind),
    /// There is no such part.
    #[error("is not there")]
    Absent,
    /// Where the directory points to stands no part.
    #[error("is not where the directory says")]
    Misplaced,
    /// The part is shorter than it says, or its bytes do not unpack.
    #[error("is damaged")]
    Damaged,
    /// It is larger than such a part ever is.
    #[error("is too large to be read")]
    TooLarge,
    /// So much was read of the file that the rest is left.
    #[error("was left out, for the file holds more than is read of one")]
    Exhausted,
}
