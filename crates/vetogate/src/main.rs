//! The binary `veto`.

use std::process::ExitCode;

fn main() -> ExitCode {
    vetogate::cli::run(std::env::args_os())
}
