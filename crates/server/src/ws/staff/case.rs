//! `case`: the whole case, for somebody who may read it now.

use domain::CaseId;
use hub::Channel;
use protocol::{CaseView, ErrorCode, Reply};
use storage::records::PlacedBox;

use super::Desk;
use super::access::Ties;
use super::held::Held;
use crate::refusal::Refusal;
use crate::view;

impl Desk {
    pub(super) async fn case(&mut self, case: CaseId) -> Result<Reply, Refusal> {
        self.connection.subscribe(Channel::Case(case));
        match self.whole(case).await {
            Ok(view) => Ok(Reply::Case(view)),
            Err(refusal) => {
                if !self.cases.contains_key(&case) {
                    self.connection.unsubscribe(Channel::Case(case));
                }
                Err(refusal)
            }
        }
    }

    async fn whole(&mut self, case: CaseId) -> Result<CaseView, Refusal> {
        let ties = self.ties(case).await?;
        if !self.may_see_records(&ties) {
            return Err(ErrorCode::NotAssigned.into());
        }
        let released = self.released(&ties).await?;
        self.hold(ties, &released).await
    }

    /// Puts the case on the desk, with these boxes of groups beside the own ones.
    pub(super) async fn hold(
        &mut self,
        ties: Ties,
        released: &[PlacedBox],
    ) -> Result<CaseView, Refusal> {
        let case = ties.newest.case;
        let stored = self.app.store.cases.get(case).await?;
        let reader = view::Reader { rkid: self.kem, lanes: Self::BOTH, released };
        let view = view::case(&self.app, &stored, &ties.newest, &reader).await?;
        self.cases.insert(case, Held::of_view(ties, &view));
        Ok(view)
    }
}
