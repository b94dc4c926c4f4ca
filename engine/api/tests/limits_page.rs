//! The guide's page of limits says what the code says.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod support;

use api::{Limits, ListenerLimits};

const PAGE: &str = include_str!("../../../docs/guide/limits.md");

/// `1048576` as `1,048,576`.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The number in the row that begins with these words.
fn row(words: &str) -> &'static str {
    let mut rows = PAGE
        .lines()
        .filter(|line| line.starts_with(&format!("| {words}")));
    let row = rows.next().expect(words);
    assert!(rows.next().is_none(), "two rows begin with {words}");
    row.split(" | ").nth(1).unwrap()
}

#[test]
fn the_numbers_are_those_of_the_code() {
    let (limits, listener) = (Limits::default(), ListenerLimits::default());
    let seconds = |time: std::time::Duration| format!("{} s", time.as_secs());
    for (words, expected) in [
        ("bytes of a body |", grouped(limits.body)),
        (
            "bytes of the body of `states/provision`",
            grouped(limits.provision_body),
        ),
        (
            "bytes of the body of `continue_inspection`",
            grouped(limits.inspection_body),
        ),
        ("values in a body", grouped(limits.values)),
        ("levels of nesting", grouped(limits.depth)),
        ("operations in a patch", grouped(limits.patch_operations)),
        (
            &format!("bodies of more than {} bytes held", grouped(limits.body)),
            grouped(limits.large_bodies),
        ),
        (
            &format!(
                "bodies of more than {} bytes, up to {},",
                grouped(limits.plain_body),
                grouped(limits.body)
            ),
            grouped(limits.middle_bodies),
        ),
        (
            &format!(
                "bodies of more than {} bytes that",
                grouped(limits.plain_body)
            ),
            grouped(limits.parsed_bodies),
        ),
        ("items of a page", grouped(support::config().max_limit)),
        ("connections of a listener", grouped(listener.connections)),
        ("time for a request's head", seconds(listener.head)),
        (
            "requests on a connection",
            grouped(usize::try_from(listener.requests).unwrap()),
        ),
        ("time for a request in all", seconds(limits.deadline)),
    ] {
        assert_eq!(row(words), expected, "{words}");
    }
    let grace = seconds(limits.grace);
    assert!(row("time for a body to come").starts_with(&grace));
    assert!(PAGE.contains(&format!("waits {}, then 503", seconds(limits.patience))));
    let processors = std::thread::available_parallelism().map_or(2, usize::from);
    assert_eq!(limits.lists, (2 * processors).clamp(4, 16));
}
