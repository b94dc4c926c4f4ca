//! The house's manners that a machine can check: sizes of files and functions, a `//!` line in every file, no unsafe code outside the
//! agent's ioctl modules, no subprocess in the daemon.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::fs;
use std::path::{Path, PathBuf};

const LONGEST_FILE: usize = 600;
const LONGEST_FUNCTION: usize = 80;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

fn sources() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for room in [
        "agent",
        "bmc-drivers",
        "engine",
        "netboot",
        "operator",
        "testbed",
    ] {
        collect(&root().join(room), &mut found);
    }
    assert!(found.len() > 50, "the sources were not found");
    found
}

fn collect(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if !matches!(
                path.file_name().and_then(|name| name.to_str()),
                Some("target" | "fuzz")
            ) {
                collect(&path, found);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            found.push((path.strip_prefix(root()).unwrap().to_owned(), text));
        }
    }
}

fn is_test(path: &Path) -> bool {
    path.components().any(|part| {
        matches!(
            part.as_os_str().to_str(),
            Some("tests" | "tests.rs" | "examples" | "benches")
        )
    })
}

/// The file without the test module at its end.
fn without_tests(text: &str) -> &str {
    let module = text.match_indices("#[cfg(test)]\n").find(|(at, _)| {
        let after = text[*at..].lines().skip(1);
        let mut code = after.skip_while(|line| line.starts_with("#["));
        code.next()
            .is_some_and(|line| line.starts_with("mod tests {"))
    });
    module.map_or(text, |(at, _)| &text[..at])
}

#[test]
fn every_file_says_what_it_is_for() {
    let silent: Vec<_> = sources()
        .into_iter()
        .filter(|(_, text)| !text.starts_with("//!"))
        .map(|(path, _)| path)
        .collect();
    assert!(silent.is_empty(), "no //! line: {silent:?}");
}

#[test]
fn no_file_is_too_long() {
    for (path, text) in sources() {
        let lines = text.lines().count();
        assert!(
            is_test(&path) || lines <= LONGEST_FILE,
            "{} has {lines} lines",
            path.display()
        );
    }
}

#[test]
fn no_function_is_too_long() {
    for (path, text) in sources().iter().filter(|(path, _)| !is_test(path)) {
        for (name, lines) in functions(without_tests(text)) {
            assert!(
                lines <= LONGEST_FUNCTION,
                "{}: {name} has {lines} lines",
                path.display()
            );
        }
    }
}

/// Functions and their lengths. rustfmt closes a function with a brace at the indentation of its `fn`.
fn functions(text: &str) -> Vec<(String, usize)> {
    let mut found = Vec::new();
    let lines: Vec<&str> = text.lines().collect();
    for (start, line) in lines.iter().enumerate() {
        let code = line.trim_start();
        let indent = line.len() - code.len();
        let head = code.split('(').next().unwrap_or_default();
        if code.starts_with("//") || !(head.starts_with("fn ") || head.contains(" fn ")) {
            continue;
        }
        // A declaration without a body ends its signature with a semicolon.
        let signature_end = lines[start..]
            .iter()
            .find(|line| line.trim_end().ends_with(['{', ';', '}']));
        if !signature_end.is_some_and(|line| line.trim_end().ends_with('{')) {
            continue;
        }
        let close = format!("{}}}", " ".repeat(indent));
        if let Some(end) = lines[start..].iter().position(|line| *line == close) {
            found.push((head.trim().to_owned(), end + 1));
        }
    }
    found
}

#[test]
fn unsafe_code_is_in_the_agents_ioctl_modules_only() {
    for (path, text) in sources() {
        let allows = text.contains(concat!("allow(", "unsafe_code"));
        let may = path.starts_with("agent/agent/src/sys")
            || path.starts_with("testbed/")
            || path.starts_with("netboot/serve/src");
        assert!(!allows || may, "{} allows unsafe code", path.display());
    }
}

#[test]
fn the_daemon_starts_no_subprocess() {
    for (path, text) in sources() {
        let outside =
            path.starts_with("agent/agent") || path.starts_with("testbed") || is_test(&path);
        let code = without_tests(&text);
        let several = code
            .lines()
            .any(|line| line.contains(concat!("process::", "{")) && line.contains("Command"));
        let starts = several || code.contains(concat!("process::", "Command"));
        assert!(outside || !starts, "{} starts a subprocess", path.display());
    }
}
