//! The command line as an operator meets it: the real binary, in an empty folder.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]
#![expect(clippy::panic, reason = "a test that cannot go on says where")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

#[path = "cli/audit.rs"]
mod audit;
#[path = "cli/sample.rs"]
mod sample;
#[path = "cli/tls.rs"]
mod tls;

const TEDUH: &str = env!("CARGO_BIN_EXE_teduh");

fn teduh(folder: &Path, args: &[&str]) -> Output {
    Command::new(TEDUH).args(args).current_dir(folder).env_clear().output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn refused(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stdout));
    text(&output.stderr)
}

fn initialised() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let made = teduh(folder.path(), &["init", "--org-name", "Rumah Aman"]);
    assert!(made.status.success(), "{}", text(&made.stderr));
    folder
}

/// A running service that is killed when the test is over.
struct Serving {
    process: Child,
    address: String,
}

impl Serving {
    fn start(folder: &Path, args: &[&str]) -> Self {
        Self::of(folder, &[&["serve"], args].concat())
    }

    fn of(folder: &Path, args: &[&str]) -> Self {
        let process = Command::new(TEDUH)
            .args(args)
            .current_dir(folder)
            .env_clear()
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut serving = Self { process, address: String::new() };
        let log = BufReader::new(serving.process.stderr.take().unwrap());
        let mut seen = String::new();
        for line in log.lines().map_while(Result::ok) {
            let url = line.split_once("\"url\":\"http").and_then(|(_, url)| url.split_once("://"));
            if let Some((_, url)) = url {
                url.split('/').next().unwrap().clone_into(&mut serving.address);
                return serving;
            }
            seen.push_str(&line);
        }
        panic!("the service did not start: {seen}");
    }

    fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
            self.address
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// What it printed, up to the line that ends like this.
    fn printed(&mut self, end: &str) -> Vec<String> {
        let mut printed = Vec::new();
        for line in BufReader::new(self.process.stdout.take().unwrap()).lines() {
            printed.push(line.unwrap());
            if printed.last().is_some_and(|line| line.ends_with(end)) {
                return printed;
            }
        }
        panic!("{printed:?}");
    }

    /// Asks it to stop and returns its exit code.
    fn stop(mut self) -> Option<i32> {
        let id = self.process.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        self.process.wait().unwrap().code()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // Already ended when the test stopped it.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The subcommand that makes an organisation to try things out with; its own file names it.
fn sample(folder: &Path) -> String {
    let help = text(&teduh(folder, &["--help"]).stdout);
    let line = help.lines().find(|line| line.contains("serves it on this machine")).unwrap();
    line.split_whitespace().next().unwrap().to_owned()
}

/// Serves the organisation to try things out with, in `data`; made at the first time.
fn try_out(folder: &Path) -> Serving {
    let listen = format!("127.0.0.1:{}", free_port());
    Serving::of(folder, &[&sample(folder), "--data", "data", "--listen", &listen])
}

/// Every subcommand, as typed, by what the help lists.
fn subcommands(folder: &Path, above: &[String]) -> Vec<Vec<String>> {
    let args: Vec<&str> = above.iter().map(String::as_str).chain(["--help"]).collect();
    let help = text(&teduh(folder, &args).stdout);
    let Some((_, listed)) = help.split_once("Commands:\n") else { return vec![above.to_vec()] };
    let listed = listed.split("\n\n").next().unwrap();
    let names = listed.lines().map(|line| line.split_whitespace().next().unwrap());
    names
        .filter(|name| *name != "help")
        .flat_map(|name| subcommands(folder, &[above, &[name.to_owned()]].concat()))
        .collect()
}

/// The example that a subcommand's help ends with.
fn example(folder: &Path, subcommand: &[String]) -> Vec<String> {
    let args: Vec<&str> = subcommand.iter().map(String::as_str).chain(["--help"]).collect();
    let help = text(&teduh(folder, &args).stdout);
    let example = help
        .split("Example:\n")
        .nth(1)
        .and_then(|rest| rest.trim().lines().next())
        .and_then(|line| line.strip_prefix("teduh "))
        .unwrap_or_else(|| panic!("{subcommand:?} has no example:\n{help}"));
    // The port of the example may be taken on this machine; any port shows the same.
    let port = format!("127.0.0.1:{}", free_port());
    words(example)
        .into_iter()
        .map(|word| if word == "127.0.0.1:8080" { port.clone() } else { word })
        .collect()
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A folder in which every example has what it needs: `data` with staff, and a ceremony's request.
fn with_staff() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(try_out(folder.path()).stop(), Some(0));
    let request = format!(
        r#"{{"org_id":"{}","roster_keys":["{key}"],"opaque_pk":"{key}"}}"#,
        "A".repeat(22),
        key = "A".repeat(43)
    );
    std::fs::write(folder.path().join("teduh-ceremony.json"), request).unwrap();
    folder
}

#[test]
fn each_example_in_the_help_works() {
    let staffed = with_staff();
    let all = subcommands(staffed.path(), &[]);
    assert!(all.len() >= 8, "{all:?}");
    for subcommand in all {
        let example = example(staffed.path(), &subcommand);
        let args: Vec<&str> = example.iter().map(String::as_str).collect();
        let empty = tempfile::tempdir().unwrap();
        let folder = if subcommand == ["init"] { empty.path() } else { staffed.path() };
        if args.contains(&"--listen") {
            assert_eq!(Serving::of(folder, &args).stop(), Some(0), "{example:?}");
        } else {
            let done = teduh(folder, &args);
            assert!(done.status.success(), "{example:?}: {}", text(&done.stderr));
        }
    }
}

#[test]
fn the_sample_is_made_once_and_refuses_any_address_but_loopback() {
    let folder = with_staff();
    let secrets = std::fs::read(folder.path().join("data/secrets.json")).unwrap();
    let again = try_out(folder.path());
    assert!(again.get("/api/org").contains("\"renewal\":{"));
    assert_eq!(again.stop(), Some(0));
    assert_eq!(std::fs::read(folder.path().join("data/secrets.json")).unwrap(), secrets);
    let sample = sample(folder.path());
    let run =
        |folder: &Path, listen| teduh(folder, &[&sample, "--data", "data", "--listen", listen]);
    for open in ["0.0.0.0:0", "[::]:0", "192.0.2.1:80"] {
        let error = refused(&run(folder.path(), open));
        assert!(error.contains("other machines"), "{error}");
    }
    let real = initialised();
    let error = refused(&run(real.path(), "127.0.0.1:0"));
    assert!(error.contains("another service"), "{error}");
}

#[test]
fn staff_are_disabled_while_the_service_runs_and_while_it_does_not() {
    let folder = with_staff();
    let disable = |email| teduh(folder.path(), &["staff", "disable", email, "--data", "data"]);
    let list = || text(&teduh(folder.path(), &["staff", "list", "--data", "data"]).stdout);
    let serving = Serving::start(folder.path(), &["--listen", "127.0.0.1:0"]);
    assert_eq!(list().matches(" member").count(), 4, "{}", list());
    assert!(disable("sari@teduh.example").status.success());
    let socket = std::fs::metadata(folder.path().join("data/admin.sock")).unwrap();
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&socket.permissions()) & 0o777, 0o600);
    assert_eq!(serving.stop(), Some(0));
    assert!(disable("budi@teduh.example").status.success());
    assert_eq!(list().matches(" disabled").count(), 2, "{}", list());
    let error = refused(&disable("nobody@teduh.example"));
    assert!(error.contains("nobody signs in"), "{error}");
}

