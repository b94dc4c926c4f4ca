//! The databases that an engine under test may have: a file of its own, or one on a PostgreSQL server that the test starts on a unix socket.

#![allow(
    dead_code,
    unused_macros,
    unused_imports,
    reason = "not every file of tests has a need of all"
)]

use hammerscale_testbed::engine::EngineSpec;
use hammerscale_testbed::postgres::Server;
use std::sync::Arc;

/// A kind of database.
pub enum Databases {
    /// The file that an engine makes in its data folder.
    Sqlite,
    /// On this server, which ends with the last test that uses it.
    Postgres(Arc<Server>),
}

impl Databases {
    /// None when no PostgreSQL is installed, which is said aloud.
    pub async fn postgres() -> Option<Self> {
        let server = tokio::task::spawn_blocking(Server::shared).await.unwrap();
        Some(Self::Postgres(server.unwrap()?))
    }

    /// The engine, with an empty database of this kind; it keeps that over its restarts.
    pub async fn under(&self, spec: EngineSpec) -> EngineSpec {
        match self {
            Self::Sqlite => spec,
            Self::Postgres(server) => {
                let server = Arc::clone(server);
                let url = tokio::task::spawn_blocking(move || server.new_database()).await;
                spec.with_database(&url.unwrap().unwrap())
            }
        }
    }
}

/// Makes a test for each database of a function that takes a kind of them, and what else differs between them.
macro_rules! on_both {
    ($name:ident, $work:path $(, $sqlite:expr, $postgres:expr)?) => {
        mod $name {
            use super::*;

            #[tokio::test(flavor = "multi_thread")]
            async fn on_sqlite() {
                $work(Databases::Sqlite $(, $sqlite)?).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn on_postgres() {
                if let Some(databases) = Databases::postgres().await {
                    $work(databases $(, $postgres)?).await;
                }
            }
        }
    };
}
pub(crate) use on_both;

/// The same of several functions that take a kind of database and nothing else; each gives its test its name.
macro_rules! each_on_both {
    ($($name:ident),* $(,)?) => {
        $($crate::databases::on_both!($name, $name);)*
    };
}
pub(crate) use each_on_both;
