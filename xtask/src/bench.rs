//! The benchmarks behind the figures of `docs/benchmarks.md`: real repositories, the real hook, whole processes.
//!
//! Without `--repo` it makes a repository of 80,000 commits and 1,000 tracking refs. Times are wall-clock medians;
//! what is quoted is their ratio to `git log -p -1` over the same commit in the same run.

use anyhow::{Context as _, bail};
use std::fmt::Write as _;
use std::fs;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// What to measure with.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The program; `target/dist/veto` where none is named (`cargo build --profile dist`).
    #[arg(long)]
    veto: Option<PathBuf>,
    /// A repository whose last commits are replayed, too.
    #[arg(long)]
    repo: Vec<PathBuf>,
    /// How many commits of each are replayed.
    #[arg(long, default_value_t = 200)]
    commits: usize,
    /// Runs of each single measurement.
    #[arg(long, default_value_t = 40)]
    runs: usize,
    /// Leave out the push of 1 GiB.
    #[arg(long)]
    quick: bool,
}

const COMMITS: usize = 80_000;
const REFS: usize = 1_000;
const FILES: usize = 2_000;

/// Measures, and prints a table.
///
/// # Errors
/// When a program can't be run or does not answer as expected.
pub fn run(args: &Args, root: &Path) -> anyhow::Result<()> {
    let veto = args.veto.clone().unwrap_or_else(|| root.join("target/dist/veto"));
    if !veto.is_file() {
        bail!("{} is not there; run: cargo build --profile dist -p vetogate", veto.display());
    }
    let folder = root.join("target/bench");
    fs::create_dir_all(&folder)?;
    let mut table = String::from("| what | veto | `git log -p -1` | ratio | peak |\n|---|---|---|---|---|\n");
    let big = generated(&folder)?;
    one_commit(&veto, &big, args.runs, &mut table)?;
    for repo in &args.repo {
        replay(&veto, repo, args.commits, &mut table)?;
    }
    if !args.quick {
        gibibyte(&veto, &folder, &mut table)?;
    }
    std::io::stdout().write_all(table.as_bytes())?;
    Ok(())
}

