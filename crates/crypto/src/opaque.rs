//! OPAQUE sign-in, both sides, over plain bytes; nobody else needs to know the library.
//!
//! Ristretto255 and SHA-512, triple Diffie-Hellman, context and identifiers left at their
//! defaults. Every function that draws takes a fresh random seed of 32 bytes.

use opaque_ke::errors::{InternalError, ProtocolError};
use opaque_ke::generic_array::{ArrayLength, GenericArray};
use opaque_ke::rand::{self, CryptoRng, RngCore};
use opaque_ke::{
    ClientLoginFinishParameters, ClientRegistrationFinishParameters, CredentialFinalization,
    CredentialRequest, CredentialResponse, RegistrationRequest, RegistrationResponse,
    RegistrationUpload, Ristretto255, ServerLoginParameters, TripleDh,
};
use zeroize::Zeroizing;

use crate::encode::c;
use crate::hash::{hkdf, hmac};
use crate::{Hash, PublicKey, Secret};

/// Why a step of OPAQUE fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpaqueError {
    /// A message or a stored value is not of its form.
    #[error("O1: malformed bytes")]
    O1Malformed,
    /// The passphrase is not that of the registration, or the other side is another one.
    #[error("O2: sign-in fails")]
    O2SignIn,
    /// The server's static key is not the pinned one: stop the sign-in.
    #[error("O3: another server key")]
    O3ServerKey,
}

/// The cipher suite that browser and server share.
struct Suite;

impl opaque_ke::CipherSuite for Suite {
    type OprfCs = Ristretto255;
    type KeyExchange = TripleDh<Ristretto255, sha2_010::Sha512>;
    type Ksf = StaffKsf;
}

/// Argon2id, m 65536, t 3, p 1, salt of 16 zero bytes, filling the full output.
///
/// Its `Default` carries these parameters: `argon2::Argon2` itself would silently use weaker ones
/// wherever the library is given none.
struct StaffKsf(argon2::Params);

impl Default for StaffKsf {
    fn default() -> Self {
        let Ok(params) = argon2::Params::new(65536, 3, 1, None) else {
            unreachable!("constant and valid")
        };
        Self(params)
    }
}

impl opaque_ke::ksf::Ksf for StaffKsf {
    fn hash<L: ArrayLength<u8>>(
        &self,
        input: GenericArray<u8, L>,
    ) -> Result<GenericArray<u8, L>, InternalError> {
        let mut output = GenericArray::default();
        let version = argon2::Version::V0x13;
        argon2::Argon2::new(argon2::Algorithm::Argon2id, version, self.0.clone())
            .hash_password_into(&input, &[0; 16], &mut output)
            .map_err(|_| InternalError::KsfError)?;
        Ok(output)
    }
}

/// The server's setup; losing it means that all staff enrol again.
pub struct ServerSetup(opaque_ke::ServerSetup<Suite>);

impl std::fmt::Debug for ServerSetup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ServerSetup(..)")
    }
}

impl ServerSetup {
    /// Makes a setup, once in the life of an organisation.
    pub fn new(seed: &Secret<32>) -> Self {
        Self(opaque_ke::ServerSetup::new(&mut Seeded::new(seed)))
    }

