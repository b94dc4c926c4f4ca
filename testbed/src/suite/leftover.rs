//! What did not fit into the last run goes first among the second tier of the next. Kept in the cache folder; losing it costs nothing.

use super::plan::Tier;
use super::stage::Stage;
use crate::lab::cache;
use std::path::PathBuf;

fn file() -> Option<PathBuf> {
    Some(cache::folder().ok()?.join("stages-not-run"))
}

/// The stages in the order to run them: the first tier, then what was left over, then the rest.
pub(super) fn first(mut stages: Vec<Stage>) -> Vec<Stage> {
    let names = file()
        .and_then(|file| std::fs::read_to_string(file).ok())
        .unwrap_or_default();
    let left_over = |stage: &Stage| names.lines().any(|name| name == stage.name);
    stages.sort_by_key(|stage| match stage.tier {
        Tier::First => 0,
        Tier::Second if left_over(stage) => 1,
        Tier::Second => 2,
        Tier::Third => 3,
    });
    stages
}

/// Keeps the names for the next run.
pub(super) fn remember(names: &[&str]) {
    if let Some(file) = file() {
        // Only the order of the next run depends on it.
        let _ = std::fs::write(file, names.join("\n"));
    }
}
