//! What every request and every socket shares.

use std::sync::Arc;

use domain::policy::Policy;
use domain::{Escalation, Opening, OrgId, Session, Timestamp};
use hub::{Channel, Hub, Signal};
use storage::Store;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::auth::Auth;
use crate::board::LiveBoard;
use crate::buckets::Addresses;
use crate::clock::{Clock, Random};
use crate::exits::Exits;
use crate::org_cache::OrgCache;
use crate::queue::Queue;
use crate::refusal::Refusal;
use crate::secrets::Secrets;
use crate::settings::Settings;

/// The state that handlers take as `State<Shared>`.
pub type Shared = Arc<App>;

/// The running service.
pub struct App {
    /// The settings in force.
    pub settings: Settings,
    /// The server's own keys.
    pub secrets: Secrets,
    /// Everything that survives.
    pub store: Store,
    /// Who a member of staff is.
    pub auth: Auth,
    /// Who is connected.
    pub hub: Hub,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Ids and tokens.
    pub random: Arc<dyn Random>,
    /// Orgkeys and rosters, parsed.
    pub org: OrgCache,
    /// The queue as it was last counted.
    pub queue: Queue,
    /// The live board as it was last counted.
    pub board: LiveBoard,
    /// Whose page was left by its exit.
    pub exits: Exits,
    /// How much each address asks.
    pub addresses: Addresses,
    /// The rules of routing.
    pub policy: Box<dyn Policy>,
    /// Everything that runs beside a request; a stop waits for it.
    pub tasks: TaskTracker,
    /// Cancelled once the service is to stop.
    pub stopping: CancellationToken,
}

impl App {
    /// The time.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The organisation's id.
    pub fn org_id(&self) -> OrgId {
        OrgId::new(self.secrets.org_id)
    }

    /// Random bytes: an id of 16, a token of 32.
    ///
    /// # Errors
    /// `internal` when the system gives no randomness.
    pub fn draw<const N: usize>(&self) -> Result<[u8; N], Refusal> {
        let mut bytes = [0; N];
        self.random.fill(&mut bytes).map_err(|error| Refusal::internal(&error))?;
        Ok(bytes)
    }

    /// Says that a session changed; called after the commit, whether or not the asker still listens.
    pub fn session_changed(&self, session: &Session) {
        if !session.is_open() {
            self.exits.forget(session.id);
        }
        let case = session.case;
        self.hub.publish(Channel::Case(case), Signal::Session { case });
        // Supervisors see of it whether the client left and whether somebody spoke to them.
        self.hub.publish(Channel::Supervisors, Signal::Session { case });
        self.queue.touch();
    }

    /// Says that an escalation is new or changed; called after the commit.
    pub fn escalation_changed(&self, changed: &Escalation) {
        let (case, escalation) = (changed.case, changed.id);
        for channel in [Channel::Supervisors, Channel::Case(case)] {
            self.hub.publish(channel, Signal::Escalation { case, escalation });
        }
    }

    /// Says that an opening is new or changed; called after the commit. Whoever is in the case learns
    /// of it with the session.
    pub fn opening_changed(&self, changed: &Opening) {
        let (case, opening) = (changed.case, changed.id);
        self.hub.publish(Channel::Supervisors, Signal::Opening { case, opening });
        self.hub.publish(Channel::Case(case), Signal::Session { case });
        // The list of what is left behind shows it too.
        self.queue.touch();
    }

    /// Says that a case was opened; called after the commit.
    pub fn opened(&self, opened: &storage::cases::Opened) {
        self.session_changed(&opened.session);
        opened.escalation.iter().for_each(|escalation| self.escalation_changed(escalation));
    }

    /// Says what a raise changed; called after the commit.
    pub fn raised(&self, raised: &storage::escalations::Raised) {
        if raised.fresh {
            self.session_changed(&raised.session);
            raised.escalation.iter().for_each(|escalation| self.escalation_changed(escalation));
        }
    }

    /// Says that orgkeys, roster, groups or waiting enrolments changed; called after the commit.
    pub async fn org_changed(&self) -> Result<(), Refusal> {
        self.org.reload(&self.store).await?;
        // A roster gives and takes roles.
        self.auth.living.forget();
        self.hub.publish(Channel::Desks, Signal::OrgChanged);
        Ok(())
    }
}
