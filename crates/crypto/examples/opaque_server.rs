//! One side of an OPAQUE handshake over standard input and output, for tests of other languages.
//!
//! Each line in is a JSON object with `op`; each line out answers it. All byte strings are
//! base64url. A step that fails answers `{"error": "O2: ..."}` and the process goes on.
//!
//! As the server (one setup for the life of the process, registrations by e-mail):
//! - `public_key` → `{public_key}`
//! - `registration_start {email, request}` → `{response}`
//! - `registration_finish {email, upload}` → `{}`
//! - `login_start {email, request}` → `{response}`; an unknown e-mail gets a fake
//! - `login_finish {finalization}` → `{session_key}`
//!
//! As the client (one passphrase at a time):
//! - `client_registration_start {passphrase}` → `{request}`
//! - `client_registration_finish {response, public_key}` → `{upload, export_key}`
//! - `client_login_start {passphrase}` → `{request}`
//! - `client_login_finish {response, public_key}` → `{finalization, session_key, export_key}`

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{BufRead as _, Write as _};

use crypto::opaque::{ClientLogin, ClientRegistration, Registration, ServerLogin, ServerSetup};
use crypto::{PublicKey, Secret, base64url};
use serde_json::{Value, json};

type Answer = Result<Value, Box<dyn Error>>;

struct Peer {
    setup: ServerSetup,
    registrations: BTreeMap<String, Registration>,
    login: Option<ServerLogin>,
    passphrase: String,
    registering: Option<ClientRegistration>,
    signing_in: Option<ClientLogin>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut peer = Peer {
        setup: ServerSetup::new(&drawn()?),
        registrations: BTreeMap::new(),
        login: None,
        passphrase: String::new(),
        registering: None,
        signing_in: None,
    };
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let asked: Value = serde_json::from_str(&line?)?;
        let answer = peer.answer(&asked).unwrap_or_else(|e| json!({ "error": e.to_string() }));
        writeln!(out, "{answer}")?;
        out.flush()?;
    }
    Ok(())
}

fn drawn() -> Result<Secret<32>, Box<dyn Error>> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| error.to_string())?;
    Ok(Secret::new(bytes))
}

fn text(asked: &Value, name: &str) -> Result<String, Box<dyn Error>> {
    let value = asked.get(name).and_then(Value::as_str);
    Ok(value.ok_or_else(|| format!("{name} is missing"))?.to_owned())
}

fn bytes(asked: &Value, name: &str) -> Result<Vec<u8>, Box<dyn Error>> {
    Ok(base64url::decode(&text(asked, name)?)?)
}

fn key(asked: &Value) -> Result<PublicKey, Box<dyn Error>> {
    Ok(base64url::decode_array(&text(asked, "public_key")?)?)
}

impl Peer {
    fn answer(&mut self, asked: &Value) -> Answer {
        let op = text(asked, "op")?;
        if op.starts_with("client_") {
            self.as_client(&op, asked)
        } else {
            self.as_server(&op, asked)
        }
    }

    fn as_server(&mut self, op: &str, asked: &Value) -> Answer {
        match op {
            "public_key" => Ok(json!({ "public_key": base64url::encode(self.setup.public_key()) })),
            "registration_start" => {
                let id = self.setup.credential_id(&text(asked, "email")?);
                let response = self.setup.registration_start(&bytes(asked, "request")?, &id)?;
                Ok(json!({ "response": base64url::encode(response) }))
            }
            "registration_finish" => {
                let registration = Registration::finish(&bytes(asked, "upload")?)?;
                self.registrations.insert(text(asked, "email")?, registration);
                Ok(json!({}))
            }
            "login_start" => {
                let email = text(asked, "email")?;
                let id = self.setup.credential_id(&email);
                let (request, known) = (bytes(asked, "request")?, self.registrations.get(&email));
                let (response, login) = self.setup.login_start(known, &request, &id, &drawn()?)?;
                self.login = Some(login);
                Ok(json!({ "response": base64url::encode(response) }))
            }
            "login_finish" => {
                let login = self.login.take().ok_or("no login has begun")?;
                let session_key = login.finish(&bytes(asked, "finalization")?)?;
                Ok(json!({ "session_key": base64url::encode(session_key.expose()) }))
            }
            _ => Err("unknown op".into()),
        }
    }

    fn as_client(&mut self, op: &str, asked: &Value) -> Answer {
        match op {
            "client_registration_start" => {
                self.passphrase = text(asked, "passphrase")?;
                let (state, request) = ClientRegistration::start(&self.passphrase, &drawn()?)?;
                self.registering = Some(state);
                Ok(json!({ "request": base64url::encode(request) }))
            }
            "client_registration_finish" => {
                let state = self.registering.take().ok_or("no registration has begun")?;
                let (response, key) = (bytes(asked, "response")?, key(asked)?);
                let (upload, export_key) =
                    state.finish(&self.passphrase, &response, &key, &drawn()?)?;
                Ok(json!({
                    "upload": base64url::encode(upload),
                    "export_key": base64url::encode(export_key.expose()),
                }))
            }
            "client_login_start" => {
                self.passphrase = text(asked, "passphrase")?;
                let (state, request) = ClientLogin::start(&self.passphrase, &drawn()?)?;
                self.signing_in = Some(state);
                Ok(json!({ "request": base64url::encode(request) }))
            }
            "client_login_finish" => {
                let state = self.signing_in.take().ok_or("no login has begun")?;
                let (response, key) = (bytes(asked, "response")?, key(asked)?);
                let done = state.finish(&self.passphrase, &response, &key, &drawn()?)?;
                Ok(json!({
                    "finalization": base64url::encode(done.finalization),
                    "session_key": base64url::encode(done.session_key.expose()),
                    "export_key": base64url::encode(done.export_key.expose()),
                }))
            }
            _ => Err("unknown op".into()),
        }
    }
}
