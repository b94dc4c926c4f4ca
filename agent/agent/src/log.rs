//! The agent's logger: one line to the console, and the newest lines in memory for `log.collect_system_logs`.
//! It writes no files and knows no levels beyond information and warning.

use std::collections::VecDeque;
use std::io::Write;
use std::sync::{Mutex, OnceLock};
use std::time::Instant;

use crate::guard::lock;

const RING_BYTES: usize = 512 * 1024;

struct Ring {
    lines: VecDeque<String>,
    bytes: usize,
}

static RING: Mutex<Ring> = Mutex::new(Ring {
    lines: VecDeque::new(),
    bytes: 0,
});
static START: OnceLock<Instant> = OnceLock::new();

/// Writes one line; used through the macros.
pub fn line(level: &str, text: &str) {
    let since = START.get_or_init(Instant::now).elapsed();
    let line = format!("[{:>8.3}] {level} {text}", since.as_secs_f64());
    // A console that went away must not stop the agent.
    let _ = writeln!(std::io::stderr(), "hammerscale-agent {line}");
    let mut ring = lock(&RING);
    ring.bytes += line.len();
    ring.lines.push_back(line);
    while ring.bytes > RING_BYTES {
        match ring.lines.pop_front() {
            Some(old) => ring.bytes -= old.len(),
            None => break,
        }
    }
}

/// The newest lines, oldest first.
pub fn recent() -> String {
    let ring = lock(&RING);
    let mut text = String::with_capacity(ring.bytes + ring.lines.len());
    for line in &ring.lines {
        text.push_str(line);
        text.push('\n');
    }
    text
}

/// Logs what went as it should.
macro_rules! info {
    ($($arg:tt)*) => { $crate::log::line("INFO", &format!($($arg)*)) };
}
/// Logs what a person may want to look at.
macro_rules! warning {
    ($($arg:tt)*) => { $crate::log::line("WARN", &format!($($arg)*)) };
}
pub(crate) use {info, warning};
