//! The append-only audit chain.

use async_trait::async_trait;
use crypto::audit::{Written, next};
use domain::audit::{Actor, Detail, Entry, Event};
use domain::{CaseId, Hash, StaffId, Timestamp};
use storage::audit::{Checkpoint, Fault, Link, Point, RawLink, Walk};
use storage::{Audit, Result};

use crate::db::Tx;
use crate::dialect::Dialect;
use crate::shared::Shared;
use crate::value::{Row, args, unexpected};

/// Links read at once while the chain is walked.
const WALK_PAGE: u32 = 1000;

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
        let read = |RawLink { n, entry, a }| Ok(Link { n, entry: decode(&entry)?, a });
        links.into_iter().map(read).collect()
    }

    async fn raw(&self, after: u64, limit: u32) -> Result<Vec<RawLink>> {
        const SQL: &str = "SELECT n, entry, a FROM audit WHERE n > $1 ORDER BY n LIMIT $2";
        self.db.rows(SQL, args![after, limit]).await?.iter().map(raw_link).collect()
    }

    async fn raw_before(&self, before: u64, limit: u32) -> Result<Vec<RawLink>> {
        const SQL: &str = "SELECT n, entry, a FROM audit WHERE n < $1 ORDER BY n DESC LIMIT $2";
        self.db.rows(SQL, args![before, limit]).await?.iter().map(raw_link).collect()
    }

    async fn head(&self) -> Result<(u64, Hash)> {
        let row = self.db.one("SELECT n, a FROM audit_head WHERE id = 1", args![]).await?;
        Ok((row.number(0)?, row.id(1)?))
    }

    async fn walk(&self, from: Point) -> Result<Walk> {
        let mut walk = Walk { reached: from, at: None, fault: None };
        if from.n > 0 {
            let first = self.raw(from.n - 1, 1).await?.into_iter().next();
            let stands = first.filter(|link| link.n == from.n && link.a == from.a);
            let Some(stands) = stands else {
                walk.fault = Some(Fault::Link(from.n));
                return Ok(walk);
            };
            walk.at = made(&stands.entry);
        }
        while walk.fault.is_none() {
            // In this order: what was read first is never ahead of what is read later.
            let newest = self.checkpoint().await?.map_or(0, |checkpoint| checkpoint.n);
            let (end, a) = self.head().await?;
            walk.fault = self.walk_to(&mut walk, end).await?;
            if walk.fault.is_some() {
                break;
            }
            if walk.reached != (Point { n: end, a }) {
                walk.fault = Some(Fault::Head(end));
            } else if newest > end {
                walk.fault = Some(Fault::Checkpoint(newest));
            } else if self.raw(end, 1).await?.is_empty() {
                break;
            } else if self.head().await?.0 == end {
                // A line and the end that counts it are written as one.
                walk.fault = Some(Fault::Head(end));
            }
        }
        Ok(walk)
    }

    async fn put_checkpoint(&self, checkpoint: Checkpoint) -> Result<()> {
        const SQL: &str = "INSERT INTO audit_checkpoints (n, a, kid, sig) VALUES ($1, $2, $3, $4)
            ON CONFLICT (n) DO NOTHING";
        let Checkpoint { n, a, kid, sig } = checkpoint;
        self.db.execute(SQL, args![n, a, kid, sig]).await.map(drop)
    }

    async fn checkpoint(&self) -> Result<Option<Checkpoint>> {
        const SQL: &str = "SELECT n, a, kid, sig FROM audit_checkpoints ORDER BY n DESC LIMIT 1";
        self.db.first(SQL, args![]).await?.as_ref().map(signed).transpose()
    }

    async fn checkpoints(&self, after: u64, limit: u32) -> Result<Vec<Checkpoint>> {
        const SQL: &str = "SELECT n, a, kid, sig FROM audit_checkpoints WHERE n > $1
            ORDER BY n LIMIT $2";
        self.db.rows(SQL, args![after, limit]).await?.iter().map(signed).collect()
    }
}

impl<DB: Dialect> Shared<DB> {
    /// Walks on to a number; what does not fit on the way is given and not walked over.
    async fn walk_to(&self, walk: &mut Walk, end: u64) -> Result<Option<Fault>> {
        while walk.reached.n < end {
            let left = u32::try_from(end - walk.reached.n).unwrap_or(WALK_PAGE).min(WALK_PAGE);
            let links = self.raw(walk.reached.n, left).await?;
            // No more checkpoints than links lie between the two ends of a page.
            let signed = self.checkpoints(walk.reached.n, left).await?;
            let mut signed = signed.iter().peekable();
            if links.is_empty() {
                return Ok(Some(Fault::Link(walk.reached.n + 1)));
            }
            for RawLink { n, entry, a } in links {
                let due = walk.reached.n + 1;
                let fits = Hash::new(next(walk.reached.a.as_bytes(), due, &entry));
                if n != due || a != fits {
                    return Ok(Some(Fault::Link(due)));
                }
                if signed.next_if(|one| one.n == n).is_some_and(|one| one.a != a) {
                    return Ok(Some(Fault::Checkpoint(n)));
                }
                walk.reached = Point { n, a };
                walk.at = made(&entry);
            }
        }
        Ok(None)
    }
}

fn raw_link(row: &Row) -> Result<RawLink> {
    Ok(RawLink { n: row.number(0)?, entry: row.bytes(1)?.to_vec(), a: row.id(2)? })
}

fn signed(row: &Row) -> Result<Checkpoint> {
    Ok(Checkpoint { n: row.number(0)?, a: row.id(1)?, kid: row.id(2)?, sig: row.id(3)? })
}

fn made(entry: &[u8]) -> Option<Timestamp> {
    Written::read(entry).map(|entry| Timestamp(entry.at))
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
    let detail = entry.detail.map(Detail::code);
    let written = Written {
        at: entry.at.0,
        kind,
        actor,
        event: entry.event.code(),
        case: entry.case.map(|case| *case.as_bytes()),
        staff: entry.staff.map(|staff| *staff.as_bytes()),
        detail: detail.as_deref(),
    };
    written.write()
}

fn decode(bytes: &[u8]) -> Result<Entry> {
    let written = Written::read(bytes).ok_or_else(unexpected)?;
    let actor = match written.kind {
        "client" => Actor::Client,
        "staff" => Actor::Staff(written.actor.try_into().map_err(|_| unexpected())?),
        "cli" => Actor::Cli(String::from_utf8_lossy(written.actor).into_owned()),
        "service" => Actor::Service,
        _ => return Err(unexpected()),
    };
    let detail = match written.detail {
        Some(code) => Some(Detail::from_code(code).ok_or_else(unexpected)?),
        None => None,
    };
    Ok(Entry {
        at: Timestamp(written.at),
        actor,
        event: Event::from_code(written.event).ok_or_else(unexpected)?,
        case: written.case.map(CaseId::new),
        staff: written.staff.map(StaffId::new),
        detail,
    })
}
