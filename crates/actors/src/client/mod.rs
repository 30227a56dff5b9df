//! The client: opens a case, waits, talks, comes back with the code.

mod code;
mod follow;
mod opening;
mod talk;

use crypto::PublicKey;
use crypto::case_id::CaseKeys;
use crypto::epoch::LaneKind;
use crypto::kem::KemKey;
use crypto::sign::SigningKey;
use protocol::{
    Body, ClientCommand, LockSession, OrgState, PROTOCOL_VERSION, Reply, SessionView, Token,
};
use reqwest::Method;

pub use opening::{Intake, Prepared};

use crate::lane::HeldLane;
use crate::line::unexpected;
use crate::staff::org_state;
use crate::{Browser, Error, Line, Organisation, Result};

/// A client's page, with everything that it holds in memory.
#[derive(Debug)]
pub struct Client {
    /// The browser.
    pub browser: Browser,
    /// The chat as verified so far.
    pub chat: HeldLane,
    /// The session as the server said last.
    pub session: SessionView,
    organisation: Box<Organisation>,
    csig: SigningKey,
    ckem: KemKey,
    case: CaseKeys,
    token: Token,
    line: Option<Line>,
}

impl Client {
    /// The case.
    pub fn case_id(&self) -> crypto::Id {
        self.case.case_id
    }

    /// The keys that the case id certifies.
    pub fn case(&self) -> &CaseKeys {
        &self.case
    }

    /// The client's signing key.
    pub fn signing_key(&self) -> &SigningKey {
        &self.csig
    }

    /// The session's token.
    pub fn token(&self) -> &Token {
        &self.token
    }

    /// The organisation as this page has verified it.
    pub fn organisation(&self) -> &Organisation {
        &self.organisation
    }

    /// The socket, to do what a page would not.
    pub fn line(&mut self) -> Result<&mut Line> {
        self.line.as_mut().ok_or_else(|| Error::NotPossible("not connected".to_owned()))
    }

    /// Loses the connection without a word.
    pub fn cut(&mut self) {
        self.line = None;
        self.chat.unanswered();
    }

    /// Whether there is a connection.
    pub fn is_connected(&self) -> bool {
        self.line.is_some()
    }

    /// Connects, or connects again: says what it has, takes what came since, and opens the case to
    /// the team again where the server asks for it.
    pub async fn connect(&mut self) -> Result<()> {
        self.resume().await?;
        self.reopen_if_asked().await
    }

    async fn resume(&mut self) -> Result<()> {
        self.cut();
        let mut line = Line::connect(&self.browser.http).await?;
        let hello = ClientCommand::Hello {
            version: PROTOCOL_VERSION,
            token: self.token.clone(),
            after_seq: self.chat.last_seq(),
            records: self.chat.records(),
        };
        match line.ask(hello).await? {
            Reply::Welcome { session, records, org, page, read_by_client, read_by_staff } => {
                self.line = Some(line);
                self.session = session;
                self.organisation.take_history(&org)?;
                let held = self.chat.records();
                self.chat.take_records(&records, &self.organisation, &[&self.ckem])?;
                if self.chat.records() > held {
                    self.chat.epoch_changed();
                }
                self.chat.take_page(&page, &self.organisation)?;
                self.chat.read_by_client = read_by_client;
                self.chat.read_by_staff = read_by_staff;
                while self.chat.last_seq() < page.last_seq {
                    self.fetch_after().await?;
                }
                Ok(())
            }
            other => Err(unexpected(other)),
        }
    }

    /// The exit: ends the token and the socket.
    pub async fn lock(&mut self) -> Result<()> {
        let body = LockSession { token: self.token.clone() };
        self.browser.http.tell(Method::POST, "/api/session/lock", &body).await
    }

    /// Fetches the organisation again: a new record must name the current roster.
    async fn fetch_org(&mut self) -> Result<()> {
        let state = org_state(&self.browser).await?;
        self.organisation.take_state(&state)
    }
}

/// The organisation, fetched and verified under the root that the page carries.
async fn verified(browser: &Browser, root: PublicKey) -> Result<Box<Organisation>> {
    let state: OrgState = org_state(browser).await?;
    let mut organisation = Organisation::new(state.org_id.0, root);
    organisation.take_state(&state)?;
    let now = browser.clock.now_unsigned();
    if organisation.standing(now)? == crypto::roster::Standing::Expired {
        return Err(Error::alarm("the staff list has expired"));
    }
    Ok(Box::new(organisation))
}

fn text(text: &str) -> Body {
    Body::Text { t: text.to_owned() }
}

fn empty_chat(case: CaseKeys) -> HeldLane {
    HeldLane::new(case, LaneKind::Chat)
}
