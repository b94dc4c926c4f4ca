//! Plays a story: types each line, and looks whether what comes of it is what the story says.

use super::expect::{Names, filled, judge};
use super::ground::Ground;
use super::story::{Act, Expectation, Manner};
use super::typist::{Typed, Typist};
use anyhow::{Context, Result, ensure};
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_millis(100);

/// Somebody who types.
pub(super) struct Player {
    title: String,
    typist: Typist,
    /// What stands before every line: where the daemon is and who asks.
    pub options: Vec<String>,
    names: Names,
}

impl Player {
    /// One who is told of no daemon yet.
    pub fn new(title: &str, ground: &Ground) -> Result<Self> {
        Ok(Self {
            title: format!("{title} on {}", ground.database()),
            typist: Typist::start(ground)?,
            options: Vec::new(),
            names: Names::new(),
        })
    }

    /// `$name` is this.
    pub fn know(&mut self, name: &str, value: &str) {
        self.names.insert(name.to_owned(), value.to_owned());
    }

    /// Plays it all.
    pub fn play(&mut self, acts: &[Act]) -> Result<()> {
        for act in acts {
            let done = self.act(act);
            done.with_context(|| format!("line {}: {} {}", act.number, act.program, act.line))?;
        }
        Ok(())
    }

    fn act(&mut self, act: &Act) -> Result<()> {
        let mut line = filled(&act.line, &self.names);
        println!("{}: {} {line}", self.title, act.program);
        if act.expected.iter().any(Expectation::of_json) {
            line.push_str(" --format json");
        }
        let began = Instant::now();
        loop {
            let typed = self.typist.typed(act.program, &self.options, &line)?;
            let judged = self.judged(act, &typed);
            if judged.is_ok() || act.manner != Manner::Until || began.elapsed() > PATIENCE {
                return judged;
            }
            std::thread::sleep(LOOK);
        }
    }

    fn judged(&mut self, act: &Act, typed: &Typed) -> Result<()> {
        let worked = typed.status == 0;
        let wanted = act.manner != Manner::Refused;
        let how = if worked { "worked" } else { "failed" };
        ensure!(
            worked == wanted,
            "it {how} with status {}: {}",
            typed.status,
            typed.said()
        );
        act.expected
            .iter()
            .try_for_each(|expected| judge(expected, typed, &mut self.names))
    }
}