    /// The bytes to store among the server's secrets.
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(self.0.serialize().to_vec())
    }

    /// Reads stored bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, OpaqueError> {
        opaque_ke::ServerSetup::deserialize(bytes).map(Self).map_err(malformed)
    }

    /// The static key that `orgkeys.opaque_pk` names.
    pub fn public_key(&self) -> PublicKey {
        fixed(&self.0.keypair().public().serialize())
    }

    /// The credential id of a normalised e-mail address, known or not.
    pub fn credential_id(&self, email: &str) -> Hash {
        let key: Secret<32> = hkdf(&self.to_bytes(), b"", &c("srv/opaque-id", &[]));
        hmac(key.expose(), email.as_bytes())
    }

    /// Answers a registration request.
    pub fn registration_start(
        &self,
        request: &[u8],
        credential_id: &Hash,
    ) -> Result<Vec<u8>, OpaqueError> {
        let request = RegistrationRequest::deserialize(request).map_err(malformed)?;
        opaque_ke::ServerRegistration::<Suite>::start(&self.0, request, credential_id)
            .map(|answer| answer.message.serialize().to_vec())
            .map_err(malformed)
    }

    /// Answers a login request; without a registration the answer is a fake of the same shape.
    pub fn login_start(
        &self,
        registration: Option<&Registration>,
        request: &[u8],
        credential_id: &Hash,
        seed: &Secret<32>,
    ) -> Result<(Vec<u8>, ServerLogin), OpaqueError> {
        let registration = registration
            .map(|record| opaque_ke::ServerRegistration::deserialize(&record.0).map_err(malformed))
            .transpose()?;
        let started = opaque_ke::ServerLogin::start(
            &mut Seeded::new(seed),
            &self.0,
            registration,
            CredentialRequest::deserialize(request).map_err(malformed)?,
            credential_id,
            ServerLoginParameters::default(),
        )
        .map_err(sign_in)?;
        Ok((started.message.serialize().to_vec(), ServerLogin(started.state)))
    }
}

/// What the server stores of a registration.
#[derive(Clone, PartialEq, Eq)]
pub struct Registration(Vec<u8>);

impl std::fmt::Debug for Registration {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Registration(..)")
    }
}

impl Registration {
    /// Takes the browser's upload.
    pub fn finish(upload: &[u8]) -> Result<Self, OpaqueError> {
        let upload = RegistrationUpload::<Suite>::deserialize(upload).map_err(malformed)?;
        Ok(Self(opaque_ke::ServerRegistration::finish(upload).serialize().to_vec()))
    }

    /// Reads stored bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, OpaqueError> {
        opaque_ke::ServerRegistration::<Suite>::deserialize(bytes).map_err(malformed)?;
        Ok(Self(bytes.to_vec()))
    }

    /// The bytes to store.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// A login between its two round trips.
pub struct ServerLogin(opaque_ke::ServerLogin<Suite>);

impl std::fmt::Debug for ServerLogin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ServerLogin(..)")
    }
}

impl ServerLogin {
    /// The bytes to keep between the round trips.
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(self.0.serialize().to_vec())
    }

    /// Reads kept bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, OpaqueError> {
        opaque_ke::ServerLogin::deserialize(bytes).map(Self).map_err(malformed)
    }

    /// Checks that the browser knows the passphrase; gives the shared session key.
    pub fn finish(self, finalization: &[u8]) -> Result<Secret<64>, OpaqueError> {
        let message = CredentialFinalization::deserialize(finalization).map_err(malformed)?;
        let done = self.0.finish(message, ServerLoginParameters::default()).map_err(sign_in)?;
        Ok(Secret::new(fixed(&done.session_key)))
    }
}

/// A browser's registration between its two steps.
pub struct ClientRegistration(opaque_ke::ClientRegistration<Suite>);

impl ClientRegistration {
    /// Begins; returns the request for the server.
    pub fn start(passphrase: &str, seed: &Secret<32>) -> Result<(Self, Vec<u8>), OpaqueError> {
        let mut rng = Seeded::new(seed);
        let started = opaque_ke::ClientRegistration::start(&mut rng, passphrase.as_bytes())
            .map_err(malformed)?;
        Ok((Self(started.state), started.message.serialize().to_vec()))
    }

    /// Ends; returns the upload and the export key. Takes as long as Argon2 does.
    pub fn finish(
        self,
        passphrase: &str,
        answer: &[u8],
        pinned: &PublicKey,
        seed: &Secret<32>,
    ) -> Result<(Vec<u8>, Secret<64>), OpaqueError> {
        let answer = RegistrationResponse::deserialize(answer).map_err(malformed)?;
        let parameters = ClientRegistrationFinishParameters::default();
        let mut rng = Seeded::new(seed);
        let done =
            self.0.finish(&mut rng, passphrase.as_bytes(), answer, parameters).map_err(sign_in)?;
        check_server_key(&done.server_s_pk.serialize(), pinned)?;
        Ok((done.message.serialize().to_vec(), Secret::new(fixed(&done.export_key))))
    }
}

