//! How the cells went, kept in the repository. A cell that is not in the file was not run.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use super::cell::Cell;

const PASSED: &str = "passed";
const FAILED: &str = "failed";

/// How a cell went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The deployed system reported itself, and the disk holds the image.
    Passed,
    /// Why not.
    Failed(String),
    /// Nobody tried.
    NotRun,
}

impl Outcome {
    /// Whether it passed.
    pub fn passed(&self) -> bool {
        *self == Self::Passed
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Passed => out.write_str(PASSED),
            Self::Failed(why) => write!(out, "{FAILED}: {why}"),
            Self::NotRun => out.write_str("not run"),
        }
    }
}

/// All of them, by the cells' names.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Results(BTreeMap<String, Outcome>);

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("deploy-matrix.tsv")
}

impl Results {
    /// What the repository has.
    pub fn read() -> Result<Self> {
        let text = match std::fs::read_to_string(path()) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(error).context("cannot read the outcomes"),
        };
        Self::parse(&text)
    }

    /// Puts it there.
    pub fn write(&self) -> Result<()> {
        std::fs::write(path(), self.text()).context("cannot write the outcomes")
    }

    /// Takes note of a cell.
    pub fn note(&mut self, cell: &Cell, outcome: Outcome) {
        self.0.insert(cell.to_string(), outcome);
    }

    /// How a cell went.
    pub fn of(&self, cell: &Cell) -> &Outcome {
        self.0.get(&cell.to_string()).unwrap_or(&Outcome::NotRun)
    }

    /// A cell that is gone from the table is an error: its outcome means nothing any more.
    fn parse(text: &str) -> Result<Self> {
        let known: Vec<String> = Cell::all().iter().map(ToString::to_string).collect();
        let mut results = BTreeMap::new();
        for line in text.lines() {
            let mut fields = line.splitn(3, '\t');
            let name = fields.next().unwrap_or_default();
            let outcome = match (fields.next(), fields.next()) {
                (Some(PASSED), None) => Outcome::Passed,
                (Some(FAILED), Some(why)) => Outcome::Failed(why.to_owned()),
                _ => bail!("the outcomes have a line that is none: {line:?}"),
            };
            if !known.iter().any(|known| known == name) {
                bail!("the outcomes have a cell that is none: {name:?}");
            }
            results.insert(name.to_owned(), outcome);
        }
        Ok(Self(results))
    }

    fn text(&self) -> String {
        let lines = self.0.iter().map(|(name, outcome)| match outcome {
            Outcome::Failed(why) => {
                let why: Vec<&str> = why.split_whitespace().collect();
                format!("{name}\t{FAILED}\t{}\n", why.join(" "))
            }
            Outcome::Passed | Outcome::NotRun => format!("{name}\t{outcome}\n"),
        });
        lines.collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn outcomes_are_read_as_they_were_written() {
        let (first, second) = (Cell::all()[0], Cell::all()[1]);
        let mut results = Results::default();
        results.note(&first, Outcome::Passed);
        results.note(&second, Outcome::Failed("no disk".to_owned()));
        let again = Results::parse(&results.text()).unwrap();
        assert_eq!(again, results);
        assert!(again.of(&first).passed());
        assert_eq!(again.of(&Cell::all()[2]), &Outcome::NotRun);
    }

    #[test]
    fn what_means_nothing_is_refused() {
        for bad in [
            "uefi/virtio/direct/vmdk\tpassed\n",
            "uefi/virtio/direct/raw\tperhaps\n",
            "uefi/virtio/direct/raw\n",
        ] {
            Results::parse(bad).unwrap_err();
        }
    }
}
