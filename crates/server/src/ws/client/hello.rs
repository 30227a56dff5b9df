//! `hello`: who the page is, and what came since it was here last.

use domain::{Case, Kid, Lane, Session};
use hub::{Channel, Who};
use protocol::{ErrorCode, Reply};
use storage::messages::Range;

use super::{Hello, Page};
use crate::refusal::Refusal;
use crate::state::Shared;
use crate::ws::feed::Feed;
use crate::{presence, token, view};

/// Takes a page in; gives its answer. When something fails the page is gone again.
pub(super) async fn enter(app: &Shared, hello: &Hello) -> Result<(Page, Reply), Refusal> {
    let token = token::hash(&hello.token);
    let known = token::session(app, token, app.now()).await?;
    let case = app.store.cases.get(known.session.case).await?;
    let connection = app.hub.join(Who::Client { case: case.id, token });
    // Whoever makes the token void closes what has joined; before that only a second look tells.
    // So a page that is late displaces nobody.
    token::session(app, token, app.now()).await?;
    if !connection.take_over() {
        return Err(ErrorCode::TokenInvalid.into());
    }
    // Listening comes before reading: what happens between the two is only heard twice.
    connection.subscribe(Channel::Case(case.id));
    let session = presence::client_here(app, known.session.id).await?;
    let entered = async {
        let (reply, feed) = welcome(app, &case, &session, hello).await?;
        let Reply::Welcome { session: shown, .. } = &reply else {
            return Err(ErrorCode::Internal.into());
        };
        Ok((shown.clone(), feed, reply))
    };
    match entered.await {
        Ok((shown, feed, reply)) => {
            let page = Page {
                app: app.clone(),
                connection,
                queue: app.queue.watch(),
                token,
                case: case.id,
                csig: known.csig_kid,
                ckem: Kid::new(crypto::sign::kid_kem(&case.ckem_pk)),
                session,
                shown,
                feed,
            };
            Ok((page, reply))
        }
        Err(refusal) => {
            drop(connection);
            super::left(app, case.id, session.id).await;
            Err(refusal)
        }
    }
}

async fn welcome(
    app: &Shared,
    case: &Case,
    session: &Session,
    hello: &Hello,
) -> Result<(Reply, Feed), Refusal> {
    let lane = Lane::Chat;
    let rkid = Kid::new(crypto::sign::kid_kem(&case.ckem_pk));
    let stored = app.store.records.chain(case.id, lane, hello.records).await?;
    let boxes = app.store.records.own_boxes(case.id, lane, rkid).await?;
    let marks = app.store.messages.read_marks(case.id, lane).await?;
    let (read_by_client, read_by_staff) = view::read_by(case, &marks);
    let page = view::page(app, case, lane, Range::After(hello.after_seq), view::FORWARD).await?;
    let have = stored.last().map_or(hello.records, |record| record.epoch + 1);
    let feed = Feed::new(lane, have, page.last_seq);
    let reply = Reply::Welcome {
        session: view::session_with_place(app, session).await?,
        records: view::records(&stored, &boxes),
        org: view::org_at(&app.org.now(), &stored)?,
        page,
        read_by_client,
        read_by_staff,
    };
    Ok((reply, feed))
}
