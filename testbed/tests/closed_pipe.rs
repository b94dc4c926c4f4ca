//! A command whose output nobody reads any more ends quietly, as `... | head` expects.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::process::{Command, Stdio};

#[test]
fn a_closed_pipe_is_no_failure() {
    for arguments in [&["test", "--list"][..], &["--help"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let ended = Command::new(env!("CARGO_BIN_EXE_hammerscale-testbed"))
            .args(arguments)
            .stdout(writer)
            .stderr(Stdio::piped())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&ended.stderr);
        assert_eq!(said, "", "{arguments:?}");
        assert!(ended.status.success(), "{arguments:?}: {}", ended.status);
    }
}