fn git(folder: &Path, arguments: &[&str]) -> anyhow::Result<String> {
    let output =
        Command::new("git").arg("-C").arg(folder).args(arguments).stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        bail!("git {arguments:?} failed in {}", folder.display());
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Feeds a script to `git fast-import`.
fn import(
    folder: &Path,
    write: impl FnOnce(&mut dyn std::io::Write) -> std::io::Result<()>,
) -> anyhow::Result<()> {
    let mut command = Command::new("git");
    command
        .arg("-C")
        .arg(folder)
        .args(["fast-import", "--quiet", "--force", "--depth=50"])
        .stdin(Stdio::piped());
    let mut child = command.spawn()?;
    let input = child.stdin.take().context("no pipe")?;
    let mut input = BufWriter::with_capacity(1 << 20, input);
    write(&mut input)?;
    input.flush()?;
    drop(input);
    if !child.wait()?.success() {
        bail!("git fast-import failed");
    }
    Ok(())
}

/// A repository of [`COMMITS`] commits, packed, without commit-graph, with [`REFS`] tracking refs.
fn generated(folder: &Path) -> anyhow::Result<PathBuf> {
    let repo = folder.join("big");
    if repo.join("ready").is_file() {
        return Ok(repo);
    }
    let _ = fs::remove_dir_all(&repo);
    fs::create_dir_all(&repo)?;
    git(&repo, &["init", "-q", "-b", "main"])?;
    git(&repo, &["remote", "add", "origin", "/nonexistent/big.git"])?;
    import(&repo, |out| {
        for commit in 0..COMMITS {
            let file = commit % FILES;
            let text =
                format!("// file {file}\nfn step_{commit}() -> usize {{ {} }}\n", commit * 7919 % 65_537);
            writeln!(
                out,
                "commit refs/remotes/origin/main\ncommitter A <a@example.org> {} +0000",
                1_500_000_000 + commit
            )?;
            writeln!(
                out,
                "data 8\nchange {}\nM 100644 inline src/part{}/file{file}.rs",
                commit % 10,
                file % 40
            )?;
            writeln!(out, "data {}\n{text}", text.len())?;
            if commit % (COMMITS / REFS) == 0 {
                writeln!(out, "reset refs/remotes/origin/topic-{commit}\nfrom refs/remotes/origin/main\n")?;
            }
        }
        Ok(())
    })?;
    git(&repo, &["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main"])?;
    git(&repo, &["pack-refs", "--all"])?;
    fs::write(repo.join("ready"), "")?;
    Ok(repo)
}

/// A commit on top of `base` with loose objects; `files` are paths and contents.
fn commit(repo: &Path, base: Option<&str>, files: &[(&str, &Path)]) -> anyhow::Result<String> {
    let index = repo.join(".git/bench-index");
    let _ = fs::remove_file(&index);
    let run = |arguments: &[&str]| -> anyhow::Result<String> {
        let output =
            Command::new("git").arg("-C").arg(repo).args(arguments).env("GIT_INDEX_FILE", &index).output()?;
        if !output.status.success() {
            bail!("git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        }
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    if let Some(base) = base {
        run(&["read-tree", base])?;
    }
    for (path, content) in files {
        let blob = run(&["hash-object", "-w", "--no-filters", "--", &content.to_string_lossy()])?;
        run(&["update-index", "--add", "--cacheinfo", &format!("100644,{blob},{path}")])?;
    }
    let tree = run(&["write-tree"])?;
    let who = ["-c", "user.name=A", "-c", "user.email=a@example.org"];
    let mut arguments = who.to_vec();
    arguments.extend(["commit-tree", &tree, "-m", "change"]);
    if let Some(base) = base {
        arguments.extend(["-p", base]);
    }
    run(&arguments)
}

struct Measured {
    wall: Duration,
    /// Largest resident set of the program itself, in KiB; 0 where `/usr/bin/time` is not there.
    peak: u64,
    code: i32,
}

/// One run of the hook over one update.
fn push(
    veto: &Path,
    repo: &Path,
    old: &str,
    new: &str,
    url: &str,
    with_peak: bool,
) -> anyhow::Result<Measured> {
    let line = format!("refs/heads/main {new} refs/heads/main {old}\n");
    let timer = Path::new("/usr/bin/time");
    let mut command = if with_peak && timer.is_file() {
        let mut command = Command::new(timer);
        command.args(["-f", "%M"]).arg(veto);
        command
    } else {
        Command::new(veto)
    };
    command.current_dir(repo).args(["hook", "pre-push", "origin", url]);
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let started = Instant::now();
    let mut child = command.spawn()?;
    child.stdin.take().context("no pipe")?.write_all(line.as_bytes())?;
    let output = child.wait_with_output()?;
    let wall = started.elapsed();
    let stderr = String::from_utf8_lossy(&output.stderr);
    let peak = stderr.lines().last().and_then(|line| line.trim().parse().ok()).unwrap_or(0);
    Ok(Measured { wall, peak, code: output.status.code().unwrap_or(-1) })
}

fn quantile(mut times: Vec<Duration>, share: f64) -> Duration {
    times.sort();
    let index = ((times.len() - 1) as f64 * share).round();
    times[index as usize]
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn log(repo: &Path, commit: &str) -> anyhow::Result<Duration> {
    let started = Instant::now();
    git(repo, &["log", "-p", "-1", commit])?;
    Ok(started.elapsed())
}

fn one_commit(veto: &Path, repo: &Path, runs: usize, table: &mut String) -> anyhow::Result<()> {
    let old = git(repo, &["rev-parse", "refs/remotes/origin/main"])?;
    let text = repo.join(".git/bench-text");
    let lines: String =
        (0..24_000).map(|line| format!("let value_{line} = compute({});\n", line * 31)).collect();
    fs::write(&text, &lines[..1_000_000.min(lines.len())])?;
    let small = repo.join(".git/bench-small");
    fs::write(&small, "fn changed() {}\n")?;
    let cases = [("1 commit, 1 line", &small), ("1 commit, 0.9 MiB of source", &text)];
    for (name, file) in cases {
        let new = commit(repo, Some(&old), &[("src/part1/changed.rs", file)])?;
        let (mut ours, mut theirs, mut peak) = (Vec::new(), Vec::new(), 0);
        for _ in 0..runs {
            let measured = push(veto, repo, &old, &new, "/nonexistent/big.git", false)?;
            if measured.code != 0 {
                bail!("{name}: exit {}", measured.code);
            }
            ours.push(measured.wall);
            theirs.push(log(repo, &new)?);
        }
        peak = peak.max(push(veto, repo, &old, &new, "/nonexistent/big.git", true)?.peak);
        row(table, &format!("{name}; {COMMITS} commits, {REFS} tracking refs"), &ours, &theirs, peak)?;
    }
    Ok(())
}

fn row(
    table: &mut String,
    name: &str,
    ours: &[Duration],
    theirs: &[Duration],
    peak: u64,
) -> anyhow::Result<()> {
    let (half, most) = (quantile(ours.to_vec(), 0.5), quantile(ours.to_vec(), 0.95));
    let log = quantile(theirs.to_vec(), 0.5);
    let ratio = half.as_secs_f64() / log.as_secs_f64();
    writeln!(
        table,
        "| {name} | {:.1} ms (95 %: {:.1}) | {:.1} ms | {ratio:.1} | {} MiB |",
        milliseconds(half),
        milliseconds(most),
        milliseconds(log),
        peak / 1024
    )?;
    Ok(())
}

/// The last commits of a repository, each as a push of its own onto its first parent.
fn replay(veto: &Path, repo: &Path, commits: usize, table: &mut String) -> anyhow::Result<()> {
    let list = git(repo, &["log", "--first-parent", "--format=%H %P", &format!("-{commits}"), "HEAD"])?;
    let (mut ours, mut theirs, mut peak, mut vetoed) = (Vec::new(), Vec::new(), 0, 0);
    for line in list.lines() {
        let Some((new, old)) = line.split_once(' ') else { continue };
        let old = old.split(' ').next().unwrap_or(old);
        let measured = push(veto, repo, old, new, "/nonexistent/replayed.git", false)?;
        vetoed += usize::from(measured.code != 0);
        ours.push(measured.wall);
        theirs.push(log(repo, new)?);
        peak = peak.max(push(veto, repo, old, new, "/nonexistent/replayed.git", true)?.peak);
    }
    let name = repo.file_name().unwrap_or_default().to_string_lossy().into_owned();
    row(table, &format!("{} commits of {name} replayed, {vetoed} vetoed", ours.len()), &ours, &theirs, peak)
}

/// 1 GiB of random bytes in new blobs, with one token in the last MiB.
fn gibibyte(veto: &Path, folder: &Path, table: &mut String) -> anyhow::Result<()> {
    let repo = folder.join("gibibyte");
    if !repo.join("ready").is_file() {
        let _ = fs::remove_dir_all(&repo);
        fs::create_dir_all(&repo)?;
        git(&repo, &["init", "-q", "-b", "main"])?;
        let token = vetogate_rules::template::generate("{crc32-base62:ghp_}").map_err(anyhow::Error::msg)?;
        let mut state = 1_u64;
        for file in 0..16 {
            let mut content: Vec<u8> = Vec::with_capacity(64 << 20);
            while content.len() < 64 << 20 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                content.extend_from_slice(&(state ^ (state >> 29)).to_le_bytes());
            }
            if file == 15 {
                let at = content.len() - (1 << 19);
                content[at..at + token.len()].copy_from_slice(token.as_bytes());
                content[at - 1] = b'"';
                content[at + token.len()] = b'"';
            }
            fs::write(repo.join(format!("data{file}.bin")), &content)?;
        }
        let files: Vec<(String, PathBuf)> =
            (0..16).map(|file| (format!("data{file}.bin"), repo.join(format!("data{file}.bin")))).collect();
        let files: Vec<(&str, &Path)> =
            files.iter().map(|(name, path)| (name.as_str(), path.as_path())).collect();
        let new = commit(&repo, None, &files)?;
        fs::write(repo.join("ready"), new)?;
    }
    let new = fs::read_to_string(repo.join("ready"))?;
    let null = "0".repeat(new.len());
    let measured = push(veto, &repo, &null, &new, "/nonexistent/gibibyte.git", true)?;
    if measured.code != 1 {
        bail!("the secret in the last MiB was not found: exit {}", measured.code);
    }
    let seconds = measured.wall.as_secs_f64();
    writeln!(
        table,
        "| 1 GiB of new blobs, a token in the last MiB: found | {seconds:.1} s | | | {} MiB |",
        measured.peak / 1024
    )?;
    Ok(())
}
