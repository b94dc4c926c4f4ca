//! The differences that were decided: docs/differences.md, read as the list it is. A section is a difference; its table says for which
//! requests and in which part it shows; the words below say why. Every row has to show in a run of all stories, but those for requests
//! by chance.

use anyhow::{Context, Result, ensure};
use std::collections::BTreeMap;
use std::path::Path;

use super::compare::Found;
use super::row::{Asked, By, Row};

/// Where the list is, in the workspace.
pub const FILE: &str = "docs/differences.md";

/// The list, and which of it was seen.
#[derive(Debug, Default)]
pub struct Known {
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    id: String,
    rows: Vec<Row>,
    reason: bool,
}

impl Known {
    /// Reads the list.
    pub fn read(workspace: &Path) -> Result<Self> {
        let file = workspace.join(FILE);
        let text = std::fs::read_to_string(&file)
            .with_context(|| format!("cannot read {}", file.display()))?;
        Self::parse(&text).with_context(|| FILE.to_owned())
    }

    /// Takes the list from a text.
    ///
    /// # Errors
    /// A section without a table or without words, a row that is no row, an id twice.
    pub fn parse(text: &str) -> Result<Self> {
        let mut known = Self::default();
        for line in text.lines() {
            let line = line.trim();
            if let Some(id) = line.strip_prefix("## ") {
                known.begin(id)?;
            } else if let Some(entry) = known.entries.last_mut() {
                entry.read(line)?;
            }
        }
        for entry in &known.entries {
            ensure!(
                !entry.rows.is_empty(),
                "'{}' says not where it shows",
                entry.id
            );
            ensure!(entry.reason, "'{}' gives no reason", entry.id);
        }
        Ok(known)
    }

    fn begin(&mut self, id: &str) -> Result<()> {
        ensure!(
            self.entries.iter().all(|entry| entry.id != id),
            "'{id}' is there twice"
        );
        self.entries.push(Entry {
            id: id.to_owned(),
            rows: Vec::new(),
            reason: false,
        });
        Ok(())
    }

    /// The id of the listed difference that this is; its row counts as seen.
    pub fn recognise(&mut self, by: By, asked: &Asked<'_>, found: &Found) -> Option<&str> {
        for entry in &mut self.entries {
            let mut rows = entry.rows.iter_mut();
            if let Some(row) = rows.find(|row| row.matches(asked, found)) {
                row.seen(by);
                return Some(&entry.id);
            }
        }
        None
    }

    /// Rows that did not show, though each has to, with the id of their difference; those of the sweep after a whole one only.
    pub fn stale(&self, swept: bool) -> Vec<(&str, &str)> {
        let rows = self.rows();
        let stale = rows.filter(|(_, row)| row.is_stale(swept));
        stale.map(|(id, row)| (id, row.line())).collect()
    }

    /// Every row with its difference's id and how often it was seen, by stories and by chance.
    pub fn counts(&self) -> Vec<(&str, &str, [usize; 2])> {
        let rows = self.rows();
        rows.map(|(id, row)| (id, row.line(), row.times()))
            .collect()
    }

    fn rows(&self) -> impl Iterator<Item = (&str, &Row)> {
        self.entries.iter().flat_map(|entry| {
            let rows = entry.rows.iter();
            rows.map(|row| (entry.id.as_str(), row))
        })
    }

    /// How often each difference that was seen was.
    pub fn seen(&self) -> BTreeMap<&str, usize> {
        let mut seen = BTreeMap::new();
        for (id, _, [stories, chance]) in self.counts() {
            if stories + chance > 0 {
                *seen.entry(id).or_default() += stories + chance;
            }
        }
        seen
    }
}

impl Entry {
    fn read(&mut self, line: &str) -> Result<()> {
        let Some(row) = line.strip_prefix('|') else {
            self.reason |= !line.is_empty();
            return Ok(());
        };
        let cells: Vec<String> = row
            .trim_end_matches('|')
            .split(" | ")
            .map(|cell| cell.trim().replace("\\|", "|"))
            .collect();
        let heading = cells
            .first()
            .is_some_and(|cell| cell == "request" || cell.starts_with("--"));
        if !heading {
            self.rows.push(Row::of(line, &cells)?);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::row::Line;
    use super::*;

    const LIST: &str = "# Differences\nwords\n\n## bodies\n\n| request | part | Ironic | Hammerscale |\n| --- | --- | --- | --- |\n| `POST,PATCH *` | `status` | `500` | `400` |\n| `PUT *` | `status` | `500` | `400` |\n\nBecause.\n";

    fn status(ours: &str) -> Found {
        Found {
            part: "status".into(),
            ironic: "500".into(),
            ours: ours.into(),
        }
    }

    #[test]
    fn a_listed_difference_is_recognised_and_its_row_is_seen() {
        let mut known = Known::parse(LIST).unwrap();
        assert_eq!(known.stale(true).len(), 2, "each row for itself");
        let mut says = |by, method, ours| {
            let line = Line {
                method,
                path: "/v1/nodes",
                body: "{}",
            };
            let asked = Asked {
                story: "a",
                line,
                minor: 115,
                cause: None,
            };
            let id = known.recognise(by, &asked, &status(ours));
            id.map(str::to_owned)
        };
        assert_eq!(says(By::Story, "GET", "400"), None);
        assert_eq!(says(By::Story, "POST", "404"), None);
        assert_eq!(says(By::Story, "POST", "400").as_deref(), Some("bodies"));
        assert_eq!(says(By::Chance, "PUT", "400").as_deref(), Some("bodies"));
        let stale = known.stale(true);
        assert_eq!(stale.len(), 1, "chance may not ask it again");
        assert!(stale[0].1.contains("PUT"), "{stale:?}");
        assert_eq!(known.seen().get("bodies"), Some(&2));
    }

    #[test]
    fn a_difference_needs_a_reason() {
        assert!(Known::parse(LIST.trim_end_matches("Because.\n")).is_err());
        assert!(Known::parse("## x\nBecause.").is_err(), "it says not where");
    }

    #[test]
    fn the_list_of_the_project_can_be_read() {
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        Known::read(workspace).unwrap();
    }
}
