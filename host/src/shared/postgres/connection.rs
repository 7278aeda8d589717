//! One connection to the database, which is made anew when it breaks.

use std::sync::Arc;
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
    system: &'static dyn System,
    client: Mutex<Option<Arc<Client>>>,
}

impl Connection {
    /// Nothing is connected yet. A call tries for as long as `patience` to reach a database that does not answer.
    pub(super) fn new(address: Address, patience: Duration, system: &'static dyn System) -> Self {
        Self { address, patience, system, client: Mutex::new(None) }
    }

    /// Carries out a statement in a transaction of its own, in one round trip.
    pub(super) async fn query(&self, statement: &str, parameters: &[Parameter<'_>]) -> Result<Vec<Row>, Lost> {
        let begun = self.system.monotonic();
        let mut pause = PAUSE[0];
        loop {
            let fault = match self.once(statement, parameters).await {
                Ok(rows) => return Ok(rows),
                Err(fault) => fault,
            };
            let passed = self.system.monotonic().saturating_sub(begun);
            if !fault.is_passing || passed + pause > self.patience {
                return Err(lost(&self.address, &fault));
            }
            debug!(what = fault.what, "the shared state is tried again");
            clock::sleep(pause).await;
            pause = (pause * 2).min(PAUSE[1]);
        }
    }

    async fn once(&self, statement: &str, parameters: &[Parameter<'_>]) -> Result<Vec<Row>, Fault> {
        let client = self.client().await?;
        match timeout(ANSWER, client.query_typed(statement, parameters)).await {
            Ok(answer) => answer.map_err(|error| Fault::from(&error)),
            Err(_) => {
                self.client.lock().await.take_if(|kept| Arc::ptr_eq(kept, &client));
                Err(Fault::passing("it did not answer in time"))
            }
        }
    }

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
        client.batch_execute(&format!("SET statement_timeout = {STATEMENT_MS}")).await?;
        Ok(client)
    };
    match timeout(LOGIN, login).await {
        Ok(client) => client.map_err(|error: tokio_postgres::Error| Fault::from(&error)),
        Err(_) => Err(Fault::passing("it did not answer in time")),
    }
}

/// The sentence for a fault.
pub(super) fn lost(address: &Address, fault: &Fault) -> Lost {
    Lost::Database(format!("the shared state in {} cannot be used: {}", address.shown(), fault.what))
}
