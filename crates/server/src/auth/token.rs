//! Access tokens: JWTs signed with `EdDSA`, of five minutes, refused without a database read.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use crypto::Secret;
use crypto::sign::SigningKey;
use domain::{Roles, SignInId, StaffId, Timestamp};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use protocol::{ErrorCode, Id, Role};
use serde::{Deserialize, Serialize};

use crate::org_wire;
use crate::refusal::Refusal;
use crate::secrets::Secrets;

/// How long a token is good.
const LIFE: Duration = Duration::from_mins(5);
/// Whom the tokens are for.
const AUDIENCE: &str = "teduh-staff";
/// How a person was recognised: passphrase and one-time code (RFC 8176).
const METHODS: [&str; 2] = ["pwd", "otp"];
/// What stands before the seed in a private Ed25519 key of PKCS#8.
const PKCS8: [u8; 16] = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];

/// What a token says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Claims {
    /// Who.
    pub(crate) staff: StaffId,
    /// Which sign-in.
    pub(crate) sid: SignInId,
    /// What they could do when it was made.
    pub(crate) roles: Roles,
    /// Not good from here on.
    pub(crate) expires: Timestamp,
}

/// The claims as they stand in the token.
#[derive(Serialize, Deserialize)]
struct Payload {
    iss: String,
    aud: String,
    sub: Id,
    roles: Vec<Role>,
    sid: Id,
    amr: Vec<String>,
    iat: i64,
    exp: i64,
}

/// Makes and reads tokens with the server's ring of keys.
pub(crate) struct Tokens {
    issuer: String,
    keys: Vec<Key>,
}

struct Key {
    kid: String,
    sign: EncodingKey,
    verify: DecodingKey,
}

impl Tokens {
    pub(super) fn new(secrets: &Secrets) -> Self {
        let keys = secrets.jwt.iter().map(|key| Key::new(key.id, key.expose())).collect();
        Self { issuer: format!("teduh:{}", URL_SAFE_NO_PAD.encode(secrets.org_id)), keys }
    }

    /// Makes a token for a sign-in.
    ///
    /// # Errors
    /// `internal` when the library refuses the key.
    pub(crate) fn issue(
        &self,
        staff: StaffId,
        sid: SignInId,
        roles: Roles,
        now: Timestamp,
    ) -> Result<(String, Timestamp), Refusal> {
        let key = self.keys.first().ok_or(ErrorCode::Internal)?;
        let issued = now.0.div_euclid(1000);
        let exp = Timestamp(issued * 1000).plus(LIFE);
        let payload = Payload {
            iss: self.issuer.clone(),
            aud: AUDIENCE.to_owned(),
            sub: Id(*staff.as_bytes()),
            roles: org_wire::roles(roles),
            sid: Id(*sid.as_bytes()),
            amr: METHODS.map(str::to_owned).to_vec(),
            iat: issued,
            exp: exp.0.div_euclid(1000),
        };
        let header = Header { kid: Some(key.kid.clone()), ..Header::new(Algorithm::EdDSA) };
        let token = jsonwebtoken::encode(&header, &payload, &key.sign)
            .map_err(|error| Refusal::internal(&error))?;
        Ok((token, exp))
    }

    /// Reads a token.
    ///
    /// # Errors
    /// `token_invalid` for one that is expired, foreign, of another algorithm or wrongly signed.
    pub(crate) fn read(&self, token: &str, now: Timestamp) -> Result<Claims, Refusal> {
        let claims = self.verified(token).filter(|claims| now < claims.expires);
        claims.ok_or_else(|| ErrorCode::TokenInvalid.into())
    }

    fn verified(&self, token: &str) -> Option<Claims> {
        let kid = jsonwebtoken::decode_header(token).ok()?.kid?;
        let key = self.keys.iter().find(|key| key.kid == kid)?;
        let mut rules = Validation::new(Algorithm::EdDSA);
        rules.set_issuer(&[&self.issuer]);
        rules.set_audience(&[AUDIENCE]);
        rules.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        // The library reads the machine's clock; ours is an argument, and it is checked above.
        rules.validate_exp = false;
        let payload = jsonwebtoken::decode::<Payload>(token, &key.verify, &rules).ok()?.claims;
        (payload.amr == METHODS).then(|| Claims {
            staff: StaffId::new(payload.sub.0),
            sid: SignInId::new(payload.sid.0),
            roles: org_wire::roles_from(&payload.roles),
            expires: Timestamp(payload.exp.saturating_mul(1000)),
        })
    }
}

