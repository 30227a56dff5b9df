//! The append-only audit chain.

use async_trait::async_trait;
use crypto::audit::{START, next};
use crypto::encode::{Len, c, fixed, parse};
use domain::audit::{Actor, Detail, Entry, Event};
use domain::{Hash, Timestamp};
use storage::audit::{Checkpoint, Link};
use storage::{Audit, Result};

use crate::db::Tx;
use crate::dialect::Dialect;
use crate::shared::Shared;
use crate::value::{args, unexpected};

/// Links read at once while the chain is recomputed.
const VERIFY_PAGE: u32 = 1000;

#[async_trait]
impl<DB: Dialect> Audit for Shared<DB> {
    async fn append(&self, entry: Entry) -> Result<u64> {
        let mut tx = self.db.begin().await?;
        let n = write(&mut tx, &entry).await?;
        tx.commit().await?;
        Ok(n)
    }

    async fn page(&self, after: u64, limit: u32) -> Result<Vec<Link>> {
        let links = self.raw(after, limit).await?;
        links.into_iter().map(|(n, entry, a)| Ok(Link { n, entry: decode(&entry)?, a })).collect()
    }

    async fn head(&self) -> Result<(u64, Hash)> {
        let row = self.db.one("SELECT n, a FROM audit_head WHERE id = 1", args![]).await?;
        Ok((row.number(0)?, row.id(1)?))
    }

    async fn verify(&self) -> Result<Option<u64>> {
        let head = self.head().await?;
        let (mut n, mut a) = (0, START);
        loop {
            let links = self.raw(n, VERIFY_PAGE).await?;
            if links.is_empty() {
                let whole = n >= head.0 && (n > head.0 || a == *head.1.as_bytes());
                return Ok((!whole).then_some(n + 1));
            }
            for (number, entry, stored) in links {
                a = next(&a, n + 1, &entry);
                if number != n + 1 || a != *stored.as_bytes() {
                    return Ok(Some(n + 1));
                }
                n = number;
            }
        }
    }

    async fn put_checkpoint(&self, checkpoint: Checkpoint) -> Result<()> {
        const SQL: &str = "INSERT INTO audit_checkpoints (n, a, kid, sig) VALUES ($1, $2, $3, $4)
            ON CONFLICT (n) DO NOTHING";
        let Checkpoint { n, a, kid, sig } = checkpoint;
        self.db.execute(SQL, args![n, a, kid, sig]).await.map(drop)
    }

    async fn checkpoint(&self) -> Result<Option<Checkpoint>> {
        const SQL: &str = "SELECT n, a, kid, sig FROM audit_checkpoints ORDER BY n DESC LIMIT 1";
        let Some(row) = self.db.first(SQL, args![]).await? else { return Ok(None) };
        Ok(Some(Checkpoint { n: row.number(0)?, a: row.id(1)?, kid: row.id(2)?, sig: row.id(3)? }))
    }
}

impl<DB: Dialect> Shared<DB> {
    async fn raw(&self, after: u64, limit: u32) -> Result<Vec<(u64, Vec<u8>, Hash)>> {
        const SQL: &str = "SELECT n, entry, a FROM audit WHERE n > $1 ORDER BY n LIMIT $2";
        let rows = self.db.rows(SQL, args![after, limit]).await?;
        rows.iter().map(|row| Ok((row.number(0)?, row.bytes(1)?.to_vec(), row.id(2)?))).collect()
    }
}

/// Adds a link inside the transaction of the operation that it tells of.
///
/// It holds the chain's end until the commit, so it comes after every other lock.
pub(crate) async fn write<DB: Dialect>(tx: &mut Tx<DB>, entry: &Entry) -> Result<u64> {
    const NEXT: &str = "UPDATE audit_head SET n = n + 1 WHERE id = 1 RETURNING n, a";
    let head = tx.one(NEXT, args![]).await?;
    let (n, previous): (u64, Hash) = (head.number(0)?, head.id(1)?);
    let entry = encode(entry);
    let a = Hash::new(next(previous.as_bytes(), n, &entry));
    tx.execute("INSERT INTO audit (n, entry, a) VALUES ($1, $2, $3)", args![n, entry, a]).await?;
    tx.execute("UPDATE audit_head SET a = $1 WHERE id = 1", args![a]).await?;
    Ok(n)
}

fn encode(entry: &Entry) -> Vec<u8> {
    let (kind, actor): (&str, &[u8]) = match &entry.actor {
        Actor::Client => ("client", &[]),
        Actor::Staff(staff) => ("staff", staff.as_bytes()),
        Actor::Cli(user) => ("cli", user.as_bytes()),
        Actor::Service => ("service", &[]),
    };
    let at = entry.at.0.to_be_bytes();
    let detail = entry.detail.map(Detail::code);
    let fields: [&[u8]; 6] = [
        &at,
        kind.as_bytes(),
        actor,
        entry.event.code().as_bytes(),
        entry.case.as_ref().map_or(&[][..], |case| case.as_bytes()),
        entry.staff.as_ref().map_or(&[][..], |staff| staff.as_bytes()),
    ];
    match &detail {
        Some(detail) => c("srv/audit", &[&fields[..], &[detail.as_bytes()]].concat()),
        // Without a detail an entry is as it was before there were any.
        None => c("srv/audit", &fields),
    }
}

fn decode(bytes: &[u8]) -> Result<Entry> {
    let id = Len::IsOrEmpty(16);
    let plain = [Len::Is(8), Len::Any, Len::Any, Len::Any, id, id];
    let detailed = [Len::Is(8), Len::Any, Len::Any, Len::Any, id, id, Len::Any];
    let ([at, kind, actor, event, case, staff], detail) =
        if let Ok(fields) = parse("srv/audit", plain, bytes) {
            (fields, None)
        } else {
            let [at, kind, actor, event, case, staff, detail] =
                parse("srv/audit", detailed, bytes).map_err(|_| unexpected())?;
            let detail = std::str::from_utf8(detail).ok().and_then(Detail::from_code);
            ([at, kind, actor, event, case, staff], Some(detail.ok_or_else(unexpected)?))
        };
    let actor = match kind {
        b"client" => Actor::Client,
        b"staff" => Actor::Staff(actor.try_into().map_err(|_| unexpected())?),
        b"cli" => Actor::Cli(String::from_utf8_lossy(actor).into_owned()),
        b"service" => Actor::Service,
        _ => return Err(unexpected()),
    };
    let event = std::str::from_utf8(event).ok().and_then(Event::from_code);
    Ok(Entry {
        at: Timestamp(i64::from_be_bytes(fixed(at).map_err(|_| unexpected())?)),
        actor,
        event: event.ok_or_else(unexpected)?,
        case: case.try_into().ok(),
        staff: staff.try_into().ok(),
        detail,
    })
}
