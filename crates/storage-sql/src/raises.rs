//! What raises an escalation: the client by what she does, the counselor with a sealed reason.

use domain::audit::{Actor, Detail, Entry, Event};
use domain::escalation::{Escalation, Source};
use domain::session::{Refused, Session};
use domain::{CaseId, EscId, Kid, Level, Pressed, SessionId, StaffId, Timestamp, access};
use sealing::{Place, ShredKey};
use storage::escalations::{NewRaise, Raise, Raised, Reason, Reasons, Said};
use storage::{Result, Sessions, StorageError};

use crate::db::Tx;
use crate::dialect::Dialect;
use crate::error::from_sealing;
use crate::keystore::KeyKind;
use crate::shared::Shared;
use crate::value::{Row, args, unexpected};
use crate::{audit, escalations, rows, sessions};

/// A raise without its reason.
#[derive(Clone, Copy)]
pub(crate) struct Raising {
    pub(crate) id: EscId,
    pub(crate) source: Source,
    pub(crate) staff: Option<StaffId>,
    pub(crate) level: Level,
    pub(crate) now: Timestamp,
}

/// A reason as its row has it.
pub(crate) struct Sealed {
    rkid: Kid,
    record: Vec<u8>,
    sig: Vec<u8>,
}

impl<DB: Dialect> Shared<DB> {
    /// The counselor who is there raises.
    pub(crate) async fn raise_by_staff(&self, raise: &NewRaise) -> Result<Raised> {
        let NewRaise { id, case, level, staff, now, .. } = *raise;
        let mut tx = self.begin_case(case).await?;
        let newest = rows::newest(&mut tx, case).await?;
        let source = Source::Counselor;
        let raising = Raising { id, source, staff: Some(staff), level, now };
        if let Some(known) = known(&mut tx, &newest, &raising).await? {
            return Ok(known);
        }
        if !access::is_there(&newest, staff, now, &self.times) {
            return Err(Refused::NotYours.into());
        }
        let key = self.keys.get(case, KeyKind::Case).await?;
        let sealed = seal(&key, id, &raise.reason)?;
        let raised = self.put_raise(&mut tx, newest, raising, Some(sealed)).await?;
        tx.commit().await?;
        Ok(raised)
    }

    /// The client raises the level of her session, or says once more that it stands there.
    pub(crate) async fn raise_by_client(
        &self,
        session: SessionId,
        level: Level,
        id: EscId,
        now: Timestamp,
    ) -> Result<Raised> {
        let found = Sessions::get(self, session).await?;
        let open = self.open_escalation(found.case).await?;
        let is_said = match &open {
            _ if !level.escalates() => true,
            Some(open) if open.level >= level => self.covers(open.id, now).await?,
            Some(_) | None => false,
        };
        // A flood ends here: it holds no case and writes nothing.
        if found.level >= level && is_said {
            return Ok(Raised { session: found, escalation: open, fresh: false });
        }
        let (mut tx, session) = self.hold(session).await?;
        let raised = if level.escalates() {
            let source = Source::ClientButton;
            let raising = Raising { id, source, staff: None, level, now };
            if let Some(known) = known(&mut tx, &session, &raising).await? {
                return Ok(known);
            }
            self.put_raise(&mut tx, session, raising, None).await?
        } else {
            let marked = session.clone().raise(level);
            let fresh = marked.is_some();
            let session = marked.unwrap_or(session);
            rows::save(&mut tx, &session).await?;
            Raised { session, escalation: open, fresh }
        };
        tx.commit().await?;
        Ok(raised)
    }

    /// Raises the session and its escalation, in a transaction that holds the case; the audit entry
    /// comes last.
    pub(crate) async fn put_raise(
        &self,
        tx: &mut Tx<DB>,
        session: Session,
        raising: Raising,
        reason: Option<Sealed>,
    ) -> Result<Raised> {
        let Raising { id, source, level, now, .. } = raising;
        let (case, deadlines) = (session.case, &self.times.deadlines);
        let open = escalations::open_one(tx, case).await?;
        let joins = open.is_some();
        let escalation = match open.clone() {
            Some(open) => open.join((source, level), now, deadlines)?,
            None => {
                Escalation::raise(id, case, (source, level), now, deadlines)?.with_client(&session)
            }
        };
        // What staff say has a reason, which is kept; the client's word where it is one more sign.
        let is_news = source.is_staff()
            || open.as_ref() != Some(&escalation)
            || !covered(tx.first(PRESSED, args![escalation.id]).await?.as_ref(), now)?;
        if is_news && joins {
            escalations::update(tx, &escalation).await?;
        } else if is_news {
            escalations::insert(tx, &escalation).await?;
            escalations::stop_clocks(tx, case).await?;
        }
        let risen = session.clone().raise(level);
        if let Some(risen) = &risen {
            rows::save(tx, risen).await?;
        }
        if is_news {
            insert(tx, escalation.id, raising, reason).await?;
            audit::write(tx, &entry(case, raising, joins)).await?;
        }
        let fresh = is_news || risen.is_some();
        let session = risen.unwrap_or(session);
        Ok(Raised { session, escalation: Some(escalation), fresh })
    }

    /// Whether a press now belongs to the last one.
    async fn covers(&self, escalation: EscId, now: Timestamp) -> Result<bool> {
        covered(self.db.first(PRESSED, args![escalation]).await?.as_ref(), now)
    }

