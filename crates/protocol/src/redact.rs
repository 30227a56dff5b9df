//! `Debug` of types that hold an address, a name, a code, a secret or an access token.

/// Shows the named fields and hides every other.
macro_rules! debug_only {
    ($($name:ident { $($shown:ident),* })+) => {$(
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name))
                    $(.field(stringify!($shown), &self.$shown))*
                    .finish_non_exhaustive()
            }
        }
    )+};
}
pub(crate) use debug_only;

#[cfg(test)]
mod tests {
    use crate::{
        Blob, EnrolFinish, EnrolStart, EnrolStarted, Enrolment, Hash, Id, InviteId, Refreshed,
        SignInStart, SignInTotp, SignedIn, StaffCommand, StaffName, Unlocked, VaultBlob,
    };

    const SECRET: &str = "never shown";

    #[test]
    fn neither_people_nor_secrets_are_shown() {
        let id = || Id([1; 16]);
        let (text, blob) = (|| SECRET.to_owned(), || Blob(vec![1]));
        let vault = || VaultBlob { version: 1, blob: blob() };
        let shown = [
            format!("{:?}", SignInStart { email: text(), request: blob() }),
            format!("{:?}", SignInTotp { sign_in: id(), code: text() }),
            format!("{:?}", Refreshed { token: text(), expires: 1 }),
            format!("{:?}", StaffName { staff_id: id(), name: text() }),
            format!("{:?}", StaffCommand::Token { token: text() }),
            format!("{:?}", StaffCommand::Confirm { code: text() }),
            format!("{:?}", StaffCommand::StaffHello { version: 1, token: text(), resuming: true }),
            format!(
                "{:?}",
                SignedIn {
                    staff_id: id(),
                    name: text(),
                    roles: Vec::new(),
                    sid: id(),
                    token: text(),
                    expires: 1,
                    vault: vault(),
                }
            ),
            format!(
                "{:?}",
                Unlocked { staff_id: id(), name: text(), roles: Vec::new(), vault: vault() }
            ),
            format!("{:?}", EnrolStart { iid: InviteId([1; 16]), email: text(), request: blob() }),
            format!(
                "{:?}",
                EnrolStarted {
                    org_id: id(),
                    staff_id: id(),
                    roles: Vec::new(),
                    response: blob(),
                    opaque_pk: blob(),
                    totp_secret: text(),
                    orgkeys: None,
                }
            ),
            format!(
                "{:?}",
                EnrolFinish {
                    iid: InviteId([1; 16]),
                    email: text(),
                    upload: blob(),
                    totp: text(),
                    name: text(),
                    q: blob(),
                    sig: blob(),
                    mac: blob(),
                    vault: blob(),
                }
            ),
            format!(
                "{:?}",
                Enrolment {
                    staff_id: id(),
                    iid_hash: Hash([1; 32]),
                    name: text(),
                    roles: Vec::new(),
                    q: blob(),
                    sig: blob(),
                    mac: blob(),
                }
            ),
        ];
        for shown in shown {
            assert!(!shown.contains(SECRET), "{shown}");
        }
    }
}
