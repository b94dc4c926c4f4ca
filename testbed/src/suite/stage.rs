//! One stage: its name, what it does, and how it went.

use super::plan::Tier;
use anyhow::Result;
use std::time::{Duration, Instant};

/// A stage of the tests.
pub struct Stage {
    /// Its short name.
    pub name: &'static str,
    /// What it shows.
    pub about: &'static str,
    /// When it runs.
    pub tier: Tier,
    /// Does it.
    pub work: fn() -> Result<()>,
}

/// A stage finds that it cannot be run here: neither passed nor failed.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct CannotRun(pub String);

/// How a stage went.
pub enum Outcome {
    /// Passed.
    Passed,
    /// Failed, and why.
    Failed(String),
    /// There was no time.
    NotRun,
    /// It cannot be run here, and why.
    CannotRun(String),
}

impl Stage {
    /// It is not run, because nobody asked for it.
    pub fn by_hand(&self) -> (Outcome, Duration) {
        let command = format!("by hand: cargo testbed test --only {}", self.name);
        (Outcome::CannotRun(command), Duration::ZERO)
    }

    /// Runs it and measures.
    pub fn run(&self) -> (Outcome, Duration) {
        println!("\n=== {} : {}", self.name, self.about);
        let began = Instant::now();
        let outcome = match (self.work)() {
            Ok(()) => Outcome::Passed,
            Err(error) => match error.downcast_ref::<CannotRun>() {
                Some(why) => Outcome::CannotRun(why.to_string()),
                None => Outcome::Failed(format!("{error:#}")),
            },
        };
        let took = began.elapsed();
        match &outcome {
            Outcome::Failed(why) => println!(
                "=== {} FAILED after {:.0} s: {why}",
                self.name,
                took.as_secs_f64()
            ),
            Outcome::CannotRun(why) => println!("=== {} NOT RUN: {why}", self.name),
            Outcome::Passed | Outcome::NotRun => {
                println!("=== {} passed in {:.0} s", self.name, took.as_secs_f64())
            }
        }
        (outcome, took)
    }
}

/// How all of them went.
#[derive(Default)]
pub struct Report {
    rows: Vec<(&'static str, Outcome, Duration)>,
}

impl Report {
    /// Takes note of a stage.
    pub fn add(&mut self, stage: &Stage, (outcome, took): (Outcome, Duration)) {
        self.rows.push((stage.name, outcome, took));
    }

    /// Takes note of a stage for which there was no time.
    pub fn not_run(&mut self, stage: &Stage) {
        self.rows
            .push((stage.name, Outcome::NotRun, Duration::ZERO));
    }

    /// The stages for which there was no time.
    pub fn not_run_names(&self) -> Vec<&'static str> {
        let not_run = |row: &&(&'static str, Outcome, Duration)| matches!(row.1, Outcome::NotRun);
        self.rows.iter().filter(not_run).map(|row| row.0).collect()
    }

    /// How many failed.
    pub fn failed(&self) -> usize {
        self.count(|outcome| matches!(outcome, Outcome::Failed(_)))
    }

    fn count(&self, is: impl Fn(&Outcome) -> bool) -> usize {
        self.rows
            .iter()
            .filter(|(_, outcome, _)| is(outcome))
            .count()
    }

    /// Prints the table, and the closing line that counts.
    pub fn print(&self, total: Duration) {
        println!("\nstage       seconds  result");
        for (name, outcome, took) in &self.rows {
            let result = match outcome {
                Outcome::Passed => "passed".to_owned(),
                Outcome::Failed(why) => format!("FAILED: {why}"),
                Outcome::NotRun => {
                    "NOT RUN (no time left; `cargo testbed test --all` runs it)".to_owned()
                }
                Outcome::CannotRun(why) => format!("NOT RUN: {why}"),
            };
            println!("{name:10} {:8.0}  {result}", took.as_secs_f64());
        }
        println!("{:10} {:8.0}", "total", total.as_secs_f64());
        let passed = self.count(|outcome| matches!(outcome, Outcome::Passed));
        let skipped =
            self.count(|outcome| matches!(outcome, Outcome::NotRun | Outcome::CannotRun(_)));
        println!(
            "{passed} passed, {} failed, {skipped} skipped",
            self.failed()
        );
    }
}
