//! `case`: the whole case, for somebody who may read it now.

use domain::CaseId;
use domain::session::State;
use hub::Channel;
use protocol::{ErrorCode, Reply};

use super::Desk;
use super::held::Held;
use crate::refusal::Refusal;
use crate::view;

impl Desk {
    pub(super) async fn case(&mut self, case: CaseId) -> Result<Reply, Refusal> {
        self.connection.subscribe(Channel::Case(case));
        match self.whole(case).await {
            Ok(reply) => Ok(reply),
            Err(refusal) => {
                if !self.cases.contains_key(&case) {
                    self.connection.unsubscribe(Channel::Case(case));
                }
                Err(refusal)
            }
        }
    }

    async fn whole(&mut self, case: CaseId) -> Result<Reply, Refusal> {
        let newest = self.newest(case).await?;
        if !self.may_see_records(&newest) {
            return Err(ErrorCode::NotAssigned.into());
        }
        let app = self.app.clone();
        let team = match newest.state {
            State::Opening { .. } => {
                app.store.records.team_boxes(case, self.access.staff, app.now()).await?
            }
            _ => Vec::new(),
        };
        let stored = app.store.cases.get(case).await?;
        let reader = view::Reader { rkid: self.kem, lanes: Self::BOTH, team: &team };
        let view = view::case(&app, &stored, &newest, &reader).await?;
        self.cases.insert(case, Held::of_view(newest, &view));
        Ok(Reply::Case(view))
    }
}
