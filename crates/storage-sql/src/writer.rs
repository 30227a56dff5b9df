//! Group commit: appends queue, and one transaction stores all that have queued.
//!
//! There is no timer: a lone message is committed at once, and while a commit runs the next batch
//! gathers. Nobody is answered before the commit.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use domain::session::Refused;
use domain::{CaseId, Lane, MsgId, Session, access};
use storage::messages::{Append, Stored, Writer as Author};
use storage::{Result, StorageError};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::db::Tx;
use crate::dialect::Dialect;
use crate::error::engine;
use crate::messages::{insert, known, save_head};
use crate::records::READS_NEWEST;
use crate::rows::{self, Heads};
use crate::shared::Shared;
use crate::value::args;

/// Appends that may wait; more are answered `Busy`.
const QUEUE: usize = 4096;
/// Appends of one commit.
const BATCH: usize = 256;

struct Job {
    append: Append,
    sealed: Vec<u8>,
    answer: oneshot::Sender<Result<Stored>>,
}

/// The queue of the writer.
pub(crate) struct Writer(mpsc::Sender<Job>);

impl Writer {
    /// Starts the task that stores; told to stop, it stores what has queued and ends.
    pub(crate) fn start<DB: Dialect>(
        shared: Arc<Shared<DB>>,
        tasks: &TaskTracker,
        stop: CancellationToken,
    ) -> Self {
        let (sender, mut jobs) = mpsc::channel(QUEUE);
        tasks.spawn(async move {
            let mut batch = Vec::new();
            loop {
                tokio::select! {
                    biased;
                    () = stop.cancelled(), if !jobs.is_closed() => jobs.close(),
                    count = jobs.recv_many(&mut batch, BATCH) => match count {
                        0 => break,
                        _ => store(&shared, std::mem::take(&mut batch)).await,
                    },
                }
            }
        });
        Self(sender)
    }

    /// Queues a message and waits until it is stored.
    pub(crate) async fn append(&self, append: Append, sealed: Vec<u8>) -> Result<Stored> {
        let (answer, answered) = oneshot::channel();
        self.0.try_send(Job { append, sealed, answer }).map_err(|_| StorageError::Busy)?;
        answered.await.map_err(|_| engine("the writer has stopped"))?
    }
}

/// Stores a batch and answers everybody in it.
async fn store<DB: Dialect>(shared: &Shared<DB>, batch: Vec<Job>) {
    let outcome = commit(shared, &batch).await;
    if !(DB::LOCKS_CASES && matches!(outcome, Err(StorageError::Busy))) {
        return answer(batch, &outcome);
    }
    // Somebody holds one of the cases: the messages of the others are not lost for it.
    let mut alone: BTreeMap<CaseId, Vec<Job>> = BTreeMap::new();
    for job in batch {
        alone.entry(job.append.case).or_default().push(job);
    }
    if alone.len() == 1 {
        return alone.into_values().for_each(|jobs| answer(jobs, &outcome));
    }
    for jobs in alone.into_values() {
        let outcome = commit(shared, &jobs).await;
        answer(jobs, &outcome);
    }
}

fn answer(batch: Vec<Job>, outcome: &Result<Vec<Answer>>) {
    for (index, job) in batch.into_iter().enumerate() {
        let answer = match outcome {
            Ok(answers) => answers.get(index).copied().unwrap_or(Err(Refusal::Gone)),
            Err(error) => Err(Refusal::of(error)),
        };
        // Who no longer waits finds the message by its id when it is sent again.
        drop(job.answer.send(answer.map_err(Refusal::into)));
    }
}

/// An error that can be told to several.
#[derive(Clone, Copy)]
enum Refusal {
    Full,
    Busy,
    Stale,
    Foreign,
    Rule(Refused),
    NotFound,
    Gone,
}

impl Refusal {
    fn of(error: &StorageError) -> Self {
        match error {
            StorageError::Full => Self::Full,
            StorageError::Busy => Self::Busy,
            StorageError::StaleEpoch => Self::Stale,
            StorageError::ForeignMessage => Self::Foreign,
            StorageError::Refused(refused) => Self::Rule(*refused),
            StorageError::NotFound => Self::NotFound,
            _ => Self::Gone,
        }
    }
}

impl From<Refusal> for StorageError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Full => Self::Full,
            Refusal::Busy => Self::Busy,
            Refusal::Stale => Self::StaleEpoch,
            Refusal::Foreign => Self::ForeignMessage,
            Refusal::Rule(refused) => Self::Refused(refused),
            Refusal::NotFound => Self::NotFound,
            Refusal::Gone => engine("the batch was not stored"),
        }
    }
}

