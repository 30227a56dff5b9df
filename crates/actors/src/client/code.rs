//! The case code: made on demand, and used from any browser.

use crypto::PublicKey;
use crypto::case_id::CaseKeys;
use crypto::code::{CaseCode, CodeKeys, unwrap_client, wrap_client};
use protocol::{Blob, Credential, PutCode, Return, Returned, Token};
use reqwest::Method;

use super::{Client, empty_chat, verified};
use crate::{Browser, Error, Organisation, Result};

impl Client {
    /// Draws a code and has the server keep what it opens; gives the code as it is shown.
    pub async fn make_code(&mut self) -> Result<String> {
        let code = draw(&self.browser)?;
        let keys = stretch(&code, &self.organisation)?;
        let wrap = wrap_client(
            &keys.wrap,
            &self.browser.random.bytes()?,
            &self.case.org_id,
            &self.case.case_id,
            &self.csig,
            &self.ckem,
        );
        let body = PutCode {
            token: self.token.clone(),
            cred: Credential(*keys.cred.expose()),
            wrap: Blob(wrap),
        };
        self.browser.http.tell(Method::PUT, "/api/session/code", &body).await?;
        self.session.has_code = true;
        Ok(code.grouped().to_string())
    }

    /// Comes back with a code, in a browser that knows nothing else.
    pub async fn come_back(browser: &Browser, root: PublicKey, typed: &str) -> Result<Self> {
        let code = CaseCode::parse(typed).map_err(|why| Error::NotPossible(why.to_string()))?;
        let mut organisation = verified(browser, root).await?;
        let keys = stretch(&code, &organisation)?;
        let token = Token(browser.random.bytes()?);
        let body =
            Return { cred: Credential(*keys.cred.expose()), token: token.clone(), pow: None };
        let Returned { wrap, case: view } = browser.http.post("/api/return", &body).await?;

        let case = CaseKeys {
            org_id: organisation.id(),
            case_id: view.case_id.0,
            csig_pk: view.csig_pk.0,
            ckem_pk: view.ckem_pk.0,
        };
        let unwrapped = unwrap_client(&keys.wrap, &case.org_id, &case.case_id, &wrap.0);
        let (csig, ckem) =
            unwrapped.map_err(|_| Error::alarm("the code does not open what came"))?;
        if !case.id_matches() || csig.public() != case.csig_pk || ckem.public() != case.ckem_pk {
            return Err(Error::alarm("the case is not that of its keys"));
        }
        organisation.take_history(&view.org)?;
        let mut chat = empty_chat(case);
        let [lane] = view.lanes.as_slice() else {
            return Err(Error::alarm("a client reads one lane"));
        };
        chat.take_records(&lane.records, &organisation, &[&ckem])?;
        chat.take_first_page(&lane.page, &organisation)?;
        chat.read_by_client = lane.read_by_client;
        chat.read_by_staff = lane.read_by_staff;
        Ok(Self {
            browser: browser.clone(),
            chat,
            session: view.session,
            organisation,
            csig,
            ckem,
            case,
            token,
            line: None,
        })
    }
}

/// What a code gives; takes as long as Argon2 does.
fn stretch(code: &CaseCode, organisation: &Organisation) -> Result<CodeKeys> {
    let orgkeys = organisation.orgkeys()?;
    let params = orgkeys.code_params.first().copied();
    let params = params.ok_or_else(|| Error::alarm("orgkeys without code parameters"))?;
    code.keys(&orgkeys.org_id, &orgkeys.org_salt, params).map_err(Error::alarm)
}

fn draw(browser: &Browser) -> Result<CaseCode> {
    loop {
        if let Some(code) = CaseCode::draw(u64::from_be_bytes(browser.random.bytes()?)) {
            return Ok(code);
        }
    }
}
