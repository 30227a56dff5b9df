//! Staff members: invites, enrolments, what a sign-in needs, status.

use async_trait::async_trait;
use domain::audit::Actor;
use domain::board::OnDuty;
use domain::policy::Candidate;
use domain::staff::Status;
use domain::{Hash, Kid, Opening, Roles, Session, StaffId, Timestamp};

use crate::Result;

/// An invite, known by a hash only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invite {
    /// `H(iid)`.
    pub iid_hash: Hash,
    /// Who they will be; an existing id for a re-enrolment.
    pub staff: StaffId,
    /// What they will be.
    pub roles: Roles,
    /// Not valid from here on.
    pub expires_at: Timestamp,
}

/// Everything of a new staff member, posted at once.
#[derive(Clone)]
pub struct Enrolment {
    /// The invite it uses.
    pub iid_hash: Hash,
    /// `C("rec/enrol", ..)`.
    pub q: Vec<u8>,
    /// Self-signature over `q`.
    pub sig: [u8; 64],
    /// `HMAC(imac, q)`, which the admin's browser checks.
    pub mac: [u8; 32],
    /// Signing key.
    pub sig_kid: Kid,
    /// Box key.
    pub kem_kid: Kid,
    /// Name among staff.
    pub display_name: String,
    /// Keyed hash of the normalised e-mail.
    pub email_tag: Hash,
    /// The e-mail.
    pub email: String,
    /// OPAQUE registration record.
    pub opaque: Vec<u8>,
    /// TOTP secret.
    pub totp: Vec<u8>,
    /// First vault blob, version 1.
    pub vault: Vec<u8>,
    /// When.
    pub now: Timestamp,
}

/// An enrolment that waits to be signed into a roster.
#[derive(Clone, PartialEq, Eq)]
pub struct WaitingEnrolment {
    /// Who.
    pub staff: StaffId,
    /// What they will be.
    pub roles: Roles,
    /// The number that clients will read; no two staff members share one.
    pub alias: u32,
    /// `C("rec/enrol", ..)`.
    pub q: Vec<u8>,
    /// Self-signature.
    pub sig: [u8; 64],
    /// Checked by the admin's browser.
    pub mac: [u8; 32],
    /// The invite it used, so that the admin's browser finds its `imac`.
    pub iid_hash: Hash,
    /// Name among staff.
    pub display_name: String,
    /// When it came.
    pub at: Timestamp,
}

/// How far a staff member is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Standing {
    /// Enrolled, not yet in a roster.
    Waiting,
    /// In the newest roster.
    Member,
    /// Was in a roster, is not in the newest.
    Former,
}

/// A staff member, for lists.
#[derive(Clone, PartialEq, Eq)]
pub struct Member {
    /// Who.
    pub staff: StaffId,
    /// Name among staff.
    pub display_name: String,
    /// Number for clients.
    pub alias: u32,
    /// What they may do.
    pub roles: Roles,
    /// How far.
    pub standing: Standing,
    /// May not sign in.
    pub disabled: bool,
    /// Signing key.
    pub sig_kid: Kid,
    /// Box key.
    pub kem_kid: Kid,
    /// What they say about taking clients.
    pub status: Status,
    /// How many clients at once.
    pub limit: u32,
}

/// What a sign-in needs.
#[derive(Clone)]
pub struct Credentials {
    /// Who.
    pub staff: StaffId,
    /// What they may do.
    pub roles: Roles,
    /// May not sign in.
    pub disabled: bool,
    /// OPAQUE registration record.
    pub opaque: Vec<u8>,
    /// TOTP secret.
    pub totp: Vec<u8>,
}

/// The vault blob with its version.
#[derive(Clone, PartialEq, Eq)]
pub struct Vault {
    /// Compare-and-set.
    pub version: u32,
    /// Opens with the passphrase only.
    pub blob: Vec<u8>,
}

/// What ends with a person who is disabled.
#[derive(Debug)]
pub struct Gone {
    /// The active sessions whose counselor is gone now, or where the person had joined.
    pub sessions: Vec<Session>,
    /// Their openings and asks that were not over yet.
    pub openings: Vec<Opening>,
}

/// Staff members.
#[async_trait]
pub trait Staff: Send + Sync {
    /// Stores an invite; audited.
    async fn invite(&self, invite: Invite, by: Actor, now: Timestamp) -> Result<()>;

    /// An invite that still serves.
    ///
    /// # Errors
    /// `NotFound`; `Expired`; `Reused`.
    async fn find_invite(&self, iid_hash: Hash, now: Timestamp) -> Result<Invite>;

    /// The one-time codes' secret that an enrolment was shown: `drawn`, unless the same start has
    /// come before. Another start replaces it.
    ///
    /// # Errors
    /// As [`Staff::find_invite`].
    async fn start_enrolment(
        &self,
        iid_hash: Hash,
        start: Hash,
        drawn: Vec<u8>,
        now: Timestamp,
    ) -> Result<Vec<u8>>;

    /// The secret that the last start of an enrolment was shown, also once the invite is used;
    /// none before a start.
    ///
    /// # Errors
    /// `NotFound`; `Expired`.
    async fn enrolment_secret(&self, iid_hash: Hash, now: Timestamp) -> Result<Option<Vec<u8>>>;

    /// Uses the invite and stores the person, waiting for a roster; audited.
    ///
    /// The same `q` under the same invite again changes nothing.
    ///
    /// # Errors
    /// As `find_invite`; `Exists` when another person has the e-mail.
    async fn enrol(&self, enrolment: Enrolment) -> Result<StaffId>;

    /// Enrolments that wait to be signed, oldest first.
    async fn waiting(&self) -> Result<Vec<WaitingEnrolment>>;

    /// Everybody, by alias.
    async fn list(&self) -> Result<Vec<Member>>;

    /// One staff member.
    async fn get(&self, staff: StaffId) -> Result<Member>;

    /// What a sign-in with this e-mail needs, if anybody has it.
    async fn credentials(&self, email_tag: Hash) -> Result<Option<Credentials>>;

    /// The same for an unlock, where the person is known.
    async fn credentials_of(&self, staff: StaffId) -> Result<Credentials>;

    /// The vault; the server asks only after the second factor.
    async fn vault(&self, staff: StaffId) -> Result<Vault>;

    /// Replaces the vault if it stands at `expected`; gives the new version.
    ///
    /// # Errors
    /// `StaleVersion`.
    async fn put_vault(&self, staff: StaffId, expected: u32, blob: Vec<u8>) -> Result<u32>;

    /// A new passphrase: registration and re-wrapped vault together; audited.
    ///
    /// # Errors
    /// `StaleVersion`.
    async fn change_passphrase(
        &self,
        staff: StaffId,
        opaque: Vec<u8>,
        expected: u32,
        blob: Vec<u8>,
        now: Timestamp,
    ) -> Result<u32>;

    /// Ends sign-ins, assignments, joins and openings at once and freezes every epoch that the
    /// person reads; audited.
    ///
    async fn disable(&self, staff: StaffId, by: Actor, now: Timestamp) -> Result<Gone>;

    /// Sets the status; `false`, and nothing is written, when it stands so already.
    async fn set_status(&self, staff: StaffId, status: Status) -> Result<bool>;

    /// Sets how many clients at once.
    async fn set_limit(&self, staff: StaffId, limit: u32) -> Result<()>;

    /// A staff member as routing reads them: a member who is not disabled.
    async fn candidate(&self, staff: StaffId) -> Result<Candidate>;

    /// As the live board reads them: members who are not disabled, and whoever holds a session.
    async fn on_duty(&self) -> Result<Vec<OnDuty>>;
}
