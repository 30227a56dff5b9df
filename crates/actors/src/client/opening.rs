//! Opening a case: keys, record 0, consent, intake and the first text, in one request.

use crypto::PublicKey;
use crypto::case_id::CaseKeys;
use crypto::epoch::Reason;
use crypto::kem::KemKey;
use crypto::sign::SigningKey;
use protocol::{Body, Language, Opened, Opening, Routing, Token};

use super::{Client, empty_chat, text, verified};
use crate::lane::own_view;
use crate::{Browser, Error, Result, kind};

/// What the client answers before the chat.
#[derive(Debug, Clone)]
pub struct Intake {
    /// The page's language.
    pub language: Language,
    /// 0 to 3; it routes, in clear.
    pub level: u8,
    /// The sealed answers, if any were given.
    pub answers: Option<Body>,
    /// The first text, if one was written.
    pub first_text: Option<String>,
}

impl Intake {
    /// A first text in Indonesian, and no danger.
    pub fn saying(text: &str) -> Self {
        Self { language: Language::Id, level: 0, answers: None, first_text: Some(text.to_owned()) }
    }

    /// The same at another level.
    #[must_use]
    pub fn at_level(mut self, level: u8) -> Self {
        self.level = level;
        self
    }

    fn messages(&self) -> Vec<(u8, Body)> {
        let consent = Body::Consent {
            // Names no text: an actor reads none.
            version: "0".repeat(64),
            language: self.language,
        };
        let mut messages = vec![(kind::CONSENT, consent)];
        messages.extend(self.answers.clone().map(|answers| (kind::INTAKE, answers)));
        messages.extend(self.first_text.as_deref().map(|first| (kind::TEXT, text(first))));
        messages
    }
}

/// An opening that is ready to be posted, as often as it takes.
#[derive(Debug)]
pub struct Prepared {
    /// The body of the request.
    pub opening: Opening,
    client: Client,
}

impl Client {
    /// Opens a case. `root` is what the page carries ([`Browser::root`]).
    pub async fn open(browser: &Browser, root: PublicKey, intake: &Intake) -> Result<Self> {
        Self::prepare(browser, root, intake).await?.post().await
    }

    /// Makes everything of an opening but the request.
    pub async fn prepare(browser: &Browser, root: PublicKey, intake: &Intake) -> Result<Prepared> {
        let organisation = verified(browser, root).await?;
        let csig = SigningKey::from_seed(&browser.random.secret()?);
        let ckem = KemKey::new(browser.random.secret()?);
        let case = CaseKeys::new(organisation.id(), csig.public(), ckem.public());
        let mut chat = empty_chat(case);
        let (epoch, key) = chat.make_record(browser, &organisation, None, &csig, Reason::Open)?;
        chat.take_records(&[own_view(epoch.clone())], &organisation, &[&ckem])?;
        let writer = crate::lane::Writer { key: &csig, staff: false };
        let messages = chat.seal_beside(browser, writer, &key, &intake.messages())?;
        let token = Token(browser.random.bytes()?);
        let opening = Opening {
            token: token.clone(),
            csig_pk: protocol::PublicKey(case.csig_pk),
            ckem_pk: protocol::PublicKey(case.ckem_pk),
            epoch,
            routing: Routing { language: intake.language, level: intake.level },
            pow: None,
            messages,
        };
        let session = not_yet_opened(intake.level);
        let browser = browser.clone();
        let client =
            Self { browser, chat, session, organisation, csig, ckem, case, token, line: None };
        Ok(Prepared { opening, client })
    }
}

impl Prepared {
    /// Posts the opening. After a lost answer the same is posted again and answered the same.
    pub async fn post(mut self) -> Result<Client> {
        let opened: Opened = self.client.browser.http.post("/api/sessions", &self.opening).await?;
        self.take(&opened)?;
        Ok(self.client)
    }

    fn take(&mut self, opened: &Opened) -> Result<()> {
        let Client { chat, organisation, case, session, .. } = &mut self.client;
        if opened.case_id.0 != case.case_id || opened.stored.len() != self.opening.messages.len() {
            return Err(Error::alarm("another case was opened"));
        }
        session.clone_from(&opened.session);
        for (envelope, ack) in self.opening.messages.iter().zip(&opened.stored) {
            chat.take_own(envelope.clone(), ack, organisation)?;
        }
        Ok(())
    }
}

/// What the page shows before the server has answered.
fn not_yet_opened(level: u8) -> protocol::SessionView {
    protocol::SessionView {
        session_id: protocol::Id([0; 16]),
        state: protocol::SessionState::Waiting,
        level,
        place: None,
        since: 0,
        counselor: None,
        counselor_here: false,
        client: protocol::ClientPresence::Away,
        again: false,
        ended: None,
        reopen: None,
        has_code: false,
        opened: Vec::new(),
        opened_older: 0,
        joined: Vec::new(),
    }
}
