//! E-mail addresses of staff: what they sign in with, known to the database by a keyed hash.

use crypto::opaque::ServerSetup;

/// A normalised address with its credential id, which is also what the database finds it by.
pub(crate) struct Email {
    /// Trimmed and in lower case.
    pub(crate) address: String,
    /// HMAC of the address under a key derived from the OPAQUE setup.
    pub(crate) credential_id: crypto::Hash,
}

impl std::fmt::Debug for Email {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Email(redacted)")
    }
}

impl Email {
    /// Normalises what was typed; none when it is not of the form `name@host`.
    pub(crate) fn read(typed: &str, setup: &ServerSetup) -> Option<Self> {
        let address = typed.trim().to_lowercase();
        let (name, host) = address.split_once('@')?;
        let plain = |c: char| !c.is_whitespace() && !c.is_control() && c != '@';
        let fits = !name.is_empty() && !host.is_empty() && address.len() <= 254;
        if !fits || !name.chars().all(plain) || !host.chars().all(plain) {
            return None;
        }
        let credential_id = setup.credential_id(&address);
        Some(Self { address, credential_id })
    }

    /// The keyed hash as the database knows it.
    pub(crate) fn tag(&self) -> domain::Hash {
        domain::Hash::new(self.credential_id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_in_two_spellings_is_one_account() {
        let setup = ServerSetup::new(&crypto::Secret::new([7; 32]));
        let read = |typed| Email::read(typed, &setup).map(|email| email.credential_id);
        assert_eq!(read(" Sari@Aman.example "), read("sari@aman.example"));
        assert_ne!(read("sari@aman.example"), read("dewi@aman.example"));
        for wrong in ["", "sari", "@aman.example", "sari@", "a b@c", "a@b@c"] {
            assert!(read(wrong).is_none(), "{wrong}");
        }
    }
}
