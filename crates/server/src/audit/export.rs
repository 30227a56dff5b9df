//! Entries on their way out of the service: ids, codes and times, and what proves them.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, SecondsFormat};
use crypto::audit::Written;
use serde::{Deserialize, Serialize};
use storage::audit::RawLink;
use storage::{Result, Store};

use super::Filter;

/// How often one page looks for entries that fit, so that it comes in its time.
const LOOKS: u32 = 32;
/// Entries that one page holds, so that it fits into a line of the admin socket.
const HELD: usize = 64;

/// One entry. Ids and hashes are base64url; what cannot be read of a damaged entry is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exported {
    /// Its number.
    pub n: u64,
    /// When, UTC.
    pub time: Option<String>,
    /// `client`, `staff`, `cli` or `service`.
    pub actor: Option<String>,
    /// The id of a member of staff, or an account's name.
    pub by: Option<String>,
    /// What, as a code.
    pub event: Option<String>,
    /// The case it was done to.
    pub case: Option<String>,
    /// The member of staff it was done to.
    pub staff: Option<String>,
    /// What more there is to say, as a code.
    pub detail: Option<String>,
    /// The bytes that the chain holds.
    pub entry: String,
    /// `a_n`.
    pub a: String,
}

/// A page of entries, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Export {
    /// The entries.
    pub entries: Vec<Exported>,
    /// Up to which number was looked.
    pub reached: u64,
    /// Whether the chain's end was reached.
    pub is_all: bool,
}

/// Gives the entries after a number that a filter lets through.
pub(crate) async fn export(store: &Store, filter: &Filter, after: u64) -> Result<Export> {
    let mut page = Export { entries: Vec::new(), reached: after, is_all: false };
    for _ in 0..LOOKS {
        // No more than the page has room for: each entry is read once.
        let room = HELD.saturating_sub(page.entries.len());
        if room == 0 || page.is_all {
            break;
        }
        let lines = store.audit.raw(page.reached, u32::try_from(room).unwrap_or(u32::MAX)).await?;
        page.is_all = lines.len() < room;
        page.reached = lines.last().map_or(page.reached, |line| line.n);
        page.entries.extend(lines.iter().filter(|line| filter.fits(&line.entry)).map(exported));
    }
    Ok(page)
}

/// A moment (ms since 1970) in UTC; none far outside of the calendar.
pub(super) fn time_text(at: i64) -> Option<String> {
    let time = DateTime::from_timestamp_millis(at)?;
    Some(time.to_rfc3339_opts(SecondsFormat::Millis, true))
}

fn exported(RawLink { n, entry, a }: &RawLink) -> Exported {
    let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let read = Written::read(entry);
    let of = |part: fn(&Written<'_>) -> Option<String>| read.as_ref().and_then(part);
    Exported {
        n: *n,
        time: of(|read| time_text(read.at)),
        actor: of(|read| Some(read.kind.to_owned())),
        by: of(|read| match read.kind {
            _ if read.actor.is_empty() => None,
            "cli" => Some(String::from_utf8_lossy(read.actor).into_owned()),
            _ => Some(URL_SAFE_NO_PAD.encode(read.actor)),
        }),
        event: of(|read| Some(read.event.to_owned())),
        case: of(|read| read.case.map(|case| URL_SAFE_NO_PAD.encode(case))),
        staff: of(|read| read.staff.map(|staff| URL_SAFE_NO_PAD.encode(staff))),
        detail: of(|read| read.detail.map(str::to_owned)),
        entry: text(entry),
        a: text(a.as_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use domain::Hash;

    use super::*;

    #[test]
    fn what_cannot_be_read_is_given_away_all_the_same() {
        let entry = Written {
            at: 1_780_000_000_000,
            kind: "cli",
            actor: b"root",
            event: "of_a_newer_version",
            case: None,
            staff: Some([0; 16]),
            detail: Some("level.3"),
        };
        let link = |entry| RawLink { n: 3, entry, a: Hash::new([0; 32]) };
        let read = exported(&link(entry.write()));
        assert_eq!(read.time.as_deref(), Some("2026-05-28T20:26:40.000Z"));
        assert_eq!((read.actor.as_deref(), read.by.as_deref()), (Some("cli"), Some("root")));
        assert_eq!(read.event.as_deref(), Some("of_a_newer_version"));
        assert_eq!(read.staff.as_deref(), Some("AAAAAAAAAAAAAAAAAAAAAA"));
        assert_eq!((read.case.as_deref(), read.detail.as_deref()), (None, Some("level.3")));

        let damaged = exported(&link(vec![0]));
        assert_eq!((damaged.n, damaged.event, damaged.entry.as_str()), (3, None, "AA"));
    }
}
