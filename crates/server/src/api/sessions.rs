//! `POST /api/sessions`: a new case, its record and its first messages, in one transaction.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use crypto::case_id::CaseKeys;
use crypto::epoch::{Body as RecordBody, Reason};
use domain::case::{Preference, Routing};
use domain::{CaseId, EscId, Hash, Kid, Lane, Level, SessionId};
use protocol::{ErrorCode, Id, Opened, Opening};

use super::{Address, Body};
use crate::check::{self, Chain, Post, Sender, Standing};
use crate::org_cache::OrgNow;
use crate::refusal::Refusal;
use crate::state::{App, Shared};
use crate::{token, view, wire};

/// An opening verifies a signature and writes; so much it costs beside the request itself.
const COST: u32 = 9;
/// Consent, intake, first text.
const MESSAGES: usize = 3;

#[utoipa::path(
    post, path = "/api/sessions", operation_id = "sessions",
    tag = "client", request_body = Opening,
    responses((status = 201, body = Opened), (status = "default", body = protocol::Problem))
)]
pub(super) async fn open(
    State(app): State<Shared>,
    address: Address,
    Body(opening): Body<Opening>,
) -> Result<(StatusCode, Json<Opened>), Refusal> {
    address.take(&app, COST)?;
    let stored = store(&app, &opening).await?;
    if stored.fresh {
        app.opened(&stored);
    }
    let opened = Opened {
        case_id: Id(*stored.session.case.as_bytes()),
        session: view::session_with_place(&app, &stored.session).await?,
        stored: stored.stored.iter().map(wire::ack).collect(),
    };
    Ok((StatusCode::CREATED, Json(opened)))
}

async fn store(app: &App, opening: &Opening) -> Result<storage::cases::Opened, Refusal> {
    let org = app.org.now();
    if !org.can_begin() {
        return Err(ErrorCode::NotReady.into());
    }
    let level = Level::try_from(opening.routing.level).map_err(|_| ErrorCode::BadFrame)?;
    if opening.messages.len() > MESSAGES {
        return Err(ErrorCode::BadFrame.into());
    }
    let keys = CaseKeys::new(*app.org_id().as_bytes(), opening.csig_pk.0, opening.ckem_pk.0);
    let case = CaseId::new(keys.case_id);
    let named = RecordBody::parse(&opening.epoch.body.0)
        .map_err(|error| Refusal::by_rule(ErrorCode::RecordRefused, &error))?;
    if named.case_id != keys.case_id {
        return Err(ErrorCode::CaseMismatch.into());
    }
    let token = token::hash(&opening.token);
    let mut chain = chain(app, &org, keys, token).await?;
    let record = chain.post(&Post {
        epoch: &opening.epoch,
        reasons: &[Reason::Open],
        by: None,
        lane_1: None,
        standing: Standing::default(),
    })?;
    let sender = Sender::Client(case, Kid::new(keys.csig_kid()));
    let messages = opening
        .messages
        .iter()
        .map(|envelope| check::message(app.org_id(), sender, envelope).map(|(_, message)| message));
    let opening = storage::cases::Opening {
        case,
        session: SessionId::new(app.draw()?),
        token,
        csig_kid: Kid::new(keys.csig_kid()),
        csig_pk: keys.csig_pk,
        ckem_pk: keys.ckem_pk,
        routing: Routing {
            language: wire::language_in(opening.routing.language),
            preference: Preference::Any,
            skill: None,
            excluded: Vec::new(),
        },
        level,
        escalation: EscId::new(app.draw()?),
        record,
        messages: messages.collect::<Result<_, _>>()?,
        now: app.now(),
    };
    Ok(app.store.cases.open(opening).await?)
}

/// The chain to continue: an empty one, or for a retry the one that stands, under its own token.
async fn chain<'a>(
    app: &App,
    org: &'a OrgNow,
    keys: CaseKeys,
    token: Hash,
) -> Result<Chain<'a>, Refusal> {
    let known = app.store.sessions.by_token(token, app.now()).await;
    match known {
        Ok(known) if *known.session.case.as_bytes() == keys.case_id => {
            let case = app.store.cases.get(known.session.case).await?;
            Chain::load(&app.store, org, app.org_id(), &case, Lane::Chat).await
        }
        // A token of another case gets storage's own answer.
        Ok(_) | Err(storage::StorageError::NotFound) => Ok(Chain::empty(org, keys, Lane::Chat)),
        Err(error) => Err(error.into()),
    }
}
