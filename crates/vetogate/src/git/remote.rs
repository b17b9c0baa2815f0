//! What this clone knows of a remote: its URLs, and the tracking refs that describe them.

use super::catfile::finish;
use super::command::{Git, GitError};
use crate::deadline::Watch;
use bstr::{BString, ByteSlice};
use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use vetogate_core::ObjectId;

/// The part of git's configuration that names remotes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Remotes {
    values: BTreeMap<String, Vec<String>>,
}

/// A ref of this clone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ref {
    /// Its full name.
    pub name: BString,
    /// What it points at.
    pub oid: ObjectId,
    /// The ref that it stands for, where it is symbolic.
    pub target: Option<BString>,
}

/// Arguments that print every key of remotes and URLs, and where git-lfs keeps its contents; git ends with 1 where
/// there is none.
pub const CONFIG: &[&str] =
    &["config", "-z", "--includes", "--get-regexp", r"^((remote|url)\.|lfs\.storage$)"];

/// The folder of git-lfs: `lfs.storage`, from the git folder on (git-lfs-config), else `lfs` in it.
pub fn lfs_folder(common: &Path, storage: Option<&str>) -> PathBuf {
    common.join(storage.filter(|storage| !storage.is_empty()).unwrap_or("lfs"))
}

impl Remotes {
    /// Parses what [`CONFIG`] prints: `KEY\nVALUE\0`.
    pub fn parse(output: &[u8]) -> Self {
        let mut values: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for item in output.split_str("\0").filter(|item| !item.is_empty()) {
            let (key, value) = item.split_once_str("\n").unwrap_or((item, b""));
            values
                .entry(key.to_str_lossy().into_owned())
                .or_default()
                .push(value.to_str_lossy().into_owned());
        }
        Self { values }
    }

    fn get(&self, remote: &str, key: &str) -> &[String] {
        self.values.get(&format!("remote.{remote}.{key}")).map_or(&[], Vec::as_slice)
    }

    /// The setting `lfs.storage`; the last one wins.
    pub fn lfs_storage(&self) -> Option<&str> {
        self.values.get("lfs.storage")?.last().map(String::as_str)
    }

    /// The remotes that are fetched from.
    pub fn fetching(&self) -> impl Iterator<Item = &str> {
        self.names()
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.values.keys().filter_map(|key| key.strip_prefix("remote.")?.strip_suffix(".fetch"))
    }

    /// A remote whose tracking refs describe what lies behind this URL.
    pub fn at(&self, url: &str) -> Option<&str> {
        self.names().find(|remote| self.describes(remote, url))
    }

    /// Whether the tracking refs of `remote` describe what lies behind `url`: it is the remote's only push URL, and
    /// names the same host and path as the URL that is fetched.
    pub fn describes(&self, remote: &str, url: &str) -> bool {
        let [fetched] = self.get(remote, "url") else { return false };
        let pushed = self.get(remote, "pushurl");
        let pushed_elsewhere = match pushed {
            [] => false,
            [one] => identity(&self.rewritten(one)) != identity(&self.rewritten(fetched)),
            _ => true,
        };
        !pushed_elsewhere && identity(&self.rewritten(fetched)) == identity(url)
    }

    /// Whether git pushes to another place than it fetches from. What can't be a URL (`no_push`) is no place.
    pub fn pushes_elsewhere(&self, remote: &str) -> bool {
        let fetched = self.fetched(remote).unwrap_or_default();
        let is_url = |url: &&String| url.contains([':', '/']);
        let mut pushed = self.get(remote, "pushurl").iter().filter(is_url);
        pushed.any(|url| identity(&self.rewritten(url)) != identity(&fetched))
            || self.get(remote, "url").len() > 1
    }

    /// Whether a remote of this name is configured.
    pub fn has(&self, remote: &str) -> bool {
        !self.get(remote, "url").is_empty()
    }

    /// The URL that is fetched from, as git rewrites it.
    pub fn fetched(&self, remote: &str) -> Option<String> {
        self.get(remote, "url").first().map(|url| self.rewritten(url))
    }