/// A browser's login between its two steps.
pub struct ClientLogin(opaque_ke::ClientLogin<Suite>);

/// What a finished login gives the browser.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The last message for the server.
    pub finalization: Vec<u8>,
    /// Shared with the server.
    pub session_key: Secret<64>,
    /// Known to the browser only; opens the vault.
    pub export_key: Secret<64>,
}

impl ClientLogin {
    /// Begins; returns the request for the server.
    pub fn start(passphrase: &str, seed: &Secret<32>) -> Result<(Self, Vec<u8>), OpaqueError> {
        let mut rng = Seeded::new(seed);
        let started =
            opaque_ke::ClientLogin::start(&mut rng, passphrase.as_bytes()).map_err(malformed)?;
        Ok((Self(started.state), started.message.serialize().to_vec()))
    }

    /// Ends. Takes as long as Argon2 does.
    pub fn finish(
        self,
        passphrase: &str,
        answer: &[u8],
        pinned: &PublicKey,
        seed: &Secret<32>,
    ) -> Result<SignedIn, OpaqueError> {
        let answer = CredentialResponse::deserialize(answer).map_err(malformed)?;
        let parameters = ClientLoginFinishParameters::default();
        let mut rng = Seeded::new(seed);
        let done =
            self.0.finish(&mut rng, passphrase.as_bytes(), answer, parameters).map_err(sign_in)?;
        check_server_key(&done.server_s_pk.serialize(), pinned)?;
        Ok(SignedIn {
            finalization: done.message.serialize().to_vec(),
            session_key: Secret::new(fixed(&done.session_key)),
            export_key: Secret::new(fixed(&done.export_key)),
        })
    }
}

impl std::fmt::Debug for ClientRegistration {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ClientRegistration(..)")
    }
}

impl std::fmt::Debug for ClientLogin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ClientLogin(..)")
    }
}

fn check_server_key(shown: &[u8], pinned: &PublicKey) -> Result<(), OpaqueError> {
    if shown == pinned { Ok(()) } else { Err(OpaqueError::O3ServerKey) }
}

fn malformed(_: ProtocolError) -> OpaqueError {
    OpaqueError::O1Malformed
}

fn sign_in(_: ProtocolError) -> OpaqueError {
    OpaqueError::O2SignIn
}

/// The suite fixes these lengths.
fn fixed<const N: usize>(bytes: &[u8]) -> [u8; N] {
    let Ok(bytes) = bytes.try_into() else { unreachable!("the cipher suite fixes the length") };
    bytes
}

/// Random bytes stretched from a fresh seed, in the shape that the library draws them.
struct Seeded {
    seed: Secret<32>,
    block: u64,
}

impl Seeded {
    fn new(seed: &Secret<32>) -> Self {
        Self { seed: seed.clone(), block: 0 }
    }
}

impl RngCore for Seeded {
    fn next_u32(&mut self) -> u32 {
        let mut bytes = [0; 4];
        self.fill_bytes(&mut bytes);
        u32::from_be_bytes(bytes)
    }

    fn next_u64(&mut self) -> u64 {
        let mut bytes = [0; 8];
        self.fill_bytes(&mut bytes);
        u64::from_be_bytes(bytes)
    }

    fn fill_bytes(&mut self, out: &mut [u8]) {
        for chunk in out.chunks_mut(32) {
            let block = Zeroizing::new(hmac(self.seed.expose(), &self.block.to_be_bytes()));
            self.block = self.block.wrapping_add(1);
            for (to, from) in chunk.iter_mut().zip(block.iter()) {
                *to = *from;
            }
        }
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), rand::Error> {
        self.fill_bytes(out);
        Ok(())
    }
}

impl CryptoRng for Seeded {}
