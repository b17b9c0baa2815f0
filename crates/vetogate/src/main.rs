//! The binary `veto`.

use std::io::Write as _;
use std::process::ExitCode;

fn main() -> ExitCode {
    // Only the place: the message of a panic may quote the text that was looked at.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map_or_else(|| "an unknown place".into(), ToString::to_string);
        let _ = writeln!(std::io::stderr(), "veto: internal error at {place}; please report it");
    }));
    vetogate::cli::run(std::env::args_os())
}