    /// A URL as `url.<base>.insteadOf` makes it: the longest match wins (git-config).
    fn rewritten(&self, url: &str) -> String {
        let rules = self.values.iter().filter_map(|(key, values)| {
            let base = key.strip_prefix("url.")?.strip_suffix(".insteadof")?;
            Some(values.iter().map(move |prefix| (base, prefix)))
        });
        let longest = rules
            .flatten()
            .filter(|(_, prefix)| url.starts_with(prefix.as_str()))
            .max_by_key(|(_, prefix)| prefix.len());
        longest.map_or_else(|| url.to_owned(), |(base, prefix)| format!("{base}{}", &url[prefix.len()..]))
    }

    /// The tracking refs that a fetch from `remote` writes for a ref of it, below `refs/remotes/`.
    pub fn tracking(&self, remote: &str, name: &[u8]) -> Vec<String> {
        let Ok(name) = name.to_str() else { return Vec::new() };
        let written = self.get(remote, "fetch").iter().filter_map(|refspec| written_for(refspec, name));
        written.filter(|written| written.starts_with("refs/remotes/")).collect()
    }

    /// Whether a ref is a tracking ref of `remote`: below `refs/remotes/`, where a refspec of this remote writes it and
    /// one of no other does. What a fetch from two places may have written tells of neither.
    pub fn tracks(&self, remote: &str, name: &[u8]) -> bool {
        let Ok(name) = name.to_str() else { return false };
        let writes =
            |remote: &str| self.get(remote, "fetch").iter().any(|refspec| is_written_by(refspec, name));
        writes(remote) && !self.names().filter(|other| *other != remote).any(writes)
    }
}

/// Whether a refspec writes `name`, which is a tracking ref. One of a mirror (`refs/*:refs/*`) makes none.
fn is_written_by(refspec: &str, name: &str) -> bool {
    const PLACE: &str = "refs/remotes/";
    let Some((_, written)) = refspec.trim_start_matches('+').split_once(':') else { return false };
    let fits = match written.split_once('*') {
        Some((before, after)) => {
            name.len() >= before.len() + after.len() && name.starts_with(before) && name.ends_with(after)
        }
        None => written == name,
    };
    fits && written.starts_with(PLACE)
}

/// What a refspec writes for the ref `name` of the remote. A source may be the short name of a branch.
fn written_for(refspec: &str, name: &str) -> Option<String> {
    let (source, written) = refspec.trim_start_matches('+').split_once(':')?;
    let full;
    let source = if source.starts_with("refs/") {
        source
    } else {
        full = format!("refs/heads/{source}");
        &full
    };
    let Some((before, after)) = source.split_once('*') else {
        return (source == name).then(|| written.to_owned());
    };
    let middle = name.strip_prefix(before)?.strip_suffix(after)?;
    Some(written.replacen('*', middle, 1))
}

/// A URL as it stands, but for a path of this machine: git takes one from the root of the work tree on.
pub fn absolute(url: &str, root: &Path) -> String {
    let is_local = !url.contains("://") && url.split_once(':').is_none_or(|(host, _)| host.contains('/'));
    if !is_local || url.starts_with('/') || url.is_empty() {
        return url.to_owned();
    }
    let mut path = std::path::absolute(root).unwrap_or_else(|_| root.to_owned());
    for part in Path::new(url).components() {
        match part {
            Component::ParentDir => drop(path.pop()),
            Component::CurDir => {}
            other => path.push(other),
        }
    }
    path.to_string_lossy().into_owned()
}

/// Whether two URLs name the same host and path.
pub fn is_same_place(one: &str, other: &str) -> bool {
    identity(one) == identity(other)
}