/// What a batch knows of a case that it writes to.
struct Writing {
    newest: Session,
    heads: Heads,
    touched: [bool; 2],
}

type Answer = std::result::Result<Stored, Refusal>;

async fn commit<DB: Dialect>(shared: &Shared<DB>, batch: &[Job]) -> Result<Vec<Answer>> {
    let mut tx = shared.db.begin().await?;
    let mut cases = hold(&mut tx, batch).await?;
    let mut answers = Vec::with_capacity(batch.len());
    // A message twice in one batch is a retry too.
    let mut here: HashMap<(CaseId, MsgId), (domain::Kid, Stored)> = HashMap::new();
    for job in batch {
        let id = (job.append.case, job.append.message.id);
        let answer = match (here.get(&id), cases.get_mut(&job.append.case)) {
            (Some((sender, stored)), _) if *sender == job.append.message.sender => {
                Ok(Stored { fresh: false, ..*stored })
            }
            (Some(_), _) => Err(StorageError::ForeignMessage),
            (None, None) => Err(StorageError::NotFound),
            (None, Some(case)) => append(shared, &mut tx, case, job).await,
        };
        match answer {
            Ok(stored) => {
                here.insert(id, (job.append.message.sender, stored));
                answers.push(Ok(stored));
            }
            Err(error) if is_refusal(&error) => answers.push(Err(Refusal::of(&error))),
            Err(error) => return Err(error),
        }
    }
    for (case, writing) in &cases {
        for lane in [Lane::Chat, Lane::Notes] {
            if let (true, Some(head)) = (writing.touched(lane), writing.heads.of(lane)) {
                save_head(&mut tx, *case, lane, head).await?;
            }
        }
    }
    tx.commit().await?;
    Ok(answers)
}

/// Whether an error concerns one message only; any other ends the whole batch.
fn is_refusal(error: &StorageError) -> bool {
    matches!(
        error,
        StorageError::StaleEpoch
            | StorageError::ForeignMessage
            | StorageError::Refused(_)
            | StorageError::NotFound
    )
}

/// Holds every case of a batch, in order of their ids, so that two nodes never wait in a circle.
async fn hold<DB: Dialect>(tx: &mut Tx<DB>, batch: &[Job]) -> Result<BTreeMap<CaseId, Writing>> {
    let ids: std::collections::BTreeSet<CaseId> = batch.iter().map(|job| job.append.case).collect();
    let mut cases = BTreeMap::new();
    for case in ids {
        if tx.first(DB::LOCK_CASE, args![case]).await?.is_some() {
            let newest = match rows::newest(tx, case).await {
                Err(StorageError::NotFound) => continue,
                newest => newest?,
            };
            let heads = rows::heads(tx, case).await?;
            cases.insert(case, Writing { newest, heads, touched: [false; 2] });
        }
    }
    Ok(cases)
}

/// One message, in the order of checks that `crypto.md` 6 gives.
async fn append<DB: Dialect>(
    shared: &Shared<DB>,
    tx: &mut Tx<DB>,
    case: &mut Writing,
    job: &Job,
) -> Result<Stored> {
    let Append { case: id, writer, message, now } = &job.append;
    if let Some(stored) = known(tx, *id, message).await? {
        return Ok(stored);
    }
    match *writer {
        Author::Client(session) => {
            if case.newest.id != session || !access::client_may_write(&case.newest, message.lane) {
                return Err(Refused::WrongState.into());
            }
        }
        Author::Staff { staff, rkid } => {
            if !access::is_there(&case.newest, staff, *now, &shared.times) {
                return Err(Refused::NotYours.into());
            }
            let reads = tx.first(READS_NEWEST, args![*id, message.lane, rkid]).await?;
            if reads.is_none() {
                return Err(StorageError::StaleEpoch);
            }
        }
    }
    let head = case.heads.of_mut(message.lane).as_mut().ok_or(StorageError::StaleEpoch)?;
    if head.frozen || head.epoch != message.epoch {
        return Err(StorageError::StaleEpoch);
    }
    let stored = insert(tx, *id, head, message, job.sealed.clone(), *now).await?;
    case.touch(message.lane);
    Ok(stored)
}

impl Writing {
    fn touch(&mut self, lane: Lane) {
        let [chat, notes] = &mut self.touched;
        match lane {
            Lane::Chat => *chat = true,
            Lane::Notes => *notes = true,
        }
    }

    fn touched(&self, lane: Lane) -> bool {
        let [chat, notes] = self.touched;
        match lane {
            Lane::Chat => chat,
            Lane::Notes => notes,
        }
    }
}
