//! The organisation to try things out with: what its start prints is true, and stays.

use actors::Http;
use crypto::Secret;
use crypto::opaque::ClientLogin;
use crypto::roster::Renewal;
use crypto::statement::OrgKeys;
use protocol::{
    Blob, OrgState, SignInFinish, SignInStart, SignInStarted, SignInTotp, SignedIn, Statement,
};

use super::{Serving, teduh, text, try_out};

/// A line of the list: who signs in, and with what.
struct Printed {
    email: String,
    passphrase: String,
}

fn people(printed: &[String]) -> Vec<Printed> {
    let person = |line: &String| {
        let (who, passphrase) = line.split_once(" passphrase: ")?;
        let email = who.split_whitespace().find(|word| word.contains('@'))?;
        Some(Printed { email: email.to_owned(), passphrase: passphrase.to_owned() })
    };
    printed.iter().filter_map(person).collect()
}

/// The arguments of the printed command, for one person.
fn command(printed: &[String], email: &str) -> Vec<String> {
    let line = printed.iter().find_map(|line| line.strip_prefix("`teduh ")).unwrap();
    let (command, _) = line.split_once('`').unwrap();
    command.replace("EMAIL", email).split(' ').map(str::to_owned).collect()
}

#[tokio::main(flavor = "current_thread")]
async fn organisation(serving: &Serving) -> OrgState {
    Http::new(&format!("http://{}", serving.address)).get("/api/org").await.unwrap()
}

fn read<P: serde::de::DeserializeOwned>(statement: Option<&Statement>) -> P {
    serde_json::from_slice(&statement.unwrap().p.0).unwrap()
}

/// Signs in with nothing but what was printed.
#[tokio::main(flavor = "current_thread")]
async fn sign_in(serving: &Serving, person: &Printed, code: &str) -> actors::Result<SignedIn> {
    let http = Http::new(&format!("http://{}", serving.address));
    let org: OrgState = http.get("/api/org").await?;
    let keys: OrgKeys = read(org.orgkeys.as_ref());
    let (login, request) = ClientLogin::start(&person.passphrase, &Secret::new([1; 32])).unwrap();
    let start = SignInStart { email: person.email.clone(), request: Blob(request) };
    let started: SignInStarted = http.post("/api/sign-in/start", &start).await?;
    let answer = &started.response.0;
    let seed = Secret::new([2; 32]);
    let done = login.finish(&person.passphrase, answer, &keys.opaque_pk, &seed).unwrap();
    let (sign_in, finalization) = (started.sign_in, Blob(done.finalization));
    http.tell(
        reqwest::Method::POST,
        "/api/sign-in/finish",
        &SignInFinish { sign_in, finalization },
    )
    .await?;
    http.post("/api/sign-in/totp", &SignInTotp { sign_in, code: code.to_owned() }).await
}

#[test]
fn what_the_start_prints_opens_the_doors_and_the_next_start_renews() {
    let folder = tempfile::tempdir().unwrap();
    let mut serving = try_out(folder.path());
    let printed = serving.printed("Ctrl-C stops.");
    let address = &serving.address;
    let addresses = format!("Clients:  http://{address}/       Staff:  http://{address}/staff");
    assert!(printed.contains(&addresses), "{printed:?}");
    for page in ["/", "/staff"] {
        assert!(serving.get(page).starts_with("HTTP/1.1 200 "));
    }
    let people = people(&printed);
    assert_eq!(people.len(), 4, "{printed:?}");
    // Whoever made the others has just used a code; the counselors' are fresh.
    for person in &people[2..] {
        let command = command(&printed, &person.email);
        let args: Vec<&str> = command.iter().map(String::as_str).collect();
        let code = text(&teduh(folder.path(), &args).stdout);
        let code = code.trim();
        assert!(code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit()), "{code}");
        let signed_in = sign_in(&serving, person, code).unwrap();
        assert_eq!(signed_in.roles, [protocol::Role::Counselor]);
    }
    let first = organisation(&serving);
    assert_eq!(serving.stop(), Some(0));

    let mut serving = try_out(folder.path());
    let again = serving.printed("Ctrl-C stops.");
    let without_addresses = |lines: &[String]| -> Vec<String> {
        lines.iter().filter(|line| line.contains('@') || line.starts_with('`')).cloned().collect()
    };
    assert_eq!(without_addresses(&again), without_addresses(&printed));
    let second = organisation(&serving);
    assert_eq!((&second.orgkeys, &second.roster), (&first.orgkeys, &first.roster));
    let before: Renewal = read(first.renewal.as_ref());
    let after: Renewal = read(second.renewal.as_ref());
    assert_eq!(after.hash, before.hash, "the same staff list");
    assert!(after.issued > before.issued, "{} then {}", before.issued, after.issued);
    assert_eq!(serving.stop(), Some(0));
}
