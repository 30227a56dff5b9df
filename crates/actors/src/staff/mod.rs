//! A member of staff at their desk: enrolment, sign-in, vault, and what each role does for the
//! organisation.

mod admin;
mod enrol;
mod groups;
mod sign_in;
mod totp;
mod vault;

use std::collections::BTreeMap;

use crypto::kem::KemKey;
use crypto::roster::GroupKind;
use crypto::sign::SigningKey;
use crypto::{Id, PublicKey};
use protocol::{OrgState, PROTOCOL_VERSION, Reply, Role, StaffCommand, StaffOrg};
use reqwest::Method;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop};

pub use admin::CeremonyRequest;
pub use enrol::Enrolling;
pub use vault::VaultKeys;

use crate::{Browser, Error, Line, Organisation, Result, wire};
use sign_in::SignIn;
use vault::Vault;

/// What a person brings to a sign-in, and the pin that their browser keeps.
#[derive(Clone, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
pub struct Credentials {
    /// The name at sign-in.
    pub email: String,
    /// The passphrase.
    pub passphrase: String,
    /// The one-time codes' secret, base32.
    pub totp_secret: String,
    /// The server's OPAQUE key, pinned at enrolment.
    #[serde(with = "crypto::base64url::array")]
    pub opaque_pk: PublicKey,
    /// Steps of the one-time code that were used, so that no code is sent twice.
    #[serde(default)]
    pub used_steps: Vec<u64>,
    /// Steps that were used to confirm a deed.
    #[serde(default)]
    pub confirmed_steps: Vec<u64>,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Credentials(..)")
    }
}

/// A signed-in member of staff with an open vault.
#[derive(Debug)]
pub struct StaffMember {
    /// The browser.
    pub browser: Browser,
    credentials: Credentials,
    staff_id: Id,
    name: String,
    roles: Vec<Role>,
    sign_in: SignIn,
    vault: Vault,
    org_id: Id,
    pub(crate) organisation: Option<Organisation>,
    seen: Option<StaffOrg>,
    pub(crate) halves: BTreeMap<(GroupKind, u32), KemKey>,
}

impl StaffMember {
    /// Who.
    pub fn staff_id(&self) -> Id {
        self.staff_id
    }

    /// The name that colleagues read.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What they may do.
    pub fn roles(&self) -> &[Role] {
        &self.roles
    }

    /// The organisation's id.
    pub fn org_id(&self) -> Id {
        self.org_id
    }

    /// The access token, for a socket.
    pub fn token(&self) -> &str {
        &self.sign_in.token
    }

    /// Connects as a desk; gives the line and what it is welcomed with.
    pub(crate) async fn open_line(&self) -> Result<(Line, Reply)> {
        let mut line = Line::connect(&self.browser.http).await?;
        let (version, token) = (PROTOCOL_VERSION, self.token().to_owned());
        let hello = StaffCommand::StaffHello { version, token, resuming: false };
        let welcome = line.ask(hello).await?;
        Ok((line, welcome))
    }

    /// This sign-in's id.
    pub fn sid(&self) -> protocol::Id {
        self.sign_in.sid
    }

    /// What was used to sign in, with the steps used so far.
    pub fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// A one-time code that was not used yet to confirm a deed.
    pub fn next_confirmation(&mut self) -> Result<String> {
        let now = self.browser.clock.now_unsigned();
        self.credentials.next_confirmation(now)
    }

    /// The own signing key.
    pub fn signing_key(&self) -> &SigningKey {
        &self.vault.keys.sig
    }

    /// The own sealing key.
    pub fn kem_key(&self) -> &KemKey {
        &self.vault.keys.kem
    }

    /// The verified organisation; there is none before the ceremony's file was loaded.
    pub fn organisation(&self) -> Result<&Organisation> {
        self.organisation
            .as_ref()
            .ok_or_else(|| Error::NotPossible("the organisation has no keys yet".to_owned()))
    }

    /// What the server said last of the organisation, statements verified.
    pub fn seen(&self) -> Result<&StaffOrg> {
        self.seen.as_ref().ok_or_else(|| Error::NotPossible("nothing was fetched yet".to_owned()))
    }

    /// The private half of a group's generation, if this person holds it.
    pub fn half(&self, kind: GroupKind, generation: u32) -> Option<&KemKey> {
        self.halves.get(&(kind, generation))
    }

    /// Fetches the organisation, verifies it and opens the own halves of the groups.
    pub async fn fetch_org(&mut self) -> Result<()> {
        let seen: StaffOrg =
            self.browser.http.get_as(&self.sign_in.token, "/api/staff/org").await?;
        self.take_org(seen)
    }

    fn take_org(&mut self, seen: StaffOrg) -> Result<()> {
        if seen.org.org_id.0 != self.org_id {
            return Err(Error::alarm("another organisation"));
        }
        if let Some(root) = self.vault.keys.root {
            let mut organisation =
                self.organisation.take().unwrap_or_else(|| Organisation::new(self.org_id, root));
            organisation.take_staff(&seen)?;
            if organisation.orgkeys()?.opaque_pk != self.credentials.opaque_pk {
                return Err(Error::alarm("orgkeys name another key of the server"));
            }
            self.organisation = Some(organisation);
        }
        self.seen = Some(seen);
        self.open_halves()
    }

    /// What a desk does quietly at each sign-in: fetch, make the groups that are lacking (a
    /// supervisor), renew the roster (supervisor, admin), box halves for whoever lacks one.
    pub async fn settle(&mut self) -> Result<()> {
        self.fetch_org().await?;
        if self.organisation.is_none() {
            return Ok(());
        }
        if self.roles.contains(&Role::Supervisor) {
            self.make_lacking_groups().await?;
        }
        let may_renew = self.roles.iter().any(|role| *role != Role::Counselor);
        if may_renew && self.is_in_roster() {
            self.renew().await?;
        }
        self.box_missing().await
    }

    /// Whether the current roster names this person as active.
    pub fn is_in_roster(&self) -> bool {
        let roster = self.organisation.as_ref().and_then(|org| org.roster().ok());
        roster.is_some_and(|roster| roster.person(&self.staff_id).is_some())
    }

    /// Renews the current roster: it holds for seven days from now.
    pub async fn renew(&mut self) -> Result<()> {
        let (roster_version, hash) = self.organisation()?.roster_head();
        let issued = self.browser.clock.now_unsigned();
        let renewal = crypto::roster::Renewal { org_id: self.org_id, roster_version, hash, issued };
        let key = match &self.vault.keys.roster {
            Some(key) if self.roles.contains(&Role::Admin) => key,
            _ => &self.vault.keys.sig,
        };
        let statement = crypto::statement::Statement::sign(key, &renewal).map_err(Error::alarm)?;
        self.tell(Method::POST, "/api/staff/renewals", &wire::to_wire(&statement)).await
    }

    async fn tell(&self, method: Method, path: &str, body: &impl Serialize) -> Result<()> {
        self.browser.http.tell_as(&self.sign_in.token, method, path, body).await
    }
}

/// The organisation's id as anybody may know it.
pub(crate) async fn org_state(browser: &Browser) -> Result<OrgState> {
    browser.http.get("/api/org").await
}
