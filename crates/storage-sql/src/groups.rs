//! Group keys, generation by generation, and the boxes that carry their halves.

use domain::audit::Event;
use domain::staff::GroupKind;
use domain::{Hash, Kid, StaffId, Timestamp};
use sealing::Place;
use storage::org::{Group, GroupBox, Holder, NewGroup};
use storage::{Result, StorageError};

use crate::audit;
use crate::db::Tx;
use crate::dialect::Dialect;
use crate::org::{entry, same};
use crate::shared::Shared;
use crate::value::{Row, args, unexpected};

/// Refuses a roster that names a generation which does not stand.
pub(crate) async fn check<DB: Dialect>(
    tx: &mut Tx<DB>,
    named: &[(GroupKind, u32, Kid)],
) -> Result<()> {
    const SQL: &str = "SELECT kid FROM group_keys WHERE kind = $1 AND generation = $2 AND kid = $3";
    for (kind, generation, kid) in named {
        tx.one(SQL, args![code(*kind), *generation, *kid]).await?;
    }
    Ok(())
}

pub(crate) async fn publish<DB: Dialect>(shared: &Shared<DB>, group: &NewGroup) -> Result<()> {
    const STANDS: &str = "SELECT kem_pk FROM group_keys WHERE kind = $1 AND generation = $2";
    const NEWEST: &str = "SELECT COALESCE(MAX(generation), 0) FROM group_keys WHERE kind = $1";
    const SQL: &str =
        "INSERT INTO group_keys (kind, generation, kem_pk, kid, statement, sig, maker)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let NewGroup { generation, kem_pk, kid, sig, maker, .. } = *group;
    let kind = code(group.kind);
    let mut tx = shared.begin_org().await?;
    if let Some(row) = tx.first(STANDS, args![kind, generation]).await? {
        return same(row.id::<Hash>(0)?.as_bytes() == &kem_pk);
    }
    let newest: u32 = tx.one(NEWEST, args![kind]).await?.number(0)?;
    if newest.checked_add(1) != Some(generation) {
        return Err(StorageError::StaleVersion);
    }
    let statement = group.statement.clone();
    tx.execute(SQL, args![kind, generation, kem_pk, kid, statement, sig, maker]).await?;
    for sealed in &group.boxes {
        put(shared, &mut tx, sealed).await?;
    }
    audit::write(&mut tx, &entry(group.by, Event::GroupPublished, group.now)).await?;
    tx.commit().await
}

pub(crate) async fn list<DB: Dialect>(shared: &Shared<DB>) -> Result<Vec<Group>> {
    const SQL: &str = "SELECT kind, generation, kem_pk, kid, statement, sig, maker
        FROM group_keys ORDER BY kind, generation";
    let read = |row: &Row| {
        Ok(Group {
            kind: kind(row.text(0)?)?,
            generation: row.number(1)?,
            kem_pk: row.id(2)?,
            kid: row.id(3)?,
            statement: row.bytes(4)?.to_vec(),
            sig: row.id(5)?,
            maker: row.id(6)?,
        })
    };
    shared.db.rows(SQL, args![]).await?.iter().map(read).collect()
}

pub(crate) async fn put_boxes<DB: Dialect>(shared: &Shared<DB>, boxes: &[GroupBox]) -> Result<()> {
    const EXISTS: &str = "SELECT kid FROM group_keys WHERE kind = $1 AND generation = $2";
    let mut tx = shared.db.begin().await?;
    for sealed in boxes {
        tx.one(EXISTS, args![code(sealed.kind), sealed.generation]).await?;
        put(shared, &mut tx, sealed).await?;
    }
    tx.commit().await
}

pub(crate) async fn boxes_for<DB: Dialect>(
    shared: &Shared<DB>,
    rkid: Kid,
) -> Result<Vec<GroupBox>> {
    const SQL: &str = "SELECT kind, generation, bytes FROM group_boxes
        WHERE rkid = $1 ORDER BY kind, generation";
    let read = |row: &Row| {
        let holder = Holder { kind: kind(row.text(0)?)?, generation: row.number(1)?, rkid };
        let bytes = shared.open(place(&row_key(&holder)), row.bytes(2)?)?;
        let Holder { kind, generation, rkid } = holder;
        Ok(GroupBox { kind, generation, rkid, bytes })
    };
    shared.db.rows(SQL, args![rkid]).await?.iter().map(read).collect()
}

pub(crate) async fn drop_box<DB: Dialect>(
    shared: &Shared<DB>,
    holder: Holder,
    by: StaffId,
    now: Timestamp,
) -> Result<bool> {
    const SQL: &str = "DELETE FROM group_boxes WHERE kind = $1 AND generation = $2 AND rkid = $3";
    let Holder { kind, generation, rkid } = holder;
    let mut tx = shared.db.begin().await?;
    let dropped = tx.execute(SQL, args![code(kind), generation, rkid]).await? > 0;
    if dropped {
        audit::write(&mut tx, &entry(by, Event::BadGroupBox, now)).await?;
        tx.commit().await?;
    }
    Ok(dropped)
}

pub(crate) async fn holders<DB: Dialect>(shared: &Shared<DB>) -> Result<Vec<Holder>> {
    const SQL: &str = "SELECT kind, generation, rkid FROM group_boxes";
    let read = |row: &Row| {
        Ok(Holder { kind: kind(row.text(0)?)?, generation: row.number(1)?, rkid: row.id(2)? })
    };
    shared.db.rows(SQL, args![]).await?.iter().map(read).collect()
}

/// Stores a box, unless one stands for that reader.
async fn put<DB: Dialect>(shared: &Shared<DB>, tx: &mut Tx<DB>, sealed: &GroupBox) -> Result<()> {
    const SQL: &str = "INSERT INTO group_boxes (kind, generation, rkid, bytes)
        VALUES ($1, $2, $3, $4) ON CONFLICT (kind, generation, rkid) DO NOTHING";
    let GroupBox { kind, generation, rkid, .. } = *sealed;
    let id = row_key(&Holder { kind, generation, rkid });
    let bytes = shared.seal(place(&id), &sealed.bytes)?;
    tx.execute(SQL, args![code(kind), generation, rkid, bytes]).await.map(drop)
}

fn row_key(holder: &Holder) -> Vec<u8> {
    let Holder { kind, generation, rkid } = holder;
    [code(*kind).as_bytes(), &generation.to_be_bytes(), rkid.as_bytes()].concat()
}

fn place(row_key: &[u8]) -> Place<'_> {
    Place { table: "group_boxes", row_key, column: "bytes" }
}

fn code(kind: GroupKind) -> &'static str {
    match kind {
        GroupKind::Team => "team",
        GroupKind::Escalation => "escalation",
    }
}

fn kind(code: &str) -> Result<GroupKind> {
    Ok(match code {
        "team" => GroupKind::Team,
        "escalation" => GroupKind::Escalation,
        _ => return Err(unexpected()),
    })
}
