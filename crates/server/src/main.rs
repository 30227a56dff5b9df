//! The `teduh` binary.

fn main() -> std::process::ExitCode {
    server::cli::main()
}
