//! `staff_hello` and `token`: who the desk belongs to, and which cases it holds.

use std::collections::HashMap;
use std::sync::Arc;

use crypto::roster::GroupKind;
use crypto::sign::kid_kem;
use domain::policy::Candidate;
use domain::staff::GroupKind as Group;
use domain::{CaseId, Kid, Roles};
use hub::{Channel, Who};
use protocol::{CaseHead, ErrorCode, Id, Reply};
use storage::staff::Member;

use super::escalations::Called;
use super::held::Held;
use super::openings::Supervised;
use super::{Desk, Hello};
use crate::auth::Caller;
use crate::refusal::Refusal;
use crate::state::{App, Shared};
use crate::{presence, view, wire};

/// Takes a desk in; gives its answer. When something fails the desk is gone again.
pub(super) async fn enter(app: &Shared, hello: &Hello) -> Result<(Desk, Reply), Refusal> {
    let access = Caller::by_token(app, &hello.token).await?;
    let member = app.store.staff.get(access.staff).await?;
    let who = Who::Staff { staff: access.staff, sid: access.sid };
    let mut desk = Desk {
        connection: app.hub.connect(who),
        app: app.clone(),
        queue: app.queue.watch(),
        sig: member.sig_kid,
        kem: member.kem_kid,
        cases: HashMap::new(),
        shown: None,
        escalations: HashMap::new(),
        openings: HashMap::new(),
        left_behind: Vec::new(),
        board: Arc::default(),
        as_supervisor: false,
        supervisors: 0,
        source: hello.source,
        access,
    };
    desk.connection.subscribe(Channel::Desks);
    let entered = async {
        desk.note_presence(hello.resuming).await?;
        desk.welcome(&member).await
    };
    match entered.await {
        Ok(reply) => Ok((desk, reply)),
        Err(refusal) => {
            let staff = desk.access.staff;
            drop(desk);
            super::left(app, staff).await;
            Err(refusal)
        }
    }
}

impl Desk {
    /// The same desk says hello once more: it was unlocked.
    pub(super) async fn again(&mut self, token: &str, resuming: bool) -> Result<Reply, Refusal> {
        self.renew(token).await?;
        let member = self.app.store.staff.get(self.access.staff).await?;
        self.note_presence(resuming).await?;
        self.welcome(&member).await
    }

    /// A newer access token of the same sign-in.
    pub(super) async fn renew(&mut self, token: &str) -> Result<Reply, Refusal> {
        let access = Caller::by_token(&self.app, token).await?;
        if (access.staff, access.sid) != (self.access.staff, self.access.sid) {
            return Err(ErrorCode::TokenInvalid.into());
        }
        self.access = access;
        self.listen_by_role();
        Ok(Reply::Done)
    }

    async fn note_presence(&self, resuming: bool) -> Result<(), Refusal> {
        self.connection.set_unlocked(!resuming);
        // Whoever has yet to unlock it answers nothing: only then is a supervisor there.
        self.listen_by_role();
        presence::desk_here(&self.app, self.access.staff).await
    }

    async fn welcome(&mut self, member: &Member) -> Result<Reply, Refusal> {
        let app = self.app.clone();
        let limit = app.settings.limits.counselor_limit;
        if member.limit != limit {
            app.store.staff.set_limit(member.staff, limit).await?;
        }
        let mut cases = Vec::new();
        for session in app.store.sessions.of_staff(member.staff, app.now()).await? {
            if let Some(head) = self.take(session.case).await? {
                cases.push(head);
            }
        }
        let candidate = self.candidate().await?;
        let queue = self.queue_view(candidate.as_ref());
        self.shown = Some(queue.clone());
        let Called { escalations, escalations_open, pages, supervisors } = self.called().await?;
        let Supervised { openings, left_behind } = self.supervised().await?;
        Ok(Reply::StaffWelcome {
            staff_id: Id(*member.staff.as_bytes()),
            status: wire::status_out(member.status),
            limit,
            queue,
            cases,
            has_keys: candidate.is_some_and(|who| has_keys(&app, self.access.roles, &who)),
            escalations,
            escalations_open,
            pages,
            supervisors,
            openings,
            left_behind,
            board: self.whole_board().await?,
        })
    }

    /// Begins to hear of a case that this person holds now.
    async fn take(&mut self, case: CaseId) -> Result<Option<CaseHead>, Refusal> {
        self.connection.subscribe(Channel::Case(case));
        let ties = self.ties(case).await?;
        if !self.may_see_records(&ties) {
            self.connection.unsubscribe(Channel::Case(case));
            return Ok(None);
        }
        let stored = self.app.store.cases.get(case).await?;
        let session = view::session(&self.app, &ties.newest).await?;
        let head = CaseHead {
            case_id: Id(*case.as_bytes()),
            session: session.clone(),
            last_seq: stored.chat.seq,
        };
        self.cases.insert(case, Held::of_heads(ties, session, &stored));
        Ok(Some(head))
    }
}

/// Whether the person holds the newest half of each group that their roles need.
fn has_keys(app: &App, roles: Roles, who: &Candidate) -> bool {
    let org = app.org.now();
    let Some(roster) = org.newest_roster() else { return false };
    let holds = |kind| {
        let group = roster.roster.newest(kind);
        group.is_some_and(|group| who.holds.contains(&Kid::new(kid_kem(&group.kem_pk))))
    };
    [(Group::Team, GroupKind::Team), (Group::Escalation, GroupKind::Escalation)]
        .into_iter()
        .all(|(needed, kind)| !roles.fit(needed) || holds(kind))
}