/// Host and path of a URL, without scheme, user, default port, trailing `/` and `.git`. What two folders of this machine
/// are called tells them apart, and so does whose home a path begins in.
fn identity(url: &str) -> (String, String) {
    let (host, path) = if let Some((scheme, rest)) = url.split_once("://") {
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let host = authority.rsplit('@').next().unwrap_or(authority).to_ascii_lowercase();
        let port = match scheme {
            "https" => ":443",
            "http" => ":80",
            "ssh" | "git+ssh" => ":22",
            _ => ":",
        };
        if scheme == "file" {
            return (host, format!("/{}", path.trim_end_matches('/')));
        }
        // In somebody's home: whose it is tells two places apart.
        let user = authority.rsplit_once('@').map_or("", |(user, _)| user.split(':').next().unwrap_or(user));
        let path = path.strip_prefix("~/").map_or_else(|| path.to_owned(), |rest| format!("~{user}/{rest}"));
        (host.strip_suffix(port).unwrap_or(&host).to_owned(), path)
    } else if let Some((host, path)) = url.split_once(':').filter(|(host, _)| !host.contains('/')) {
        // Forges serve everyone as `git`, from one folder.
        let home = host.rsplit_once('@').map(|(user, _)| user).filter(|&user| user != "git");
        let home =
            home.filter(|_| !path.starts_with('/')).map_or_else(String::new, |user| format!("~{user}/"));
        (
            host.rsplit('@').next().unwrap_or(host).to_ascii_lowercase(),
            format!("{home}{}", path.trim_start_matches('/')),
        )
    } else {
        return (String::new(), url.trim_end_matches('/').to_owned());
    };
    let path = path.trim_end_matches('/');
    (host, path.strip_suffix(".git").unwrap_or(path).trim_end_matches('/').to_owned())
}

/// A URL without its password, as it may be shown and hashed.
pub fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let (authority, path) = rest.find('/').map_or((rest, ""), |slash| rest.split_at(slash));
    match authority.rsplit_once('@') {
        Some((user, host)) => {
            let name = user.split(':').next().unwrap_or_default();
            // A token is often the user's name itself.
            let name = if user.contains(':') || name.len() < 20 { name } else { "..." };
            format!("{scheme}://{name}@{host}{path}")
        }
        None => url.to_owned(),
    }
}

/// Refs that match the patterns (all refs where there is none), with what symbolic ones stand for.
///
/// # Errors
/// When git fails.
pub fn refs(git: &Git, patterns: &[&str], watch: &Watch) -> Result<Vec<Ref>, GitError> {
    let child = git.command(refs_arguments(patterns)).spawn().map_err(GitError::Start)?;
    parse_refs(&finish("for-each-ref", child, watch)?)
}

/// The arguments of [`refs`].
pub fn refs_arguments<'a>(patterns: &[&'a str]) -> Vec<&'a str> {
    let mut arguments = vec!["for-each-ref", "--format=%(objectname) %(refname) %(symref)"];
    arguments.extend(patterns);
    arguments
}

