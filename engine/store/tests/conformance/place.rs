//! A database of its own for each test, gone at its end.

use crate::postgres_server::Server;
use std::path::PathBuf;
use std::sync::Arc;
use store::{OpenError, Options, SealingKey, SqlStore};
use tempfile::TempDir;

pub struct Place {
    pub folder: TempDir,
    pub url: String,
    _server: Option<Arc<Server>>,
}

impl Place {
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data/hammerscale.sqlite");
        Self {
            url: format!("sqlite:{}", path.display()),
            folder,
            _server: None,
        }
    }

    /// None when no PostgreSQL is installed, which is said aloud.
    pub async fn postgres() -> Option<Self> {
        let server = tokio::task::spawn_blocking(Server::shared).await;
        let server = server.unwrap().unwrap()?;
        let one = Arc::clone(&server);
        let url = tokio::task::spawn_blocking(move || one.new_database()).await;
        let url = url.unwrap().unwrap();
        Some(Self {
            folder: tempfile::tempdir().unwrap(),
            url,
            _server: Some(server),
        })
    }

    pub fn is_sqlite(&self) -> bool {
        self.url.starts_with("sqlite:")
    }

    pub fn data_folder(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub fn key_file(&self) -> PathBuf {
        self.folder.path().join("keys/sealing.key")
    }

    pub async fn open(&self) -> Arc<SqlStore> {
        self.open_with(&Options::default()).await
    }

    pub async fn open_with(&self, options: &Options) -> Arc<SqlStore> {
        self.try_open(options).await.unwrap()
    }

    pub async fn try_open(&self, options: &Options) -> Result<Arc<SqlStore>, OpenError> {
        let key = SealingKey::load_or_create(&self.key_file()).unwrap();
        store::open(&self.url, key, options).await
    }
}