    /// The raises of an escalation, oldest first.
    pub(crate) async fn raises_of(&self, of: &Escalation, reasons: Reasons) -> Result<Vec<Raise>> {
        const SQL: &str = "SELECT id, source, staff_id, level, at, rkid, record, sig FROM raises
            WHERE escalation_id = $1 ORDER BY ord";
        let rows = self.db.rows(SQL, args![of.id]).await?;
        let key = match reasons {
            Reasons::Sealed => match self.keys.get(of.case, KeyKind::Case).await {
                Err(StorageError::NotFound | StorageError::Sealed) => Key::Lost,
                key => Key::Held(key?),
            },
            Reasons::Hidden => Key::Unused,
        };
        rows.iter().map(|row| raise(row, &key)).collect()
    }
}

/// What the reasons of an escalation are opened with.
enum Key {
    Held(ShredKey),
    Lost,
    Unused,
}

/// How often the client has raised an escalation by her button, and when last.
const PRESSED: &str = "SELECT COUNT(*), (SELECT last.at FROM raises last
        WHERE last.escalation_id = $1 AND last.source = 'client_button'
        ORDER BY last.ord DESC LIMIT 1)
    FROM raises r WHERE r.escalation_id = $1 AND r.source = 'client_button'";

fn covered(row: Option<&Row>, now: Timestamp) -> Result<bool> {
    let Some(row) = row else { return Ok(false) };
    let times = row.number(0)?;
    Ok(row.opt_time(1)?.is_some_and(|last| Pressed { times, last }.covers(now)))
}

fn entry(case: CaseId, raising: Raising, joins: bool) -> Entry {
    let actor = raising.staff.map_or(Actor::Client, Actor::Staff);
    let event = if joins { Event::EscalationJoined } else { Event::EscalationRaised };
    let detail = Some(Detail::Level(raising.level));
    Entry { detail, ..sessions::entry(actor, event, case, raising.now) }
}

/// What stands when this raise has come before.
async fn known<DB: Dialect>(
    tx: &mut Tx<DB>,
    newest: &Session,
    raising: &Raising,
) -> Result<Option<Raised>> {
    const SQL: &str = "SELECT e.id, e.case_id, r.staff_id FROM raises r
        JOIN escalations e ON e.id = r.escalation_id WHERE r.id = $1";
    let Some(row) = tx.first(SQL, args![raising.id]).await? else { return Ok(None) };
    if row.id::<CaseId>(1)? != newest.case || row.opt_id::<StaffId>(2)? != raising.staff {
        return Err(StorageError::Exists);
    }
    let escalation = Some(escalations::load(tx, row.id(0)?).await?);
    Ok(Some(Raised { session: newest.clone(), escalation, fresh: false }))
}

async fn insert<DB: Dialect>(
    tx: &mut Tx<DB>,
    escalation: EscId,
    raising: Raising,
    reason: Option<Sealed>,
) -> Result<()> {
    const SQL: &str = "INSERT INTO raises
            (id, escalation_id, ord, source, staff_id, level, at, rkid, record, sig)
        SELECT $1, $2, COALESCE(MAX(ord), 0) + 1, $3, $4, $5, $6, $7, $8, $9
        FROM raises WHERE escalation_id = $2";
    let Raising { id, source, staff, level, now } = raising;
    let (rkid, record, sig) = match reason {
        Some(Sealed { rkid, record, sig }) => (Some(rkid), Some(record), Some(sig)),
        None => (None, None, None),
    };
    tx.execute(SQL, args![id, escalation, source.code(), staff, level, now, rkid, record, sig])
        .await
        .map(drop)
}

fn raise(row: &Row, key: &Key) -> Result<Raise> {
    let id: EscId = row.id(0)?;
    let reason = match (key, row.opt_id(5)) {
        (Key::Unused, _) | (_, Ok(None)) => Said::Nothing,
        // Whatever is wrong with one row must not hide the others, nor the escalation.
        (Key::Held(key), Ok(Some(rkid))) => {
            open(key, id, rkid, row).map_or(Said::Unreadable, Said::Why)
        }
        (Key::Lost, Ok(Some(_))) | (_, Err(_)) => Said::Unreadable,
    };
    Ok(Raise {
        id,
        source: Source::from_code(row.text(1)?).ok_or_else(unexpected)?,
        staff: row.opt_id(2)?,
        level: row.level(3)?,
        at: row.time(4)?,
        reason,
    })
}

fn seal(key: &ShredKey, id: EscId, reason: &Reason) -> Result<Sealed> {
    let seal = |column, plain: &[u8]| key.seal(place(&id, column), plain).map_err(from_sealing);
    let (record, sig) = (seal("record", &reason.record)?, seal("sig", &reason.sig)?);
    Ok(Sealed { rkid: reason.rkid, record, sig })
}

fn open(key: &ShredKey, id: EscId, rkid: Kid, row: &Row) -> Result<Reason> {
    let open =
        |column, index| key.open(place(&id, column), row.bytes(index)?).map_err(from_sealing);
    let sig = open("sig", 7)?.try_into().map_err(|_| StorageError::Sealed)?;
    Ok(Reason { rkid, record: open("record", 6)?, sig })
}

fn place<'a>(id: &'a EscId, column: &'static str) -> Place<'a> {
    Place { table: "raises", row_key: id.as_bytes(), column }
}
