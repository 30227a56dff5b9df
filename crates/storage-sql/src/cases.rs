//! Opening a case and coming back to it.

use async_trait::async_trait;
use domain::case::{Language, Preference, Routing};
use domain::escalation::Source;
use domain::{Case, CaseId, EscId, Escalation, Hash, Lane, Level, Session, Timestamp};
use sealing::{Place, ShredKey};
use storage::cases::{Opened, Opening, Rejoin};
use storage::{Cases, Result, StorageError};

use crate::db::Tx;
use crate::dialect::Dialect;
use crate::error::from_sealing;
use crate::escalations::open_one;
use crate::keystore::KeyKind;
use crate::messages::{insert_with, stored_before};
use crate::raises::Raising;
use crate::rows::{self, Heads, select_session};
use crate::shared::Shared;
use crate::value::{args, unexpected};

#[async_trait]
impl<DB: Dialect> Cases for Shared<DB> {
    async fn open(&self, opening: Opening) -> Result<Opened> {
        match self.open_once(&opening).await {
            // The same opening may have come twice at once: the second now finds the first.
            Err(StorageError::Exists) => self.open_once(&opening).await,
            opened => opened,
        }
    }

    async fn rejoin(&self, rejoin: Rejoin) -> Result<Session> {
        let Rejoin { case, token, now, .. } = rejoin;
        let mut tx = self.begin_case_for_records(case).await?;
        let last = by_token(&mut tx, case, token).await?.ok_or(StorageError::NotFound)?;
        if last.is_open() {
            return Ok(last);
        }
        // She asks over her line, so she is here: no later connection would say so.
        let session = Session::open(rejoin.session, case, last.level, now).client_back();
        // The token moves: the ended session forgets it before the new one has it.
        forget_token(&mut tx, token).await?;
        rows::insert(&mut tx, &session, token, now).await?;
        self.open_to_team(&mut tx, &rejoin).await?;
        // What was said before may be shredded; what is said now needs a key.
        self.keys.need(case, KeyKind::Chat, now).await?;
        // Who came back with the code stands in the audit since the token was renewed.
        tx.commit().await?;
        Ok(session)
    }

    async fn get(&self, case: CaseId) -> Result<Case> {
        const SQL: &str = "SELECT csig_pk, ckem_pk, language, preference, skill, opened_at
            FROM cases WHERE id = $1 AND NOT case_gone";
        const EXCLUDED: &str = "SELECT staff_id FROM case_excluded WHERE case_id = $1";
        let row = self.db.one(SQL, args![case]).await?;
        let key = self.keys.get(case, KeyKind::Case).await?;
        let open = |column, index| {
            let plain = key.open(place(&case, column), row.bytes(index)?).map_err(from_sealing)?;
            plain.try_into().map_err(|_| StorageError::Sealed)
        };
        let heads = Heads::from_rows(&self.db.rows(rows::LANES, args![case]).await?)?;
        let excluded = self.db.rows(EXCLUDED, args![case]).await?;
        let routing = Routing {
            language: language(row.text(2)?)?,
            preference: preference(row.text(3)?)?,
            skill: row.opt_int(4)?.map(|n| n.try_into().map_err(|_| unexpected())).transpose()?,
            excluded: excluded.iter().map(|row| row.id(0)).collect::<Result<_>>()?,
        };
        let notes = heads.notes.clone();
        Ok(Case {
            id: case,
            csig_pk: open("csig_pk", 0)?,
            ckem_pk: open("ckem_pk", 1)?,
            routing,
            chat: heads.chat()?,
            notes,
            opened_at: row.time(5)?,
        })
    }

    async fn consent_to_notes(&self, case: CaseId) -> Result<()> {
        const SQL: &str = "UPDATE cases SET notes_consent = TRUE WHERE id = $1";
        match self.db.execute(SQL, args![case]).await? {
            0 => Err(StorageError::NotFound),
            _ => Ok(()),
        }
    }
}

impl<DB: Dialect> Shared<DB> {
    async fn open_once(&self, opening: &Opening) -> Result<Opened> {
        let Opening { case, session, token, level, now, .. } = *opening;
        let mut tx = self.begin_records().await?;
        if tx.first(DB::LOCK_CASE, args![case]).await?.is_some() {
            let standing = by_token(&mut tx, case, token).await?.ok_or(StorageError::Exists)?;
            let stored = stored_before(&mut tx, case, &opening.messages).await?;
            let escalation = open_one(&mut tx, case).await?;
            return Ok(Opened { session: standing, stored, escalation, fresh: false });
        }
        if opening.record.head.lane != Lane::Chat {
            return Err(StorageError::StaleEpoch);
        }
        self.check_record(&mut tx, &Heads::default(), &opening.record.head, now).await?;
        let case_key = self.keys.need(case, KeyKind::Case, now).await?;
        let chat_key = self.keys.need(case, KeyKind::Chat, now).await?;
        insert_case(&mut tx, &case_key, opening).await?;
        let opened = Session::open(session, case, level, now);
        rows::insert(&mut tx, &opened, token, now).await?;
        self.put_record(&mut tx, case, &case_key, &opening.record).await?;
        let mut head = rows::heads(&mut tx, case).await?.chat()?;
        let messages = &opening.messages;
        let stored = insert_with(&mut tx, case, &mut head, &chat_key, messages, now).await?;
        let raised = (opening.escalation, level);
        let (session, escalation) = self.raise_intake(&mut tx, opened, raised, now).await?;
        tx.commit().await?;
        Ok(Opened { session, stored, escalation, fresh: true })
    }