/// Parses what [`refs_arguments`] prints. Ref names hold no blank (git-check-ref-format).
///
/// # Errors
/// When a line is not whole.
pub fn parse_refs(output: &[u8]) -> Result<Vec<Ref>, GitError> {
    let line = |line: &[u8]| {
        let mut fields = line.split_str(" ");
        let oid = ObjectId::from_hex(fields.next()?).ok()?;
        let name: BString = fields.next()?.into();
        let target = fields.next().filter(|target| !target.is_empty()).map(BString::from);
        Some(Ref { name, oid, target })
    };
    let refs: Option<Vec<Ref>> = output.lines().map(line).collect();
    refs.filter(|_| output.is_empty() || output.ends_with(b"\n")).ok_or_else(|| GitError::Answer {
        command: "for-each-ref".into(),
        detail: "expected lines of `ID REF TARGET`".into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn remotes(pairs: &[(&str, &str)]) -> Remotes {
        let text: String = pairs.iter().map(|(key, value)| format!("{key}\n{value}\0")).collect();
        Remotes::parse(text.as_bytes())
    }

    #[test]
    fn one_place_has_many_urls() {
        let urls = [
            "https://github.com/o/r.git",
            "git@github.com:o/r",
            "ssh://git@github.com:22/o/r/",
            "https://me@GitHub.com:443/o/r",
        ];
        for url in urls {
            assert_eq!(identity(url), ("github.com".into(), "o/r".into()), "{url}");
        }
        assert_eq!(identity("file:///srv/r.git"), identity("/srv/r.git/"));
        assert_ne!(identity("/srv/r.git"), identity("/srv/r"));
        assert_ne!(identity("ann@h:r"), identity("bob@h:r"));
        assert_ne!(identity("ssh://ann@h/~/r"), identity("ssh://bob@h/~/r"));
        assert_eq!(identity("ssh://ann@h/~/r"), identity("ann@h:r"));
        assert_eq!(identity("ann@h:/srv/r"), identity("ssh://bob@h/srv/r"));
        assert_ne!(identity("https://github.com/o/r"), identity("https://github.com:8443/o/r"));
    }

    #[test]
    fn a_path_is_taken_from_the_work_tree_on() {
        let from = |url: &str| absolute(url, Path::new("/srv/w"));
        assert_eq!(
            (from("../r.git"), from("./r"), from("r")),
            ("/srv/r.git".into(), "/srv/w/r".into(), "/srv/w/r".into())
        );
        for url in ["/x/../r", "h:r", "https://h/../r", ""] {
            assert_eq!(from(url), url);
        }
    }

    #[test]
    fn tracking_refs_describe_the_only_push_url_that_is_also_fetched() {
        let plain =
            remotes(&[("remote.o.url", "git@h:o/r"), ("remote.o.fetch", "+refs/heads/*:refs/remotes/o/*")]);
        assert!(plain.describes("o", "https://h/o/r.git") && !plain.describes("o", "https://h/o/other"));
        assert!(!plain.describes("https://h/o/r", "https://h/o/r"));
        let elsewhere = remotes(&[("remote.o.url", "git@h:o/r"), ("remote.o.pushurl", "git@h:me/r")]);
        assert!(!elsewhere.describes("o", "git@h:me/r"));
        let two = remotes(&[("remote.o.url", "git@h:o/r"), ("remote.o.url", "git@h:o/s")]);
        assert!(!two.describes("o", "git@h:o/r"));
        let alias = remotes(&[("remote.o.url", "gh:o/r"), ("url.https://h/.insteadof", "gh:")]);
        assert!(alias.describes("o", "https://h/o/r"));
    }

    #[test]
    fn a_ref_belongs_to_the_remote_that_writes_it() {
        let remotes = remotes(&[
            ("remote.orig.fetch", "+refs/heads/*:refs/remotes/orig/*"),
            ("remote.orig/sub.fetch", "+refs/heads/*:refs/remotes/orig/sub/*"),
            ("remote.mirror.fetch", "+refs/*:refs/*"),
        ]);
        assert!(remotes.tracks("orig", b"refs/remotes/orig/main"));
        // A branch `sub/main` of the one, or the branch `main` of the other.
        assert!(!remotes.tracks("orig", b"refs/remotes/orig/sub/main"));
        assert!(!remotes.tracks("orig/sub", b"refs/remotes/orig/sub/main"));
        assert!(!remotes.tracks("mirror", b"refs/heads/main") && !remotes.tracks("", b"refs/remotes/x/y"));
    }

    #[test]
    fn a_refspec_names_the_tracking_ref_of_a_ref() {
        let remotes = remotes(&[
            ("remote.o.fetch", "+refs/heads/*:refs/remotes/o/*"),
            ("remote.o.fetch", "+refs/heads/rel/*-x:refs/remotes/o/released/*"),
            ("remote.o.fetch", "next:refs/remotes/o/coming"),
            ("remote.o.fetch", "+refs/tags/*:refs/tags/*"),
        ]);
        let written = |name: &str| remotes.tracking("o", name.as_bytes());
        assert_eq!(written("refs/heads/main"), ["refs/remotes/o/main"]);
        assert_eq!(written("refs/heads/rel/1-x"), ["refs/remotes/o/rel/1-x", "refs/remotes/o/released/1"]);
        assert_eq!(written("refs/heads/next"), ["refs/remotes/o/next", "refs/remotes/o/coming"]);
        assert_eq!(written("refs/tags/v1"), [""; 0]);
    }

    #[test]
    fn a_password_in_a_url_is_not_shown() {
        let password = ["pass", "word"].concat();
        assert_eq!(without_password(&format!("https://me:{password}@h/r")), "https://me@h/r");
        assert_eq!(without_password(&format!("https://{}@h/r", "x1".repeat(20))), "https://...@h/r");
        assert_eq!(without_password(&format!("ssh://git:{password}@h/r@s")), "ssh://git@h/r@s");
        assert_eq!(without_password("git@h:o/r"), "git@h:o/r");
    }
}
