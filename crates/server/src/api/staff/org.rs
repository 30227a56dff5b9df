//! `GET /api/staff/org`: rosters, groups, who lacks which half, who waits to be signed.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::State;
use crypto::sign::kid_kem;
use domain::Kid;
use domain::staff::Role;
use protocol::{Blob, Enrolment, GroupView, Hash, Id, MissingBox, Problem, StaffName, StaffOrg};
use storage::org::{Group, GroupBox, Holder};
use storage::staff::WaitingEnrolment;

use crate::auth::Caller;
use crate::org_cache::OrgNow;
use crate::org_wire;
use crate::refusal::Refusal;
use crate::state::{App, Shared};
use crate::statements::group::group_box_on_wire;

#[utoipa::path(
    get, path = "/api/staff/org", operation_id = "get_staff_org",
    tag = "staff", security(("token" = [])),
    responses((status = 200, body = StaffOrg), (status = "default", body = Problem))
)]
pub(crate) async fn org(
    State(app): State<Shared>,
    caller: Caller,
) -> Result<Json<StaffOrg>, Refusal> {
    let org = app.org.now();
    let members = app.store.staff.list().await?;
    let groups = app.store.org.groups().await?;
    let holders = app.store.org.holders().await?;
    let own_kid = app.store.staff.get(caller.staff).await?.kem_kid;
    let own = app.store.org.boxes_for(own_kid).await?;
    let waiting = waiting(&app, &caller).await?;
    let names = members.into_iter().map(|member| StaffName {
        staff_id: Id(*member.staff.as_bytes()),
        name: member.display_name,
    });
    Ok(Json(StaffOrg {
        org: crate::api::org::state(&app),
        orgkeys_before: all_but_newest(org.orgkeys.iter().map(|keys| keys.statement.clone())),
        rosters_before: all_but_newest(org.rosters.iter().map(|at| at.statement.clone())),
        entries: entries(&org),
        names: names.collect(),
        groups: groups
            .iter()
            .map(|group| view(group, &holders, &own))
            .collect::<Result<_, Refusal>>()?,
        missing: missing(&org, &holders),
        waiting,
    }))
}

/// Who waits to be signed, as an admin sees it. An admin who waits too sees only themselves: where
/// all admins are lost, a new roster key has to sign the own enrolment.
async fn waiting(app: &App, caller: &Caller) -> Result<Vec<Enrolment>, Refusal> {
    if !caller.named.has(Role::Admin) {
        return Ok(Vec::new());
    }
    let sees_all = caller.roles.has(Role::Admin);
    let waiting = app.store.staff.waiting().await?.into_iter();
    let waiting = waiting.filter(|waiting| sees_all || waiting.staff == caller.staff);
    Ok(waiting.map(enrolment).collect())
}

fn all_but_newest<T>(all: impl DoubleEndedIterator<Item = T>) -> Vec<T> {
    let mut before: Vec<T> = all.rev().skip(1).collect();
    before.reverse();
    before
}

fn entries(org: &OrgNow) -> Vec<Blob> {
    let mut seen = BTreeSet::new();
    let all = org.rosters.iter().flat_map(|at| &at.entries);
    all.filter(|(_, bytes)| seen.insert(bytes)).map(|(_, bytes)| bytes.clone()).collect()
}

fn view(group: &Group, holders: &[Holder], own: &[GroupBox]) -> Result<GroupView, Refusal> {
    let this = (group.kind, group.generation);
    let holders = holders.iter().filter(|holder| (holder.kind, holder.generation) == this);
    let own = own.iter().find(|sealed| (sealed.kind, sealed.generation) == this);
    Ok(GroupView {
        kind: org_wire::group_on_wire(group.kind),
        generation: group.generation,
        record: Blob(group.statement.clone()),
        sig: Blob(group.sig.to_vec()),
        holders: holders.map(|holder| protocol::Kid(*holder.rkid.as_bytes())).collect(),
        own: own.map(group_box_on_wire).transpose()?,
    })
}

/// Which active members lack a living half that their role needs.
fn missing(org: &OrgNow, holders: &[Holder]) -> Vec<MissingBox> {
    let Some(newest) = org.known.newest() else { return Vec::new() };
    let mut missing = Vec::new();
    for group in &newest.roster.groups {
        let kind = org_wire::group_of_record(group.kind);
        let fitting = newest.active().filter(|entry| group.kind.fits(&entry.roles));
        missing.extend(fitting.filter_map(|entry| {
            let rkid = Kid::new(kid_kem(&entry.kem_pk));
            let holder = Holder { kind, generation: group.generation, rkid };
            (!holders.contains(&holder)).then(|| MissingBox {
                kind: org_wire::group_on_wire(kind),
                generation: group.generation,
                staff_id: Id(entry.staff_id),
            })
        }));
    }
    missing
}

fn enrolment(waiting: WaitingEnrolment) -> Enrolment {
    Enrolment {
        staff_id: Id(*waiting.staff.as_bytes()),
        iid_hash: Hash(*waiting.iid_hash.as_bytes()),
        name: waiting.display_name,
        roles: org_wire::roles(waiting.roles),
        q: Blob(waiting.q),
        sig: Blob(waiting.sig.to_vec()),
        mac: Blob(waiting.mac.to_vec()),
    }
}