#[test]
fn codes_of_a_real_organisation_are_not_here() {
    let folder = initialised();
    let error = refused(&teduh(folder.path(), &["totp", "sari@teduh.example", "--data", "data"]));
    assert!(error.contains("authenticator"), "{error}");
}

#[test]
fn the_first_invite_is_shown_once() {
    let folder = tempfile::tempdir().unwrap();
    let made = text(&teduh(folder.path(), &["init", "--org-name", "Rumah Aman"]).stdout);
    let invite = made.lines().map(str::trim).find(|line| line.len() == 26);
    assert!(invite.is_some_and(|text| text.bytes().all(|b| b.is_ascii_alphanumeric())), "{made}");
}

#[test]
fn a_ceremony_writes_over_nothing_and_shows_24_words() {
    let folder = with_staff();
    let args = ["ceremony", "--request", "teduh-ceremony.json", "--out", "orgkeys.json"];
    let held = text(&teduh(folder.path(), &args).stdout);
    let rows = held.lines().filter(|line| line.starts_with("  "));
    assert_eq!(rows.flat_map(|row| row.split_whitespace().skip(1)).count(), 24, "{held}");
    let error = refused(&teduh(folder.path(), &args));
    assert!(error.contains("not written over"), "{error}");
}

/// Splits a command line as a shell does, as far as the examples need it.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for character in line.chars() {
        match character {
            '"' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            other => words.last_mut().unwrap().push(other),
        }
    }
    words
}

#[test]
fn a_second_init_leaves_the_secrets_alone() {
    let folder = initialised();
    let secrets = std::fs::read(folder.path().join("data/secrets.json")).unwrap();
    let error = refused(&teduh(folder.path(), &["init", "--org-name", "Lain"]));
    assert!(error.contains("exists already"), "{error}");
    assert_eq!(std::fs::read(folder.path().join("data/secrets.json")).unwrap(), secrets);
}

#[test]
fn serve_refuses_without_its_secrets_and_makes_none() {
    let folder = initialised();
    let secrets = folder.path().join("data/secrets.json");
    std::fs::remove_file(&secrets).unwrap();
    let error = refused(&teduh(folder.path(), &["serve"]));
    assert!(error.contains("restore the file from its backup"), "{error}");
    assert!(!secrets.exists());
}

