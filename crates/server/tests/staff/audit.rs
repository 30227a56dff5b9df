//! Who reads the audit over REST, and what they get of it.

use domain::audit::{Actor, Entry, Event};
use protocol::{AuditChain, AuditPage, AuditQuery, ErrorCode, Hash};
use server::audit::AuditKeys;
use storage::audit::Point;

use crate::teduh::{Organisation, Teduh, refused};

async fn chain(teduh: &Teduh, token: &str, after: &str) -> actors::Result<AuditChain> {
    let path = format!("/api/staff/audit/chain?after={after}");
    teduh.browser().http.get_as(token, &path).await
}

async fn entries(teduh: &Teduh, token: &str, query: &AuditQuery) -> actors::Result<AuditPage> {
    teduh.browser().http.post_as(token, "/api/staff/audit", query).await
}

/// Adds so many entries at one moment.
async fn add(teduh: &Teduh, event: Event, count: u32) {
    let at = teduh.app.now();
    for _ in 0..count {
        let entry =
            Entry { at, actor: Actor::Service, event, case: None, staff: None, detail: None };
        teduh.app.store.audit.append(entry).await.unwrap();
    }
}

/// Walks the chain as a browser does; gives where it ends.
async fn walk(teduh: &Teduh, token: &str) -> (u64, Hash) {
    let (mut n, mut a) = (0_u64, crypto::audit::START);
    loop {
        let stretch = chain(teduh, token, &n.to_string()).await.unwrap();
        for hash in stretch.links.0.chunks_exact(32) {
            n += 1;
            a = crypto::hash::h(&crypto::encode::c("audit", &[&a, &n.to_be_bytes(), hash]));
        }
        if stretch.links.0.is_empty() || n == stretch.head.n {
            return (n, Hash(a));
        }
    }
}

#[tokio::test]
async fn supervisors_and_admins_read_it_and_nobody_else() {
    let org = Organisation::start().await;
    let teduh = &org.teduh;
    let all = AuditQuery::default();
    for allowed in [&org.supervisor, &org.admin] {
        let page = entries(teduh, allowed.token(), &all).await.unwrap();
        assert_eq!(page.entries[0].n, chain(teduh, allowed.token(), "0").await.unwrap().head.n);
    }
    let counselor = org.counselor.token();
    assert_eq!(refused(entries(teduh, counselor, &all).await), ErrorCode::Forbidden);
    assert_eq!(refused(chain(teduh, counselor, "0").await), ErrorCode::Forbidden);
    assert_eq!(refused(chain(teduh, "", "0").await), ErrorCode::TokenInvalid);
    for bad in ["", "-1", "x", "0&before=1", "18446744073709551616"] {
        let refusal = refused(chain(teduh, org.admin.token(), bad).await);
        assert_eq!(refusal, ErrorCode::BadFrame, "{bad}");
    }
    let far = chain(teduh, org.admin.token(), &u64::MAX.to_string()).await.unwrap();
    assert!(far.links.0.is_empty(), "nothing follows, and nothing breaks");
}

#[tokio::test]
async fn it_is_walked_in_stretches_up_to_its_end() {
    let org = Organisation::start().await;
    let (teduh, token) = (&org.teduh, org.admin.token());
    add(teduh, Event::CaseShredded, 1100).await;
    let (n, a) = teduh.app.store.audit.head().await.unwrap();
    let signed = AuditKeys::of(&teduh.app.secrets).sign(Point { n, a }).unwrap();
    teduh.app.store.audit.put_checkpoint(signed.clone()).await.unwrap();
    let first = chain(teduh, token, "0").await.unwrap();
    assert_eq!(first.links.0.len(), 1024 * 32);
    assert_eq!(walk(teduh, token).await, (n, Hash(*a.as_bytes())));
    assert_eq!((first.head.n, first.head.a), (n, Hash(*a.as_bytes())));
    let shown = first.checkpoint.unwrap();
    let key = first.keys.iter().find(|key| crypto::sign::kid_sig(&key.0) == shown.kid.0).unwrap();
    let text = crypto::audit::checkpoint(&org.admin.org_id(), shown.n, &shown.a.0);
    crypto::sign::verify(&key.0, &text, &shown.sig.0).unwrap();
}

#[tokio::test]
async fn entries_are_found_by_what_they_say() {
    let org = Organisation::start().await;
    let (teduh, token) = (&org.teduh, org.supervisor.token());
    let numbers = async |query: AuditQuery| {
        let page = entries(teduh, token, &query).await.unwrap();
        page.entries.iter().map(|entry| entry.n).collect::<Vec<_>>()
    };
    let all = numbers(AuditQuery::default()).await;
    let head = all[0];
    assert_eq!(all, (1..=head).rev().collect::<Vec<_>>());
    let before = Some(head - 1);
    assert_eq!(numbers(AuditQuery { before, ..AuditQuery::default() }).await, all[2..]);

    let roster = AuditQuery { events: vec!["roster_published".to_owned()], ..Default::default() };
    assert_eq!(numbers(roster).await.len(), 2);
    let staff = Some(protocol::Id(org.counselor.staff_id()));
    let hers = numbers(AuditQuery { staff, ..Default::default() }).await;
    assert!(!hers.is_empty() && hers.len() < all.len(), "{hers:?}");
    let case = Some(protocol::Id([9; 16]));
    assert_eq!(numbers(AuditQuery { case, ..Default::default() }).await, [0_u64; 0]);

    let now = teduh.clock.millis() + 1000;
    teduh.clock.turn(1);
    add(teduh, Event::CaseShredded, 1).await;
    let (from, to) = (Some(now), Some(now + 1));
    assert_eq!(numbers(AuditQuery { from, to, ..Default::default() }).await, [head + 1]);
    assert_eq!(numbers(AuditQuery { from: to, ..Default::default() }).await, [0_u64; 0]);
    let strict = r#"{"events":[],"names":true}"#;
    let body: serde_json::Value = serde_json::from_str(strict).unwrap();
    let refusal: actors::Result<AuditPage> =
        teduh.browser().http.post_as(token, "/api/staff/audit", &body).await;
    assert_eq!(refused(refusal), ErrorCode::BadFrame);
}

#[tokio::test]
async fn one_answer_looks_at_so_many_entries_and_says_how_far() {
    let org = Organisation::start().await;
    let (teduh, token) = (&org.teduh, org.supervisor.token());
    add(teduh, Event::CaseShredded, 2100).await;
    let mut query =
        AuditQuery { events: vec!["orgkeys_published".to_owned()], ..Default::default() };
    let first = entries(teduh, token, &query).await.unwrap();
    assert!(first.entries.is_empty() && first.reached > 1, "{}", first.reached);
    query.before = Some(first.reached);
    let second = entries(teduh, token, &query).await.unwrap();
    assert_eq!((second.entries.len(), second.reached), (1, 1));
    let many = entries(teduh, token, &AuditQuery::default()).await.unwrap();
    assert_eq!((many.entries.len(), many.reached), (50, many.entries[49].n));
}
