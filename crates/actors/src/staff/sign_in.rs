//! Sign-in, the passphrase again after a reload, and tokens.

use std::collections::BTreeMap;

use crypto::opaque::{ClientLogin, SignedIn as OpaqueDone};
use crypto::vault::VaultKey;
use protocol::{
    Blob, ErrorCode, Id, RefreshStart, Refreshed, SignInFinish, SignInStart, SignInStarted,
    SignInTotp, SignedIn, UnlockFinish, UnlockStart, UnlockStarted, Unlocked,
};
use reqwest::Method;

use super::vault::Vault;
use super::{Credentials, StaffMember, org_state};
use crate::{Browser, Error, Result};

/// The tokens of one sign-in.
#[derive(Clone)]
pub(super) struct SignIn {
    pub(super) sid: Id,
    pub(super) token: String,
    pub(super) cookie: Option<String>,
}

impl std::fmt::Debug for SignIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SignIn(..)")
    }
}

impl StaffMember {
    /// Signs in with passphrase and one-time code, and opens the vault.
    pub async fn sign_in(browser: &Browser, mut credentials: Credentials) -> Result<Self> {
        let org_id = org_state(browser).await?.org_id.0;
        let (sign_in, export_key) = first_factor(browser, &credentials).await?;
        let (signed_in, cookie) = second_factor(browser, &mut credentials, sign_in).await?;
        let vault_key = VaultKey::new(&export_key, &org_id, &signed_in.staff_id.0);
        let vault = Vault::open(vault_key, &signed_in.vault)?;
        check_pin(&vault, &credentials)?;
        Ok(Self {
            browser: browser.clone(),
            credentials,
            staff_id: signed_in.staff_id.0,
            name: signed_in.name,
            roles: signed_in.roles,
            sign_in: SignIn { sid: signed_in.sid, token: signed_in.token, cookie },
            vault,
            org_id,
            organisation: None,
            seen: None,
            halves: BTreeMap::new(),
        })
    }

    /// The desk was reloaded: the passphrase opens the vault again while the sign-in lives.
    pub async fn unlock(&mut self) -> Result<()> {
        let (login, request) =
            ClientLogin::start(&self.credentials.passphrase, &self.browser.random.secret()?)
                .map_err(Error::alarm)?;
        let http = &self.browser.http;
        let token = &self.sign_in.token;
        let start = UnlockStart { request: Blob(request) };
        let started: UnlockStarted = http.post_as(token, "/api/staff/unlock/start", &start).await?;
        let done = finish_login(&self.browser, login, &self.credentials, &started.response)?;
        let finish = UnlockFinish { unlock: started.unlock, finalization: Blob(done.finalization) };
        let unlocked: Unlocked = http.post_as(token, "/api/staff/unlock/finish", &finish).await?;
        let vault_key = VaultKey::new(&done.export_key, &self.org_id, &unlocked.staff_id.0);
        let vault = Vault::open(vault_key, &unlocked.vault)?;
        if vault.version < self.vault.version {
            return Err(Error::alarm("an older vault than the one known"));
        }
        check_pin(&vault, &self.credentials)?;
        self.vault = vault;
        self.halves.clear();
        Ok(())
    }

    /// A new access token by the cookie, which changes too.
    pub async fn refresh(&mut self) -> Result<()> {
        let body = RefreshStart { sid: self.sign_in.sid };
        let cookie = self.sign_in.cookie.as_deref();
        let (refreshed, next): (Refreshed, _) =
            self.browser.http.post_cookie("/api/refresh", &body, cookie).await?;
        self.sign_in.token = refreshed.token;
        if next.is_some() {
            self.sign_in.cookie = next;
        }
        Ok(())
    }

    /// Ends the sign-in.
    pub async fn sign_out(self) -> Result<()> {
        let body = RefreshStart { sid: self.sign_in.sid };
        let http = &self.browser.http;
        http.tell_cookie("/api/sign-out", &body, self.sign_in.cookie.as_deref()).await
    }

    /// The refresh cookie, `name=value`.
    pub fn cookie(&self) -> Option<&str> {
        self.sign_in.cookie.as_deref()
    }
}

/// OPAQUE's two round trips, up to where the second factor is asked for.
async fn first_factor(
    browser: &Browser,
    credentials: &Credentials,
) -> Result<(Id, crypto::Secret<64>)> {
    let (login, request) = ClientLogin::start(&credentials.passphrase, &browser.random.secret()?)
        .map_err(Error::alarm)?;
    let start = SignInStart { email: credentials.email.clone(), request: Blob(request) };
    let started: SignInStarted = browser.http.post("/api/sign-in/start", &start).await?;
    let done = finish_login(browser, login, credentials, &started.response)?;
    let finish = SignInFinish { sign_in: started.sign_in, finalization: Blob(done.finalization) };
    browser.http.tell(Method::POST, "/api/sign-in/finish", &finish).await?;
    Ok((started.sign_in, done.export_key))
}

/// The oldest code may grow too old on its way: then the next one is given.
async fn second_factor(
    browser: &Browser,
    credentials: &mut Credentials,
    sign_in: Id,
) -> Result<(SignedIn, Option<String>)> {
    let code = credentials.next_code(browser.clock.now_unsigned())?;
    let http = &browser.http;
    let first = http.post_cookie("/api/sign-in/totp", &SignInTotp { sign_in, code }, None).await;
    let refused = matches!(&first, Err(why) if why.code() == Some(ErrorCode::TotpFailed));
    if !refused {
        return first;
    }
    match credentials.next_code(browser.clock.now_unsigned()) {
        Ok(code) => {
            http.post_cookie("/api/sign-in/totp", &SignInTotp { sign_in, code }, None).await
        }
        Err(_) => first,
    }
}

/// A passphrase that is wrong shows here already, before the server is told.
fn finish_login(
    browser: &Browser,
    login: ClientLogin,
    credentials: &Credentials,
    answer: &Blob,
) -> Result<OpaqueDone> {
    login
        .finish(
            &credentials.passphrase,
            &answer.0,
            &credentials.opaque_pk,
            &browser.random.secret()?,
        )
        .map_err(|why| Error::NotPossible(why.to_string()))
}

fn check_pin(vault: &Vault, credentials: &Credentials) -> Result<()> {
    if vault.keys.opaque_pk == credentials.opaque_pk {
        Ok(())
    } else {
        Err(Error::alarm("the vault pins another key of the server"))
    }
}