#[test]
fn serve_refuses_a_folder_that_does_not_exist() {
    let folder = tempfile::tempdir().unwrap();
    let error = refused(&teduh(folder.path(), &["serve", "--data", "nowhere"]));
    assert!(error.contains("teduh init"), "{error}");
    assert!(!folder.path().join("nowhere").exists());
}

#[test]
fn serve_refuses_an_open_address_without_tls() {
    let folder = initialised();
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:443"] {
        let error = refused(&teduh(folder.path(), &["serve", "--listen", address]));
        assert!(error.contains("--tls-cert"), "{error}");
    }
}

#[test]
fn one_folder_serves_once() {
    let folder = initialised();
    let first = Serving::start(folder.path(), &["--listen", "127.0.0.1:0"]);
    let error = refused(&teduh(folder.path(), &["serve", "--listen", "127.0.0.1:0"]));
    assert!(error.contains("another teduh is running"), "{error}");
    assert_eq!(first.stop(), Some(0));
}

#[test]
fn an_unknown_setting_is_refused_from_file_and_environment() {
    let folder = initialised();
    let unknown = Command::new(TEDUH)
        .args(["serve"])
        .current_dir(folder.path())
        .env_clear()
        .env("TEDUH_LISTNE", "127.0.0.1:0")
        .output()
        .unwrap();
    let error = refused(&unknown);
    assert_eq!(error.matches("listne").count(), 1, "said once: {error}");
}

#[test]
fn the_page_shows_the_numbers_and_says_who_runs_it() {
    let folder = initialised();
    let serving = Serving::start(folder.path(), &["--listen", "127.0.0.1:0"]);
    let page = serving.get("/");
    for wanted in
        ["tel:110", "tel:129", "tel:119", "wa.me/628111129129", "Dikelola oleh Rumah Aman"]
    {
        assert!(page.contains(wanted), "{wanted} is not on the page");
    }
    assert!(serving.get("/en").contains("Run by Rumah Aman"));
    assert_eq!(serving.stop(), Some(0));
}

#[test]
fn a_band_stands_over_every_page_once_it_is_set() {
    let folder = initialised();
    let over = |page: &str, band: &str| {
        page.contains(&format!("<p class=\"band\" role=\"note\">{band}</p>"))
    };
    let without = Serving::start(folder.path(), &["--listen", "127.0.0.1:0"]);
    assert!(over(&without.get("/"), "") && over(&without.get("/en"), ""));
    assert_eq!(without.stop(), Some(0));
    let settings =
        "[org]\nname = \"Rumah Aman\"\n[notice_band]\nid = \"Hanya <uji>.\"\nen = \"A trial.\"\n";
    std::fs::write(folder.path().join("data/teduh.toml"), settings).unwrap();
    let with = Serving::start(folder.path(), &["--listen", "127.0.0.1:0"]);
    assert!(over(&with.get("/"), "Hanya &lt;uji&gt;.") && over(&with.get("/en"), "A trial."));
    // The desk's script writes its own.
    for page in ["/staff", "/en/staff"] {
        let desk = with.get(page);
        assert!(desk.contains("data-notice-band-id=\"Hanya &lt;uji&gt;.\""), "{desk}");
        assert!(desk.contains("data-notice-band-en=\"A trial.\""), "{desk}");
    }
}

#[test]
fn every_answer_keeps_nothing_and_lets_nothing_in() {
    let folder = initialised();
    let serving = Serving::start(folder.path(), &["--listen", "127.0.0.1:0"]);
    for path in ["/", "/keluar", "/icon.svg", "/healthz", "/readyz", "/api/nothing", "/assets/x"] {
        let answer = serving.get(path).to_lowercase();
        let (head, _) = answer.split_once("\r\n\r\n").unwrap();
        for wanted in [
            "cache-control: no-store",
            "referrer-policy: no-referrer",
            "content-security-policy: default-src 'none';",
            "require-trusted-types-for 'script'",
            "cross-origin-opener-policy: same-origin",
        ] {
            assert!(head.contains(wanted), "{path} lacks {wanted}:\n{head}");
        }
        assert!(!head.contains("set-cookie"), "{path} sets a cookie");
    }
    assert_eq!(serving.stop(), Some(0));
}

#[test]
fn the_exit_works_as_a_plain_link() {
    let folder = initialised();
    let serving = Serving::start(folder.path(), &["--listen", "127.0.0.1:0"]);
    let answer = serving.get("/keluar");
    assert!(answer.starts_with("HTTP/1.1 303 "), "{answer}");
    assert!(answer.contains("location: https://www.bmkg.go.id/"), "{answer}");
    assert!(answer.contains("clear-site-data: \"cache\", \"cookies\", \"storage\""), "{answer}");
}

#[test]
fn refusals_are_problems_with_a_code() {
    let folder = initialised();
    let serving = Serving::start(folder.path(), &["--listen", "127.0.0.1:0"]);
    let answer = serving.get("/nothing-here");
    assert!(answer.starts_with("HTTP/1.1 404 "), "{answer}");
    assert!(answer.contains("application/problem+json"), "{answer}");
    assert!(answer.contains("\"code\":\"not_found\""), "{answer}");
}