impl Key {
    fn new(id: u8, seed: &[u8; 32]) -> Self {
        let public = SigningKey::from_seed(&Secret::new(*seed)).public();
        Self {
            kid: id.to_string(),
            sign: EncodingKey::from_ed_der(&[PKCS8.as_slice(), seed].concat()),
            verify: DecodingKey::from_ed_der(&public),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_000_000_000);

    fn tokens(secrets: &Secrets) -> (Tokens, String) {
        let tokens = Tokens::new(secrets);
        let (sari, sid) = (StaffId::new([1; 16]), SignInId::new([2; 16]));
        let roles = Roles::default().with(domain::staff::Role::Counselor);
        let (token, expires) = tokens.issue(sari, sid, roles, NOW).unwrap();
        assert_eq!(tokens.read(&token, NOW).unwrap(), Claims { staff: sari, sid, roles, expires });
        (tokens, token)
    }

    fn refused(tokens: &Tokens, token: &str, now: Timestamp) -> bool {
        tokens.read(token, now).is_err_and(|refusal| refusal.code == ErrorCode::TokenInvalid)
    }

    fn part(json: &str) -> String {
        URL_SAFE_NO_PAD.encode(json)
    }

    #[test]
    fn a_token_lasts_five_minutes() {
        let (tokens, token) = tokens(&Secrets::draw().unwrap());
        assert!(tokens.read(&token, NOW.plus(LIFE).minus(Duration::from_millis(1))).is_ok());
        assert!(refused(&tokens, &token, NOW.plus(LIFE)));
    }

    #[test]
    fn a_foreign_token_is_refused() {
        let secrets = Secrets::draw().unwrap();
        let (tokens, _) = tokens(&secrets);
        let (_, of_other_keys) = self::tokens(&Secrets::draw().unwrap());
        assert!(refused(&tokens, &of_other_keys, NOW));
        let mut other_org = secrets;
        other_org.org_id = [9; 16];
        let (_, of_other_org) = self::tokens(&other_org);
        assert!(refused(&tokens, &of_other_org, NOW));
    }

    #[test]
    fn another_algorithm_is_refused_also_with_the_public_key_as_secret() {
        let secrets = Secrets::draw().unwrap();
        let (tokens, token) = tokens(&secrets);
        let payload = token.split('.').nth(1).unwrap();
        for alg in ["none", "None", "HS256"] {
            let head = part(&format!(r#"{{"typ":"JWT","alg":"{alg}","kid":"1"}}"#));
            assert!(refused(&tokens, &format!("{head}.{payload}."), NOW), "{alg}");
        }
        let seed = Secret::new(*secrets.jwt[0].expose());
        let public = SigningKey::from_seed(&seed).public();
        let head = part(r#"{"typ":"JWT","alg":"HS256","kid":"1"}"#);
        let signed = format!("{head}.{payload}");
        let mac = URL_SAFE_NO_PAD.encode(crypto::hash::hmac(&public, signed.as_bytes()));
        assert!(refused(&tokens, &format!("{signed}.{mac}"), NOW));
    }

    #[test]
    fn a_changed_token_is_refused() {
        let (tokens, token) = tokens(&Secrets::draw().unwrap());
        let mut parts: Vec<String> = token.split('.').map(str::to_owned).collect();
        let payload = URL_SAFE_NO_PAD.decode(&parts[1]).unwrap();
        let payload = String::from_utf8(payload).unwrap().replace("counselor", "admin");
        parts[1] = part(&payload);
        assert!(refused(&tokens, &parts.join("."), NOW));
        for broken in ["", "a.b.c", &token[1..], &token[..token.len() - 3]] {
            assert!(refused(&tokens, broken, NOW), "{broken}");
        }
    }

    #[test]
    fn an_older_key_of_the_ring_still_verifies() {
        let mut secrets = Secrets::draw().unwrap();
        let (_, token) = tokens(&secrets);
        let mut newer = Secrets::draw().unwrap().jwt;
        newer[0].id = 2;
        newer.append(&mut secrets.jwt);
        secrets.jwt = newer;
        assert!(Tokens::new(&secrets).read(&token, NOW).is_ok());
    }
}
