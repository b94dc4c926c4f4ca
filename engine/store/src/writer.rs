//! How writes reach the disk. SQLite: one thread takes all that is queued, runs it in one transaction and answers when it is
//! committed. PostgreSQL: each write is a transaction of its own, done again when it met another one.

use crate::claim::{self, Claim};
use crate::database::Session;
use crate::fault::{self, Fault};
use crate::folder::FolderLock;
use crate::open::Options;
use crate::postgres::{self, Asking};
use crate::sqlite::Sqlite;
use crate::wal::Wal;
use crate::write::{Limits, Write, apply};
use futures::executor::block_on;
use ports::store::StoreError;
use sqlx::{Connection as _, PgConnection, PgPool};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, oneshot};

/// Writes that may wait in the queue; whoever comes then waits for a place.
const QUEUE: usize = 1024;
/// How often a transaction that met another one is begun.
const ATTEMPTS: u32 = 5;

type Answer = Result<u64, StoreError>;

/// Where writes go.
pub(crate) enum Writer {
    Queue(mpsc::Sender<Order>),
    Postgres(Alone),
}

/// What the writing thread is told.
pub(crate) enum Order {
    Do(Box<Write>, oneshot::Sender<Answer>),
    /// Finish what is queued, close the database and answer.
    Close(oneshot::Sender<()>),
}

impl Writer {
    /// Starts the writing thread of a SQLite database. It holds the folder's lock as long as it lives.
    pub(crate) fn start(
        connection: Sqlite,
        wal: Wal,
        lock: FolderLock,
        options: &Options,
    ) -> Result<Self, Fault> {
        let (queue, writing) = Writing::new(connection, wal, lock, options);
        let thread = thread::Builder::new().name("store-writer".to_owned());
        thread
            .spawn(move || writing.run_or_abort())
            .map_err(|error| Fault::other(format!("no thread for writing: {error}")))?;
        Ok(Writer::Queue(queue))
    }

    /// Does a write. Once it is queued it is done even when the caller goes away.
    pub(crate) async fn write(&self, write: Write) -> Answer {
        match self {
            Writer::Queue(queue) => {
                let (answer, answered) = oneshot::channel();
                let order = Order::Do(Box::new(write), answer);
                queue.send(order).await.map_err(|_| closed())?;
                answered.await.map_err(|_| closed())?
            }
            Writer::Postgres(alone) => {
                let task = tokio::spawn(alone.clone().write(write));
                task.await.map_err(|_| closed())?
            }
        }
    }

    /// Ends the writing thread after what is queued.
    pub(crate) async fn close(&self) {
        if let Writer::Queue(queue) = self {
            let (answer, answered) = oneshot::channel();
            if queue.send(Order::Close(answer)).await.is_ok() {
                // An error means that the thread is gone already.
                let _ = answered.await;
            }
        }
    }

    /// Lets others have the database, once all its connections are closed; the folder of a file is free already.
    pub(crate) async fn give_free(&self) {
        if let Writer::Postgres(alone) = self {
            alone.claim.close().await;
        }
    }

    /// Returns when another engine has taken the database; never for a file, whose folder is locked.
    pub(crate) async fn lost(&self) {
        match self {
            Writer::Queue(_) => std::future::pending().await,
            Writer::Postgres(alone) => alone.claim.lost().await,
        }
    }
}

fn closed() -> StoreError {
    Fault::other("the store is closed").during("writing to the store")
}

/// What the writing thread of a SQLite database works with.
struct Writing {
    connection: Sqlite,
    wal: Wal,
    orders: mpsc::Receiver<Order>,
    limits: Limits,
    batch: usize,
    gather: Duration,
    closing: Option<oneshot::Sender<()>>,
    _lock: FolderLock,
}

type Job = (Box<Write>, oneshot::Sender<Answer>);

impl Writing {
    /// With the end of the queue that orders come in by.
    fn new(
        connection: Sqlite,
        wal: Wal,
        lock: FolderLock,
        options: &Options,
    ) -> (mpsc::Sender<Order>, Self) {
        let (queue, orders) = mpsc::channel(QUEUE);
        let writing = Self {
            connection,
            wal,
            orders,
            limits: options.limits(),
            batch: options.batch.max(1),
            gather: options.gather,
            closing: None,
            _lock: lock,
        };
        (queue, writing)
    }

    /// An engine that cannot write must not go on as if it could: whoever watches over it starts it anew, with all that was acknowledged.
    fn run_or_abort(self) {
        if catch_unwind(AssertUnwindSafe(|| self.run())).is_err() {
            tracing::error!("the thread that writes to the database panicked");
            std::process::abort();
        }
    }

    fn run(mut self) {
        let mut jobs = Vec::new();
        while let Some(order) = self.orders.blocking_recv() {
            self.take(order, &mut jobs);
            self.gather(&mut jobs);
            if !jobs.is_empty() {
                self.commit(std::mem::take(&mut jobs));
                self.wal.tend(&self.connection, self.orders.is_empty());
            }
        }
        if let Err(error) = self.connection.close() {
            tracing::warn!(%error, "closing the database");
        }
        drop(self._lock);
        if let Some(answer) = self.closing {
            // Whoever asked may have gone away.
            let _ = answer.send(());
        }
    }

