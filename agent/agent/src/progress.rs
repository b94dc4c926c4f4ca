//! How far the running step got. Steps write it, the heartbeat reads it; nothing here is stored.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use agent_wire::{Progress, ProgressPhase};

use crate::guard::lock;

const WINDOW: Duration = Duration::from_secs(5);
const SAMPLE: Duration = Duration::from_millis(200);

/// The one place where progress stands.
#[derive(Default)]
pub struct ProgressBoard(Mutex<Option<Running>>);

struct Running {
    step: String,
    phase: ProgressPhase,
    done: u64,
    total: Option<u64>,
    samples: VecDeque<(Instant, u64)>,
}

impl ProgressBoard {
    /// A step starts.
    pub fn begin(&self, step: &str) {
        *lock(&self.0) = Some(Running {
            step: step.to_owned(),
            phase: ProgressPhase::Preparing,
            done: 0,
            total: None,
            samples: VecDeque::new(),
        });
    }

    /// The step enters a phase.
    pub fn phase(&self, phase: ProgressPhase) {
        if let Some(running) = lock(&self.0).as_mut() {
            running.phase = phase;
        }
    }

    /// Bytes in all became known.
    pub fn total(&self, total: Option<u64>) {
        if let Some(running) = lock(&self.0).as_mut() {
            running.total = total;
        }
    }

    /// Bytes done so far.
    pub fn done(&self, done: u64) {
        self.done_at(done, Instant::now());
    }

    fn done_at(&self, done: u64, now: Instant) {
        if let Some(running) = lock(&self.0).as_mut() {
            if done < running.done {
                running.samples.clear();
            }
            running.done = done;
            if running
                .samples
                .back()
                .is_none_or(|(t, _)| now.duration_since(*t) >= SAMPLE)
            {
                running.samples.push_back((now, done));
            }
            while running.samples.len() > 2
                && running
                    .samples
                    .front()
                    .is_some_and(|(t, _)| now.duration_since(*t) > WINDOW)
            {
                running.samples.pop_front();
            }
        }
    }

    /// The step ended.
    pub fn end(&self) {
        *lock(&self.0) = None;
    }

    /// What a heartbeat says.
    pub fn snapshot(&self) -> Option<Progress> {
        let board = lock(&self.0);
        let running = board.as_ref()?;
        Some(Progress {
            step: running.step.clone(),
            phase: running.phase,
            done_bytes: running.done,
            total_bytes: running.total,
            rate_bytes_per_second: running.rate(),
        })
    }
}

impl Running {
    fn rate(&self) -> u64 {
        let (Some((t0, b0)), Some((t1, b1))) = (self.samples.front(), self.samples.back()) else {
            return 0;
        };
        let millis = u64::try_from(t1.duration_since(*t0).as_millis()).unwrap_or(u64::MAX);
        b1.saturating_sub(*b0)
            .saturating_mul(1000)
            .checked_div(millis)
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_is_that_of_the_last_seconds() {
        let board = ProgressBoard::default();
        assert!(board.snapshot().is_none());
        board.begin("write_image");
        board.total(Some(100));
        let start = Instant::now();
        board.done_at(0, start);
        board.done_at(50, start + Duration::from_secs(1));
        let seen = board.snapshot();
        assert_eq!(seen.as_ref().map(|p| p.rate_bytes_per_second), Some(50));
        assert_eq!(seen.map(|p| p.done_bytes), Some(50));
        board.done_at(0, start + Duration::from_secs(2));
        assert_eq!(board.snapshot().map(|p| p.rate_bytes_per_second), Some(0));
        board.end();
        assert!(board.snapshot().is_none());
    }
}
