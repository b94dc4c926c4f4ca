//! One suite for both databases: what the store ports promise, held against SQLite and PostgreSQL alike.
#![allow(clippy::unwrap_used, clippy::expect_used)]

/// Makes a test for each database of every function named; each takes a [`place::Place`].
macro_rules! on_both {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() {
                    super::$name(crate::place::Place::sqlite()).await;
                }
            )*
        }
        mod postgres {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() {
                    if let Some(place) = crate::place::Place::postgres().await {
                        super::$name(place).await;
                    }
                }
            )*
        }
    };
}

mod blobs;
mod canary;
mod claim;
mod concurrency;
mod crash;
mod filters;
mod folder;
mod keys;
mod leases;
mod long_lists;
mod node_ports;
mod nodes;
mod odd_text;
mod paging;
mod patterns;
mod place;
#[allow(dead_code, reason = "what it can besides is for others")]
#[path = "../../../../testbed/src/postgres.rs"]
mod postgres_server;
mod records;
mod resources;
mod schema;
mod streams;