    fn take(&mut self, order: Order, jobs: &mut Vec<Job>) {
        match order {
            Order::Do(write, answer) => jobs.push((write, answer)),
            Order::Close(answer) => {
                self.orders.close();
                self.closing = Some(answer);
            }
        }
    }

    /// Takes what is queued. Only when there is company already is a moment's wait for more worth it.
    fn gather(&mut self, jobs: &mut Vec<Job>) {
        self.drain(jobs);
        if (2..self.batch).contains(&jobs.len()) && self.closing.is_none() {
            thread::sleep(self.gather);
            self.drain(jobs);
        }
    }

    fn drain(&mut self, jobs: &mut Vec<Job>) {
        while jobs.len() < self.batch
            && let Ok(order) = self.orders.try_recv()
        {
            self.take(order, jobs);
        }
    }

    fn commit(&mut self, jobs: Vec<Job>) {
        let started = Instant::now();
        // Statements on SQLite are done when their calls return: this waits for the disk only.
        let done = block_on(transact(&mut self.connection, &jobs, self.limits));
        metrics::histogram!("store_commit_seconds").record(started.elapsed().as_secs_f64());
        metrics::histogram!("store_turns_per_commit").record(jobs.len() as f64);
        let answers = match done {
            Ok(answers) => answers,
            Err(fault) => {
                self.roll_back();
                let answer = |_: &Job| Err(fault.clone().during("committing to the database"));
                jobs.iter().map(answer).collect()
            }
        };
        for ((_, asker), answer) in jobs.into_iter().zip(answers) {
            // Whoever asked may have gone away; the write stands all the same.
            let _ = asker.send(answer);
        }
    }

    fn roll_back(&self) {
        if let Err(fault) = self.connection.execute("ROLLBACK", &[]) {
            // SQLite ends a transaction by itself on some errors (disk full, I/O); then there is none to roll back.
            tracing::debug!(error = %fault, "no transaction to roll back");
        }
    }
}

/// One transaction for all; one that is refused is undone alone.
async fn transact(
    connection: &mut Sqlite,
    jobs: &[Job],
    limits: Limits,
) -> Result<Vec<Answer>, Fault> {
    let mut session = Session::Sqlite(connection);
    let mut answers = Vec::with_capacity(jobs.len());
    session.execute("BEGIN IMMEDIATE", Vec::new()).await?;
    for (write, _) in jobs {
        session.execute("SAVEPOINT turn", Vec::new()).await?;
        let answer = apply(&mut session, write, limits).await;
        if let Err(error) = &answer {
            let undone = session.execute("ROLLBACK TO turn", Vec::new()).await;
            undone
                .inspect_err(|_| tracing::warn!(%error, "a refused write ended the transaction"))?;
        }
        session.execute("RELEASE turn", Vec::new()).await?;
        answers.push(answer);
    }
    session.execute("COMMIT", Vec::new()).await?;
    Ok(answers)
}

/// Writes on PostgreSQL: each in a transaction of its own.
#[derive(Clone)]
pub(crate) struct Alone {
    pool: PgPool,
    claim: Arc<Claim>,
    limits: Limits,
}

impl Alone {
    pub(crate) fn new(pool: PgPool, claim: Arc<Claim>, limits: Limits) -> Self {
        Self {
            pool,
            claim,
            limits,
        }
    }

    async fn write(self, write: Write) -> Answer {
        let mut attempt = 1;
        loop {
            let started = Instant::now();
            let answer = self.attempt(&write).await;
            metrics::histogram!("store_commit_seconds").record(started.elapsed().as_secs_f64());
            metrics::histogram!("store_turns_per_commit").record(1.0);
            match answer {
                Err(error) if attempt < ATTEMPTS && fault::is_transient(&error) => attempt += 1,
                answer => return answer,
            }
        }
    }

    async fn attempt(&self, write: &Write) -> Answer {
        let mut asking = Asking::of(self.pool.acquire().await.map_err(committing)?);
        let during = |fault: Fault| fault.during("committing to the database");
        let connection = asking.connection().map_err(during)?;
        let mut begun = false;
        let work = self.transact(connection, write, &mut begun);
        let answer = postgres::within_patience(work).await.map_err(during)?;
        if begun {
            // Else it may be within a transaction that failed, and is closed.
            asking.answered();
        }
        answer
    }

    async fn transact(
        &self,
        connection: &mut PgConnection,
        write: &Write,
        begun: &mut bool,
    ) -> Answer {
        let transaction = connection.begin_with(claim::BEGIN).await;
        let mut transaction = transaction.map_err(committing)?;
        *begun = true;
        let mut session = Session::Postgres(&mut transaction);
        self.claim.check(&mut session).await?;
        let answer = apply(&mut session, write, self.limits).await?;
        transaction.commit().await.map_err(committing)?;
        Ok(answer)
    }
}

fn committing(error: sqlx::Error) -> StoreError {
    Fault::from(error).during("committing to the database")
}

#[cfg(test)]
mod tests;
