//! `cargo xtask`: development tasks. Each is a function of the library, so that tests can run it, too.

use clap::{Parser, Subcommand};

/// Development tasks.
#[derive(Parser)]
#[command(name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Write the rule pages, the CLI reference and the schema of the report.
    Generate {
        /// Write nothing; name the files that are stale, missing or forgotten.
        #[arg(long)]
        check: bool,
    },
    /// Check what the house asks of every source file.
    Tidy,
}

fn main() -> anyhow::Result<()> {
    let root = xtask::root();
    let wrong = match Arguments::parse().task {
        Task::Generate { check: true } => xtask::generate::check(&root)?,
        Task::Generate { check: false } => {
            xtask::generate::write(&root)?;
            Vec::new()
        }
        Task::Tidy => xtask::tidy::check(&root)?,
    };
    anyhow::ensure!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    Ok(())
}
