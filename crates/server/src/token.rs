//! The client's token: the page draws it, the server keeps its hash.

use domain::{CaseId, Hash, Timestamp};
use protocol::{Credential, ErrorCode, Token};
use storage::StorageError;
use storage::sessions::ClientToken;

use crate::refusal::Refusal;
use crate::secrets::RingKey;
use crate::state::App;

/// What a token is found by.
pub(crate) fn hash(token: &Token) -> Hash {
    Hash::new(crypto::hash::h(&token.0))
}

/// The session of a living token.
///
/// # Errors
/// `token_invalid`.
pub(crate) async fn session(
    app: &App,
    token: Hash,
    now: Timestamp,
) -> Result<ClientToken, Refusal> {
    app.store.sessions.by_token(token, now).await.map_err(|error| match error {
        StorageError::NotFound | StorageError::Expired => ErrorCode::TokenInvalid.into(),
        other => other.into(),
    })
}

/// Whether a token still leads to this case.
pub(crate) async fn is_good(app: &App, token: Hash, case: CaseId) -> bool {
    match app.store.sessions.by_token(token, app.now()).await {
        Ok(known) => known.session.case == case,
        // While the database does not answer, nobody is thrown out.
        Err(error) => !matches!(error, StorageError::NotFound | StorageError::Expired),
    }
}

/// What a case code's credential is found by, under one key of the pepper.
pub(crate) fn code_tag(pepper: &RingKey, cred: &Credential) -> Hash {
    let pepper = crypto::Secret::new(*pepper.expose());
    Hash::new(crypto::code::tag(&pepper, &crypto::Secret::new(cred.0)))
}
