//! Sign-ins of staff: refresh tokens that rotate, revocation, and one-time steps.

use async_trait::async_trait;
use domain::audit::{Actor, Entry, Event};
use domain::{Hash, SignInId, StaffId, Timestamp};
use sealing::Place;
use storage::signins::{FactorUse, NewSignIn, Refresh, SignIn};
use storage::{Result, SignIns, StorageError};

use crate::audit;
use crate::db::Tx;
use crate::dialect::Dialect;
use crate::shared::Shared;
use crate::value::{Row, args};

#[async_trait]
impl<DB: Dialect> SignIns for Shared<DB> {
    async fn sign_in(&self, new: NewSignIn) -> Result<SignIn> {
        const SQL: &str = "INSERT INTO sign_ins (sid, staff_id, made_at, factor_at, expires_at)
            VALUES ($1, $2, $3, $3, $4)";
        const DISABLED: &str = "SELECT disabled FROM staff WHERE id = $1";
        let NewSignIn { sid, staff, expires_at, now, .. } = new;
        let mut tx = self.begin_staff(staff).await?;
        if tx.one(DISABLED, args![staff]).await?.bool(0)? {
            return Err(StorageError::Disabled);
        }
        tx.execute(SQL, args![sid, staff, now, expires_at]).await?;
        self.put_refresh(&mut tx, sid, &new.refresh).await?;
        audit::write(&mut tx, &entry(staff, Event::SignedIn, now)).await?;
        tx.commit().await?;
        Ok(SignIn { sid, staff, made_at: now, factor_at: now, expires_at })
    }

    async fn get(&self, sid: SignInId, now: Timestamp) -> Result<SignIn> {
        const SQL: &str = "SELECT sid, staff_id, made_at, factor_at, expires_at FROM sign_ins
            WHERE sid = $1 AND revoked_at IS NULL AND expires_at > $2";
        sign_in(&self.db.one(SQL, args![sid, now]).await?)
    }

    async fn rotate(
        &self,
        presented: Hash,
        next: Refresh,
        now: Timestamp,
    ) -> Result<(SignIn, [u8; 32])> {
        const SQL: &str = "SELECT replaced_at, replaced_by FROM refresh_tokens WHERE hash = $1";
        const REPLACE: &str = "UPDATE refresh_tokens SET replaced_at = $2, replaced_by = $3
            WHERE hash = $1";
        let (mut tx, signed_in) = self.hold_sign_in(presented, now).await?;
        let row = tx.one(SQL, args![presented]).await?;
        let Some(replaced_at) = row.opt_time(0)? else {
            self.put_refresh(&mut tx, signed_in.sid, &next).await?;
            tx.execute(REPLACE, args![presented, now, next.hash]).await?;
            tx.commit().await?;
            return Ok((signed_in, next.token));
        };
        if now < replaced_at.plus(self.times.refresh_grace)
            && let Some(token) = self.newest_token(&mut tx, row.id(1)?).await?
        {
            return Ok((signed_in, token));
        }
        revoke(&mut tx, signed_in.sid, now).await?;
        audit::write(&mut tx, &entry(signed_in.staff, Event::RefreshReused, now)).await?;
        tx.commit().await?;
        Err(StorageError::Reused)
    }

    async fn revoke(&self, sid: SignInId, now: Timestamp) -> Result<()> {
        let mut tx = self.db.begin().await?;
        revoke(&mut tx, sid, now).await?;
        tx.commit().await
    }

    async fn revoked_since(&self, since: Timestamp) -> Result<Vec<SignInId>> {
        const SQL: &str = "SELECT sid FROM sign_ins WHERE revoked_at >= $1";
        self.db.rows(SQL, args![since]).await?.iter().map(|row| row.id(0)).collect()
    }

    async fn use_step(&self, staff: StaffId, step: u64, what: FactorUse) -> Result<()> {
        const SQL: &str = "INSERT INTO totp_steps (staff_id, step, used_for) VALUES ($1, $2, $3)
            ON CONFLICT (staff_id, step, used_for) DO NOTHING";
        let what = match what {
            FactorUse::SignIn => "sign_in",
            FactorUse::Confirmation => "confirmation",
        };
        match self.db.execute(SQL, args![staff, step, what]).await? {
            0 => Err(StorageError::Reused),
            _ => Ok(()),
        }
    }

    async fn confirm(&self, sid: SignInId, now: Timestamp) -> Result<()> {
        const SQL: &str = "UPDATE sign_ins SET factor_at = $2
            WHERE sid = $1 AND revoked_at IS NULL AND expires_at > $2";
        match self.db.execute(SQL, args![sid, now]).await? {
            0 => Err(StorageError::NotFound),
            _ => Ok(()),
        }
    }
}

impl<DB: Dialect> Shared<DB> {
    /// Begins a transaction that holds the staff member of a living refresh token's sign-in.
    async fn hold_sign_in(&self, token: Hash, now: Timestamp) -> Result<(Tx<DB>, SignIn)> {
        const SQL: &str = "SELECT s.sid, s.staff_id, s.made_at, s.factor_at, s.expires_at
            FROM sign_ins s JOIN refresh_tokens t ON t.sid = s.sid
            WHERE t.hash = $1 AND s.revoked_at IS NULL AND s.expires_at > $2";
        let staff = sign_in(&self.db.one(SQL, args![token, now]).await?)?.staff;
        let mut tx = self.begin_staff(staff).await?;
        let found = sign_in(&tx.one(SQL, args![token, now]).await?)?;
        Ok((tx, found))
    }

    async fn put_refresh(&self, tx: &mut Tx<DB>, sid: SignInId, refresh: &Refresh) -> Result<()> {
        const SQL: &str = "INSERT INTO refresh_tokens (hash, sid, token) VALUES ($1, $2, $3)";
        let sealed = self.seal(place(&refresh.hash), &refresh.token)?;
        tx.execute(SQL, args![refresh.hash, sid, sealed]).await.map(drop)
    }

    /// The token of this hash, if none has followed it.
    async fn newest_token(&self, tx: &mut Tx<DB>, hash: Hash) -> Result<Option<[u8; 32]>> {
        const SQL: &str = "SELECT token FROM refresh_tokens
            WHERE hash = $1 AND replaced_at IS NULL";
        let Some(row) = tx.first(SQL, args![hash]).await? else { return Ok(None) };
        let token = self.open(place(&hash), row.bytes(0)?)?;
        token.try_into().map(Some).map_err(|_| StorageError::Sealed)
    }
}

async fn revoke<DB: Dialect>(tx: &mut Tx<DB>, sid: SignInId, now: Timestamp) -> Result<()> {
    const SQL: &str = "UPDATE sign_ins SET revoked_at = $2 WHERE sid = $1 AND revoked_at IS NULL";
    tx.execute(SQL, args![sid, now]).await.map(drop)
}

fn sign_in(row: &Row) -> Result<SignIn> {
    Ok(SignIn {
        sid: row.id(0)?,
        staff: row.id(1)?,
        made_at: row.time(2)?,
        factor_at: row.time(3)?,
        expires_at: row.time(4)?,
    })
}

fn entry(staff: StaffId, event: Event, at: Timestamp) -> Entry {
    Entry { at, actor: Actor::Staff(staff), event, case: None, staff: Some(staff), detail: None }
}

fn place(hash: &Hash) -> Place<'_> {
    Place { table: "refresh_tokens", row_key: hash.as_bytes(), column: "token" }
}
