//! Invites: each serves once, for 72 hours, for the person it was made for.

use actors::{Enrolling, StaffMember};
use protocol::{ErrorCode, Role};

use crate::teduh::{Organisation, PASSPHRASE, Teduh, refused};

#[tokio::test]
async fn an_invite_serves_once() {
    let teduh = Teduh::start().await;
    let invite = teduh.bootstrap_invite().await;
    teduh.enrol(&invite, "admin@aman.example", None).await;
    let again = teduh.try_enrol(&invite, "other@aman.example", None).await;
    assert_eq!(refused(again), ErrorCode::InviteUnknown);
}

#[tokio::test]
async fn an_invite_ends_after_72_hours() {
    let teduh = Teduh::start().await;
    let invite = teduh.bootstrap_invite().await;
    teduh.clock.turn(72 * 3600);
    let late = teduh.try_enrol(&invite, "admin@aman.example", None).await;
    assert_eq!(refused(late), ErrorCode::InviteUnknown);
}

#[tokio::test]
async fn a_made_up_invite_is_unknown() {
    let teduh = Teduh::start().await;
    let made_up = "A".repeat(26);
    let refusal = teduh.try_enrol(&made_up, "admin@aman.example", None).await;
    assert_eq!(refused(refusal), ErrorCode::InviteUnknown);
}

#[tokio::test]
async fn two_people_do_not_share_an_address() {
    let mut org = Organisation::start().await;
    let invite = org.admin.invite(&[Role::Counselor]).await.unwrap();
    let taken = org.teduh.try_enrol(&invite, "Sari@Aman.example", Some(org.root)).await;
    assert_eq!(refused(taken), ErrorCode::EmailTaken);
    org.teduh.enrol(&invite, "rini@aman.example", Some(org.root)).await;
}

#[tokio::test]
async fn nobody_leaves_without_a_working_second_factor() {
    let teduh = Teduh::start().await;
    let invite = teduh.bootstrap_invite().await;
    let clock = teduh.clock.clone();
    let slow = actors::Clock::new(move || clock.millis() - 300_000);
    let browser = teduh.browser().with_clock(slow);
    let person = Enrolling {
        invite: &invite,
        email: "admin@aman.example",
        passphrase: PASSPHRASE,
        name: "Admin",
        root: None,
    };
    let refusal = StaffMember::enrol(&browser, person).await;
    assert_eq!(refused(refusal), ErrorCode::TotpFailed);
    teduh.enrol(&invite, "admin@aman.example", None).await;
}
