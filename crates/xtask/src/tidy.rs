//! Rules of the house that no compiler checks.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};

/// A file of the project with its text.
struct Source {
    path: String,
    text: String,
}

/// Checks every rule and names each place that breaks one.
pub(crate) fn run(root: &Path) -> anyhow::Result<()> {
    let sources = sources(root)?;
    let mut broken = Vec::new();
    for source in &sources {
        for rule in RULES {
            if (rule.applies)(&source.path) {
                broken.extend(
                    (rule.check)(source).into_iter().map(|what| format!("{}: {what}", source.path)),
                );
            }
        }
    }
    broken.extend(forbidden_arrows(root)?);
    if !broken.is_empty() {
        bail!("tidy found {}:\n{}", broken.len(), broken.join("\n"));
    }
    Ok(())
}

struct Rule {
    applies: fn(&str) -> bool,
    check: fn(&Source) -> Vec<String>,
}

const RULES: &[Rule] = &[
    // The sample organisation is made by the real steps; nothing else may treat it specially.
    Rule {
        applies: |path| {
            (path.starts_with("crates/") || path.starts_with("web-client/src/"))
                && path != "crates/server/src/cli/demo.rs"
                && !path.starts_with("crates/xtask/")
        },
        check: |source| {
            // Rust wants each module declared; the command line knows the file by nothing else.
            let knows = |line: &str| mentions_demo(line) && line != "mod demo;";
            lines_with(source, knows, "knows the word demo")
        },
    },
    Rule {
        applies: |path| is_code(path),
        check: |source| {
            let lines = source.text.lines().count();
            if lines > MAX_LINES {
                vec![format!("{lines} lines; is there a noun that wants a file of its own?")]
            } else {
                Vec::new()
            }
        },
    },
    Rule {
        applies: |path| is_rust(path) && !path.starts_with("crates/xtask/"),
        check: |source| {
            lines_with(
                source,
                |line| line.contains("[allow("),
                "a bare allow: use expect with a reason",
            )
        },
    },
    Rule {
        applies: |path| is_code(path) && !path.starts_with("crates/xtask/"),
        check: |source| {
            lines_with(
                source,
                |line| {
                    ["todo!(", "unimplemented!(", "#[ignore", ".only(", ".skip(", "FIXME"]
                        .iter()
                        .any(|word| line.contains(word) && !line.contains(".skip(1)"))
                },
                "unfinished or switched off",
            )
        },
    },
    // Colours of danger belong to the desks; a client's phone never loads them.
    Rule {
        applies: |path| {
            path == "web-client/src/styles/tokens.client.css"
                || path == "web-client/src/styles/client.css"
        },
        check: |source| {
            lines_with(
                source,
                |line| {
                    ["--alert", "--danger", "--staff-lane", "--break"]
                        .iter()
                        .any(|token| line.contains(token))
                },
                "a desk's token on the client page",
            )
        },
    },
];

/// Longest source file, in lines, tests included.
const MAX_LINES: usize = 500;

fn mentions_demo(line: &str) -> bool {
    line.to_lowercase().split(|c: char| !c.is_alphanumeric()).any(|word| word == "demo")
}

fn is_rust(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|ending| ending == "rs")
}

fn is_code(path: &str) -> bool {
    [".rs", ".ts", ".svelte", ".css", ".mjs"].iter().any(|ending| path.ends_with(ending))
        && !path.contains("/generated/")
}

fn lines_with(source: &Source, broken: fn(&str) -> bool, what: &str) -> Vec<String> {
    source
        .text
        .lines()
        .enumerate()
        .filter(|(_, line)| broken(line))
        .map(|(number, _)| format!("line {}: {what}", number + 1))
        .collect()
}

/// The text files that git knows or would add.
fn sources(root: &Path) -> anyhow::Result<Vec<Source>> {
    let listed = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .current_dir(root)
        .output()
        .context("git ls-files")?;
    if !listed.status.success() {
        bail!("git ls-files: {}", String::from_utf8_lossy(&listed.stderr));
    }
    let paths = String::from_utf8(listed.stdout)?;
    Ok(paths
        .lines()
        .filter_map(|path| {
            let text = std::fs::read_to_string(root.join(path)).ok()?;
            Some(Source { path: path.to_owned(), text })
        })
        .collect())
}

/// Which crates of ours each crate may use (ARCHITECTURE.md); what is not listed is refused.
const ARROWS: &[(&str, &[&str])] = &[
    ("crypto", &[]),
    ("domain", &[]),
    ("sealing", &["crypto"]),
    ("storage", &["domain"]),
    ("storage-sql", &["crypto", "domain", "storage", "sealing"]),
    ("protocol", &["domain"]),
    ("hub", &["domain", "protocol"]),
    ("actors", &["crypto", "protocol"]),
    ("loadgen", &["actors", "protocol"]),
    ("test-support", &[]),
    (
        "server",
        &["actors", "crypto", "domain", "hub", "protocol", "sealing", "storage", "storage-sql"],
    ),
    ("xtask", &["server", "protocol", "crypto"]),
];

fn forbidden_arrows(root: &Path) -> anyhow::Result<Vec<String>> {
    let mut broken = Vec::new();
    let mut names: Vec<PathBuf> = std::fs::read_dir(root.join("crates"))?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    names.sort();
    for folder in names {
        let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let manifest = std::fs::read_to_string(folder.join("Cargo.toml"))
            .with_context(|| format!("crates/{name}/Cargo.toml"))?;
        let Some((_, allowed)) = ARROWS.iter().find(|(crate_name, _)| *crate_name == name) else {
            broken.push(format!("crates/{name}: not in the list of allowed arrows"));
            continue;
        };
        // Tests may use what they need; the arrows are about what is shipped.
        let shipped = manifest.split("[dev-dependencies]").next().unwrap_or_default();
        for (other, _) in ARROWS {
            let uses = shipped.lines().any(|line| {
                line.strip_prefix(other).is_some_and(|rest| rest.starts_with([' ', '.', '=']))
            });
            if uses && !allowed.contains(other) {
                broken.push(format!("crates/{name}: may not use {other}"));
            }
        }
    }
    Ok(broken)
}
