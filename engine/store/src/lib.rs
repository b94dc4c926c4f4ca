//! SQL behind the store ports: SQLite (embedded, the default) and PostgreSQL. It keeps records and gives them back; it decides
//! nothing about nodes and knows nothing of BMCs or HTTP.

mod blobs;
mod claim;
mod column;
mod database;
mod document;
mod fault;
mod folder;
mod key;
mod leases;
mod migrations;
mod node_rows;
mod open;
mod pattern;
mod port_rows;
mod postgres;
mod readers;
mod reads;
mod resource_reads;
mod resource_rows;
mod rows;
mod seal;
mod select;
mod sought;
mod sql_store;
mod sqlite;
mod wal;
mod watch;
mod write;
mod writer;

pub use folder::{FolderError, LOCK_FILE};
pub use key::{KeyError, SealingKey};
pub use open::{OpenError, Options, open};
pub use sql_store::SqlStore;
