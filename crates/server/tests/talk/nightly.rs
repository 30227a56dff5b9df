//! The nightly sweep as the service runs it: after a restart, on a clock that the story turns.

use std::sync::Arc;
use std::time::Duration;

use domain::audit::Event;
use protocol::SessionState;
use server::clock::System;
use server::secrets::Secrets;
use server::service::Service;
use server::settings::Settings;

use crate::house::Office;

const DAY: i64 = 24 * 60 * 60;

#[tokio::test]
async fn a_service_that_starts_again_shreds_what_fell_due_meanwhile() {
    let office = Office::open().await;
    let mut client = office.client("Saya takut.").await;
    let mut dewi = office.counselor().await;
    dewi.claim_next().await.unwrap();
    client.until_state(SessionState::Active).await.unwrap();
    client.end().await.unwrap();
    assert!(!shredded(&office.org.teduh.service).await);
    drop((client, dewi));
    let teduh = office.org.teduh;
    teduh.service.close().await;

    teduh.clock.turn(31 * DAY);
    let secrets = Secrets::read(teduh.folder.path()).unwrap();
    let (times, random) = (Arc::new(teduh.clock), Arc::new(System));
    let service =
        Service::open(teduh.folder.path(), Settings::default(), secrets, times, random).await;
    let service = service.unwrap();
    server::jobs::start(&service.app);
    let swept = async { while !shredded(&service).await {} };
    tokio::time::timeout(Duration::from_mins(1), swept).await.unwrap();
    service.close().await;
}

async fn shredded(service: &Service) -> bool {
    let links = service.app.store.audit.page(0, 999).await.unwrap();
    links.iter().any(|link| link.entry.event == Event::ChatShredded)
}
