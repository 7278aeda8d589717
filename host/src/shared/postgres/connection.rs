//! One connection to the database. When it breaks, the next call connects again.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::timeout;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, NoTls, Row};
use tokio_postgres_rustls::MakeRustlsConnect;
use tracing::debug;

use super::address::Address;
use super::fault::Fault;
use super::schema;
use crate::shared::error::Lost;
use crate::system::System;
use crate::system::clock;
use crate::system::terminal::Terminal;

/// Longest time that the database may take for a statement, in milliseconds. All of them take a few.
const STATEMENT_MS: u64 = 10_000;

/// Longest time for an answer: the server gives up first, if it can be reached.
const ANSWER: Duration = Duration::from_millis(STATEMENT_MS + 5000);

/// Longest time until a connection is there, with the login.
const LOGIN: Duration = Duration::from_secs(15);

/// Time between the first two tries, and the longest time between two. It doubles from one try to the next.
const PAUSE: [Duration; 2] = [Duration::from_millis(50), Duration::from_secs(2)];

/// A parameter of a statement, with its type, so that the server need not be asked for it.
pub(super) type Parameter<'p> = (&'p (dyn ToSql + Sync), Type);

/// A connection for statements that are safe to repeat: nobody knows whether one was carried out if the connection
/// breaks before its answer.
pub(super) struct Connection {
    address: Address,
    patience: Duration,
    terminal: Terminal,
    system: &'static dyn System,
    client: Mutex<Option<Arc<Client>>>,
    /// Since when the database does not answer, on this process's monotonic clock.
    gone_since: std::sync::Mutex<Option<Duration>>,
}

impl Connection {
    /// Nothing is connected yet. Calls try for as long as `patience` to reach a database that does not answer, counted from
    /// the first one that got no answer. The user is told when that begins, and when it is over.
    pub(super) fn new(address: Address, patience: Duration, terminal: Terminal, system: &'static dyn System) -> Self {
        let gone_since = std::sync::Mutex::default();
        Self { address, patience, terminal, system, client: Mutex::new(None), gone_since }
    }

    /// Carries out a statement in a transaction of its own, in one round trip.
    pub(super) async fn query(&self, statement: &str, parameters: &[Parameter<'_>]) -> Result<Vec<Row>, Lost> {
        self.query_timed(statement, parameters).await.map(|(rows, _)| rows)
    }

    /// As [`Connection::query`]. Also returns when the statement was sent that was answered, on this process's monotonic
    /// clock: the database may have been gone before that.
    pub(super) async fn query_timed(
        &self,
        statement: &str,
        parameters: &[Parameter<'_>],
    ) -> Result<(Vec<Row>, Duration), Lost> {
        let mut pause = PAUSE[0];
        let mut is_first = true;
        loop {
            let kept = self.kept().await.filter(|_| is_first);
            let was_kept = kept.is_some();
            let fault = match self.once(kept, statement, parameters).await {
                Ok(answer) => {
                    self.is_back();
                    return Ok(answer);
                }
                Err(fault) => fault,
            };
            if std::mem::take(&mut is_first) && was_kept && fault.is_passing {
                // A connection that was idle may have broken unnoticed, which says nothing about the database.
                continue;
            }
            let lost = lost(&self.address, &fault);
            if !fault.is_passing || self.gone_for(&lost) + pause > self.patience {
                return Err(lost);
            }
            debug!(what = fault.what, "the shared state is tried again");
            clock::sleep(pause).await;
            pause = (pause * 2).min(PAUSE[1]);
        }
    }

    /// How long the database has not answered. Tells the user when that begins.
    fn gone_for(&self, lost: &Lost) -> Duration {
        let now = self.system.monotonic();
        let mut since = self.lock_gone_since();
        if since.is_none() && !self.patience.is_zero() {
            let until = clock::rfc_3339(self.system.epoch_s() + self.patience.as_secs_f64());
            self.terminal.warn(&format!(
                "warning: {lost}; nothing new is sent until it answers again, which is tried until {until}"
            ));
        }
        now.saturating_sub(*since.get_or_insert(now))
    }

    fn is_back(&self) {
        if self.lock_gone_since().take().is_some() {
            self.terminal.note("the shared state answers again");
        }
    }

    fn lock_gone_since(&self) -> std::sync::MutexGuard<'_, Option<Duration>> {
        self.gone_since.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn once(
        &self,
        kept: Option<Arc<Client>>,
        statement: &str,
        parameters: &[Parameter<'_>],
    ) -> Result<(Vec<Row>, Duration), Fault> {
        let client = match kept {
            Some(client) => client,
            None => self.client().await?,
        };
        let sent = self.system.monotonic();
        let answer = match timeout(ANSWER, client.query_typed(statement, parameters)).await {
            Ok(answer) => answer.map_err(|error| Fault::from(&error)),
            Err(_) => Err(Fault::passing("it did not answer in time")),
        };
        if answer.as_ref().is_err_and(|fault| fault.is_passing) {
            self.client.lock().await.take_if(|kept| Arc::ptr_eq(kept, &client));
        }
        answer.map(|rows| (rows, sent))
    }

    /// The connection of earlier calls, if there is one.
    async fn kept(&self) -> Option<Arc<Client>> {
        self.client.lock().await.as_ref().filter(|client| !client.is_closed()).map(Arc::clone)
    }

    /// A connection that can be used. Those who wait for a new one share it.
    async fn client(&self) -> Result<Arc<Client>, Fault> {
        let mut kept = self.client.lock().await;
        if let Some(client) = kept.as_ref().filter(|client| !client.is_closed()) {
            return Ok(Arc::clone(client));
        }
        let client = connect(&self.address).await?;
        schema::check(&client).await?;
        let client = Arc::new(client);
        *kept = Some(Arc::clone(&client));
        Ok(client)
    }
}

/// Connects and logs in. Whether the database has our schema is not checked.
pub(super) async fn connect(address: &Address) -> Result<Client, Fault> {
    let login = async {
        let client = match &address.tls {
            Some(tls) => {
                let tls = MakeRustlsConnect::new(rustls::ClientConfig::clone(tls));
                let (client, connection) = address.config.connect(tls).await?;
                tokio::spawn(connection);
                client
            }
            None => {
                let (client, connection) = address.config.connect(NoTls).await?;
                tokio::spawn(connection);
                client
            }
        };
        client.batch_execute(&settings()).await?;
        Ok(client)
    };
    match timeout(LOGIN, login).await {
        Ok(client) => client.map_err(|error: tokio_postgres::Error| Fault::from(&error)),
        Err(_) => Err(Fault::passing("it did not answer in time")),
    }
}

/// Settings of a session. Statements wait for row locks and then see the row as it is, at this level of isolation alone.
fn settings() -> String {
    format!("SET statement_timeout = {STATEMENT_MS}; SET default_transaction_isolation = 'read committed'")
}

/// The sentence for a fault.
pub(super) fn lost(address: &Address, fault: &Fault) -> Lost {
    Lost::Database(format!("the shared state in {} cannot be used: {}", address.shown(), fault.what))
}
