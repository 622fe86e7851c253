//! Parses, runs and exits; all else is in the library.

fn main() -> std::process::ExitCode {
    qdiag::cli::main()
}
