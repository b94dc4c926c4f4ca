//! The store, opened with its sealing key.

use crate::config::Settings;
use anyhow::{Context, Result};
use std::sync::Arc;
use store::{Options, SealingKey, SqlStore};

pub(crate) async fn open(settings: &Settings) -> Result<Arc<SqlStore>> {
    let key_file = &settings.sealing_key_file;
    let key = SealingKey::load_or_create(key_file)
        .with_context(|| format!("the sealing key {}", key_file.display()))?;
    store::open(settings.database_url.expose(), key, &Options::default())
        .await
        .context("opening the store")
}