    /// Raises what the intake says.
    async fn raise_intake(
        &self,
        tx: &mut Tx<DB>,
        session: Session,
        (id, level): (EscId, Level),
        now: Timestamp,
    ) -> Result<(Session, Option<Escalation>)> {
        if !level.escalates() {
            return Ok((session, None));
        }
        let raising = Raising { id, source: Source::ClientIntake, staff: None, level, now };
        let raised = self.put_raise(tx, session, raising, None).await?;
        Ok((raised.session, raised.escalation))
    }

    /// Makes the team a reader of the chat, by the record that came or the one that stands.
    async fn open_to_team(&self, tx: &mut Tx<DB>, rejoin: &Rejoin) -> Result<()> {
        let Rejoin { case, now, .. } = *rejoin;
        let heads = rows::heads(tx, case).await?;
        let Some(record) = &rejoin.record else {
            let head = heads.chat()?;
            return if head.team.is_some() { Ok(()) } else { Err(StorageError::StaleEpoch) };
        };
        if record.head.lane != Lane::Chat || record.head.team().is_none() {
            return Err(StorageError::StaleEpoch);
        }
        self.check_record(tx, &heads, &record.head, now).await?;
        let key = self.keys.get(case, KeyKind::Case).await?;
        self.put_record(tx, case, &key, record).await
    }
}

async fn insert_case<DB: Dialect>(
    tx: &mut Tx<DB>,
    key: &ShredKey,
    opening: &Opening,
) -> Result<()> {
    const SQL: &str = "INSERT INTO cases
            (id, csig_kid, csig_pk, ckem_pk, language, preference, skill, opened_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    const EXCLUDE: &str = "INSERT INTO case_excluded (case_id, staff_id) VALUES ($1, $2)
        ON CONFLICT (case_id, staff_id) DO NOTHING";
    let Opening { case, csig_kid, routing, now, .. } = opening;
    let seal = |column, plain: &[u8]| key.seal(place(case, column), plain).map_err(from_sealing);
    let csig = seal("csig_pk", &opening.csig_pk)?;
    let ckem = seal("ckem_pk", &opening.ckem_pk)?;
    let language = match routing.language {
        Language::Indonesian => "id",
        Language::English => "en",
    };
    let preference = match routing.preference {
        Preference::Any => "any",
        Preference::Woman => "woman",
        Preference::Man => "man",
    };
    let skill = routing.skill;
    tx.execute(SQL, args![*case, *csig_kid, csig, ckem, language, preference, skill, *now]).await?;
    for staff in &routing.excluded {
        tx.execute(EXCLUDE, args![*case, *staff]).await?;
    }
    Ok(())
}

fn place<'a>(case: &'a CaseId, column: &'static str) -> Place<'a> {
    Place { table: "cases", row_key: case.as_bytes(), column }
}

fn language(code: &str) -> Result<Language> {
    Ok(match code {
        "id" => Language::Indonesian,
        "en" => Language::English,
        _ => return Err(unexpected()),
    })
}

fn preference(code: &str) -> Result<Preference> {
    Ok(match code {
        "any" => Preference::Any,
        "woman" => Preference::Woman,
        "man" => Preference::Man,
        _ => return Err(unexpected()),
    })
}

/// The session of a case that holds this token.
async fn by_token<DB: Dialect>(
    tx: &mut Tx<DB>,
    case: CaseId,
    token: Hash,
) -> Result<Option<Session>> {
    const SQL: &str = select_session!("WHERE case_id = $1 AND token_hash = $2");
    tx.first(SQL, args![case, token]).await?.as_ref().map(rows::session).transpose()
}

/// Takes a token from the session that holds it.
pub(crate) async fn forget_token<DB: Dialect>(tx: &mut Tx<DB>, token: Hash) -> Result<()> {
    const SQL: &str =
        "UPDATE sessions SET token_hash = NULL, token_at = NULL WHERE token_hash = $1";
    tx.execute(SQL, args![token]).await.map(drop)
}

/// Gives the newest session of a case this token in place of its own.
pub(crate) async fn set_token<DB: Dialect>(
    tx: &mut Tx<DB>,
    session: domain::SessionId,
    token: Hash,
    now: Timestamp,
) -> Result<()> {
    const SQL: &str = "UPDATE sessions SET token_hash = $2, token_at = $3 WHERE id = $1";
    tx.execute(SQL, args![session, token, now]).await.map(drop)
}
