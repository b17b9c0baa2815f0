//! `cargo xtask`: development tasks. Each is a function of the library, so that tests can run it, too.

use clap::{Parser, Subcommand};
use std::io::Write as _;
use std::process::ExitCode;

/// Development tasks.
#[derive(Parser)]
#[command(name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Write the rule pages, the CLI reference, the schema of the report and the guide line by line.
    Generate {
        /// Write nothing; name the files that are stale, missing or forgotten.
        #[arg(long)]
        check: bool,
    },
    /// Check what the house asks of every source file.
    Tidy,
    /// Measure, and print the table of `docs/benchmarks.md`.
    Bench(xtask::bench::Args),
}

fn main() -> ExitCode {
    let wrong = run(&Arguments::parse().task).unwrap_or_else(|error| vec![format!("{error:#}")]);
    for line in &wrong {
        let _ = writeln!(std::io::stderr(), "{line}");
    }
    ExitCode::from(u8::from(!wrong.is_empty()))
}

/// Gives one line for each thing that is wrong.
fn run(task: &Task) -> anyhow::Result<Vec<String>> {
    let root = xtask::root();
    match task {
        Task::Generate { check: true } => xtask::generate::check(&root),
        Task::Generate { check: false } => xtask::generate::write(&root).map(|()| Vec::new()),
        Task::Tidy => xtask::tidy::check(&root),
        Task::Bench(args) => xtask::bench::run(args, &root).map(|()| Vec::new()),
    }
}
