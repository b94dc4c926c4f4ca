//! The real clients: the `baremetal` command and openstacksdk, from the Python package index, against the daemon.

use anyhow::Result;

pub(super) fn run() -> Result<()> {
    Ok(())
}
