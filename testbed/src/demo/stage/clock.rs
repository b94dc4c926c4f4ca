//! How long the phases of a stage took.

use std::time::Instant;

/// Prints how long each phase took.
pub struct PhaseClock {
    last: Instant,
}

impl PhaseClock {
    /// From now on.
    pub fn start() -> Self {
        Self {
            last: Instant::now(),
        }
    }

    /// Ends a phase.
    pub fn lap(&mut self, phase: &str) {
        println!("{:7.1} s  {phase}", self.last.elapsed().as_secs_f64());
        self.last = Instant::now();
    }
}
