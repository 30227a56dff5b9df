//! Enrolment by invite: passphrase, second factor, keys.

use crypto::enrol::{Enrolment, Invite};
use crypto::kem::KemKey;
use crypto::opaque::ClientRegistration;
use crypto::sign::SigningKey;
use crypto::statement::OrgKeys;
use crypto::vault::VaultKey;
use crypto::{Id, PublicKey};
use protocol::{Blob, EnrolFinish, EnrolStart, EnrolStarted, InviteId, Role};
use reqwest::Method;

use super::vault::Vault;
use super::{Credentials, StaffMember, VaultKeys};
use crate::{Browser, Error, Result, wire};

/// What a new colleague types.
#[derive(Debug, Clone, Copy)]
pub struct Enrolling<'a> {
    /// The 26 characters handed over outside the system.
    pub invite: &'a str,
    /// The name at sign-in.
    pub email: &'a str,
    /// At least 4 words or 14 characters.
    pub passphrase: &'a str,
    /// The name that colleagues read.
    pub name: &'a str,
    /// The root that the page carries ([`Browser::root`]); none only for the first admin.
    pub root: Option<PublicKey>,
}

impl StaffMember {
    /// Enrols; the answer is what a later sign-in takes.
    pub async fn enrol(browser: &Browser, person: Enrolling<'_>) -> Result<Credentials> {
        let not_an_invite = |_| Error::NotPossible("not an invite".to_owned());
        let invite = Invite::parse(person.invite).map_err(not_an_invite)?;
        let (registration, request) =
            ClientRegistration::start(person.passphrase, &browser.random.secret()?)
                .map_err(Error::alarm)?;
        let start = EnrolStart {
            iid: InviteId(invite.id()),
            email: person.email.to_owned(),
            request: Blob(request),
        };
        let started: EnrolStarted = browser.http.post("/api/enrol/start", &start).await?;
        let opaque_pk = check_server(&started, person.root)?;
        let (upload, export_key) = registration
            .finish(person.passphrase, &started.response.0, &opaque_pk, &browser.random.secret()?)
            .map_err(Error::alarm)?;

        let keys = new_keys(browser, &started.roles, person.root, opaque_pk)?;
        let (org_id, staff_id): (Id, Id) = (started.org_id.0, started.staff_id.0);
        let enrolment = Enrolment::new(&invite, &org_id, &staff_id, &keys.sig, &keys.kem.public());
        let vault_key = VaultKey::new(&export_key, &org_id, &staff_id);
        let credentials = Credentials {
            email: person.email.to_owned(),
            passphrase: person.passphrase.to_owned(),
            totp_secret: started.totp_secret,
            opaque_pk,
            used_steps: Vec::new(),
            confirmed_steps: Vec::new(),
        };
        let finish = EnrolFinish {
            iid: InviteId(invite.id()),
            email: person.email.to_owned(),
            upload: Blob(upload),
            totp: credentials.current_code(browser.clock.now_unsigned())?,
            name: person.name.to_owned(),
            q: Blob(enrolment.record),
            sig: Blob(enrolment.sig.to_vec()),
            mac: Blob(enrolment.mac.to_vec()),
            vault: Vault::seal(browser, &vault_key, 1, &keys)?,
        };
        browser.http.tell(Method::POST, "/api/enrol/finish", &finish).await?;
        Ok(credentials)
    }
}

/// The key of the server to pin: where there are `orgkeys`, they must name it.
fn check_server(started: &EnrolStarted, root: Option<PublicKey>) -> Result<PublicKey> {
    let opaque_pk = wire::fixed(&started.opaque_pk)?;
    match (&started.orgkeys, root) {
        (Some(statement), Some(root)) => {
            let keys: OrgKeys = wire::statement(statement)?
                .verify(&root, &started.org_id.0)
                .map_err(Error::alarm)?;
            if keys.opaque_pk == opaque_pk {
                Ok(opaque_pk)
            } else {
                Err(Error::alarm("orgkeys name another key of the server"))
            }
        }
        (None, None) => Ok(opaque_pk),
        (Some(_), None) => Err(Error::alarm("orgkeys, and no root to judge them by")),
        (None, Some(_)) => Err(Error::alarm("a root, and no orgkeys under it")),
    }
}

fn new_keys(
    browser: &Browser,
    roles: &[Role],
    root: Option<PublicKey>,
    opaque_pk: PublicKey,
) -> Result<VaultKeys> {
    let roster = if roles.contains(&Role::Admin) {
        Some(SigningKey::from_seed(&browser.random.secret()?))
    } else {
        None
    };
    Ok(VaultKeys {
        sig: SigningKey::from_seed(&browser.random.secret()?),
        kem: KemKey::new(browser.random.secret()?),
        root,
        opaque_pk,
        roster,
        invites: Vec::new(),
    })
}
