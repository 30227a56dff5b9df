//! Each role asks for everything that anybody may ask for.

use std::collections::BTreeSet;

use actors::{Asked, Http, Line, Tape};
use anyhow::{Context, Result, ensure};
use protocol::{ClientCommand, Event, PROTOCOL_VERSION, Reply, StaffCommand};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// One command of each kind, as other clients are written against them.
const GOLDEN: [&str; 2] = [
    include_str!("../../../../crates/protocol/golden/client-commands.jsonl"),
    include_str!("../../../../crates/protocol/golden/staff-commands.jsonl"),
];

/// An address of the document.
pub(super) struct Route {
    method: String,
    path: String,
    /// It asks for an access token.
    staff: bool,
    /// As somebody asked for it in the play.
    asked: Asked,
}

/// Every address of the document that the service gives, with a request to it from the play. One
/// that nobody asked for in the play is an error: who adds an address adds a visit.
pub(super) async fn routes(http: &Http, asked: &[Asked]) -> Result<Vec<Route>> {
    let document: Value = http.get("/api/openapi.json").await?;
    let paths = document.get("paths").and_then(Value::as_object).context("paths")?;
    let mut routes = Vec::new();
    for (path, operations) in paths {
        for (method, operation) in operations.as_object().context("operations")? {
            let method = method.to_uppercase();
            let is_it = |one: &&Asked| {
                one.method == method && one.path.split('?').next() == Some(path.as_str())
            };
            let asked = asked.iter().find(is_it);
            let asked = asked.with_context(|| format!("nobody asks for {method} {path}"))?.clone();
            let staff = operation.get("security").is_some();
            routes.push(Route { method, path: path.clone(), staff, asked });
        }
    }
    Ok(routes)
}

/// Who asks: with which token, and whether it is one of staff.
#[derive(Clone, Copy)]
pub(super) struct Asker<'a> {
    pub(super) token: Option<&'a str>,
    pub(super) staff: bool,
    pub(super) supervises: bool,
}

/// Asks for each address that wants an access token. Who has none is always told the same.
pub(super) async fn ask_for_all(http: &Http, routes: &[Route], asker: Asker<'_>) -> Result<()> {
    for Route { method, path, asked, .. } in routes.iter().filter(|route| route.staff) {
        // A supervisor reads of every case in the audit.
        if asker.supervises && path.starts_with("/api/staff/audit") {
            continue;
        }
        let status = http.raw(method, &asked.path, asker.token, asked.body.clone()).await?;
        ensure!(asker.staff || status == 401, "{method} {path} says {status} to a stranger");
    }
    Ok(())
}

/// Asks once more for what wants no token; what the body holds is what opens it.
pub(super) async fn ask_again(http: &Http, routes: &[Route]) -> Result<()> {
    for Route { method, asked, .. } in routes.iter().filter(|route| !route.staff) {
        http.raw(method, &asked.path, None, asked.body.clone()).await?;
    }
    Ok(())
}

/// One command of each kind, about things that are there: of somebody else's case.
pub(super) fn commands(ids: &[(&'static str, protocol::Id)]) -> Result<Vec<Value>> {
    let mut commands = Vec::new();
    for line in GOLDEN.iter().flat_map(|file| file.lines()).filter(|line| !line.is_empty()) {
        let mut command: Value = serde_json::from_str(line)?;
        for (field, id) in ids {
            if let Some(named) = command.get_mut(*field) {
                *named = json!(id);
            }
        }
        // A line numbers its commands itself.
        command.as_object_mut().context("a command")?.remove("id");
        commands.push(command);
    }
    let named: BTreeSet<String> = commands.iter().filter_map(kind).collect();
    for kinds in [kinds::<ClientCommand>()?, kinds::<StaffCommand>()?] {
        ensure!(kinds.is_subset(&named), "without a visit: {:?}", kinds.difference(&named));
    }
    Ok(commands)
}

/// The first frame of a client or a desk.
pub(super) fn hello(client: Option<&protocol::Token>, staff: Option<&str>) -> Option<Value> {
    let version = PROTOCOL_VERSION;
    match (client, staff) {
        (Some(token), _) => Some(json!({
            "type": "hello", "version": version, "token": token, "after_seq": 0, "records": 0,
        })),
        (None, Some(token)) => Some(json!({
            "type": "staff_hello", "version": version, "token": token, "resuming": false,
        })),
        (None, None) => None,
    }
}

/// Sends each command, after the first frame or as the first; answers and ends are on the tape.
pub(super) async fn command_all(
    http: &Http,
    hello: Option<&Value>,
    commands: &[Value],
) -> Result<()> {
    let mut line: Option<Line> = None;
    for command in commands {
        let mut open = match line.take() {
            Some(open) => open,
            None => begin(http, hello).await?,
        };
        // Closed instead of answered: the next one begins anew.
        if open.ask(command).await.is_ok() && hello.is_some() {
            line = Some(open);
        }
    }
    Ok(())
}

async fn begin(http: &Http, hello: Option<&Value>) -> Result<Line> {
    let mut line = Line::connect(http).await?;
    if let Some(hello) = hello {
        let welcome = line.ask(hello).await?;
        ensure!(!matches!(welcome, Reply::Refused(_)), "{welcome:?}");
    }
    Ok(line)
}

/// Every kind of frame that the server has came to somebody: who adds one adds a visit.
pub(super) fn all_kinds_came(tapes: &[(&'static str, &Tape)]) -> Result<()> {
    let mut came = BTreeSet::new();
    for (_, tape) in tapes {
        let heard = tape.heard();
        let frames = heard
            .split(|byte| *byte == b'\n')
            .filter_map(|line| serde_json::from_slice::<Value>(line).ok());
        came.extend(frames.filter_map(|frame| kind(&frame)));
    }
    for kinds in [kinds::<Reply>()?, kinds::<Event>()?] {
        let missing: Vec<_> = kinds.difference(&came).collect();
        ensure!(missing.is_empty(), "nobody got {missing:?}");
    }
    Ok(())
}

fn kind(frame: &Value) -> Option<String> {
    frame.get("type")?.as_str().map(str::to_owned)
}

/// The kinds of a frame, as its own reading names them.
fn kinds<T: DeserializeOwned>() -> Result<BTreeSet<String>> {
    let refused = serde_json::from_value::<T>(json!({ "type": "?" })).err().context("no kind")?;
    let said = refused.to_string();
    let quoted = said.split('`').enumerate().filter(|(n, _)| n % 2 == 1);
    let kinds: BTreeSet<_> =
        quoted.map(|(_, kind)| kind.to_owned()).filter(|kind| kind != "?").collect();
    ensure!(kinds.len() > 5, "{said}");
    Ok(kinds)
}
