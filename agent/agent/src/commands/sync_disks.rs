//! `standby.sync`: everything written is on the disks.

use super::CommandSpec;

/// The command.
pub const SPEC: CommandSpec = CommandSpec {
    name: "standby.sync",
    sync: true,
    run: |_agent, _params| {
        Box::pin(async {
            full().await;
            Ok(None)
        })
    },
};

/// Flushes all file systems and block devices; may take long, so not on the runtime's threads.
pub async fn full() {
    // The closure cannot panic, and sync reports nothing.
    let _ = tokio::task::spawn_blocking(nix::unistd::sync).await;
}
