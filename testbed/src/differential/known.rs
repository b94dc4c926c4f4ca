//! The differences that were decided: docs/differences.md, read as the list it is. A section is a difference; its table says for which
//! requests (a method, a path, perhaps a body) and in which part it shows; the words below say why. `*` stands for anything.

use anyhow::{Context, Result, bail, ensure};
use std::collections::BTreeMap;
use std::path::Path;

use super::compare::Found;

/// Where the list is, in the workspace.
pub const FILE: &str = "docs/differences.md";

/// The list, and which of it was seen.
#[derive(Debug, Default)]
pub struct Known {
    entries: Vec<Entry>,
    seen: BTreeMap<String, usize>,
}

/// What was asked, as rows name it.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The HTTP method.
    pub method: &'a str,
    /// The path, ids replaced.
    pub path: &'a str,
    /// The body; empty when there is none.
    pub body: &'a str,
}

#[derive(Debug)]
struct Entry {
    id: String,
    rows: Vec<Row>,
    reason: bool,
}

#[derive(Debug)]
struct Row {
    methods: Vec<String>,
    path: String,
    body: String,
    part: String,
    ironic: String,
    ours: String,
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

    /// The id of the listed difference that this is; it counts as seen.
    pub fn recognise(&mut self, asked: &Asked<'_>, found: &Found) -> Option<&str> {
        let entry = self.entries.iter().find(|entry| {
            let mut rows = entry.rows.iter();
            rows.any(|row| row.matches(asked, found))
        })?;
        *self.seen.entry(entry.id.clone()).or_default() += 1;
        Some(&entry.id)
    }

    /// Listed differences that did not show.
    pub fn stale(&self) -> Vec<&str> {
        let ids = self.entries.iter().map(|entry| entry.id.as_str());
        ids.filter(|id| !self.seen.contains_key(*id)).collect()
    }

    /// How often each was seen.
    pub fn seen(&self) -> &BTreeMap<String, usize> {
        &self.seen
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
            .map(|cell| cell.trim().trim_matches('`').replace("\\|", "|"))
            .collect();
        let heading = cells
            .first()
            .is_some_and(|cell| cell == "request" || cell.starts_with("--"));
        if !heading {
            self.rows.push(Row::of(&cells)?);
        }
        Ok(())
    }
}

impl Row {
    fn of(cells: &[String]) -> Result<Self> {
        let [request, part, ironic, ours] = cells else {
            bail!("a row has four cells: request, part, Ironic, Hammerscale; not {cells:?}");
        };
        let (methods, rest) = request.split_once(' ').context("METHOD PATH [BODY]")?;
        let (path, body) = rest.split_once(' ').unwrap_or((rest, "*"));
        Ok(Self {
            methods: methods.split(',').map(str::to_owned).collect(),
            path: path.to_owned(),
            body: body.to_owned(),
            part: part.clone(),
            ironic: ironic.clone(),
            ours: ours.clone(),
        })
    }

    fn matches(&self, asked: &Asked<'_>, found: &Found) -> bool {
        let methods = self.methods.iter();
        let mut methods = methods.filter(|known| *known == "*" || *known == asked.method);
        methods.next().is_some()
            && glob(&self.path, asked.path)
            && glob(&self.body, asked.body)
            && glob(&self.part, &found.part)
            && glob(&self.ironic, &found.ironic)
            && glob(&self.ours, &found.ours)
    }
}

/// Whether a text is what the pattern says; `*` stands for any text.
fn glob(pattern: &str, text: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(tail) = text.strip_prefix(head) else {
        return false;
    };
    let ends = tail.char_indices().map(|(at, _)| at).chain([tail.len()]);
    rest.is_empty() || ends.into_iter().any(|at| glob(rest, &tail[at..]))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const LIST: &str = "# Differences\nwords\n\n## bodies\n\n| request | part | Ironic | Hammerscale |\n| --- | --- | --- | --- |\n| `POST,PATCH *` | `status` | `500` | `400` |\n\nBecause.\n";

    fn status(ours: &str) -> Found {
        Found {
            part: "status".into(),
            ironic: "500".into(),
            ours: ours.into(),
        }
    }

    #[test]
    fn a_listed_difference_is_recognised_and_seen() {
        let mut known = Known::parse(LIST).unwrap();
        assert_eq!(known.stale(), ["bodies"]);
        let asked = |method| Asked {
            method,
            path: "/v1/nodes",
            body: "{}",
        };
        assert_eq!(known.recognise(&asked("GET"), &status("400")), None);
        assert_eq!(known.recognise(&asked("POST"), &status("404")), None);
        assert_eq!(
            known.recognise(&asked("POST"), &status("400")),
            Some("bodies")
        );
        assert!(known.stale().is_empty());
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

    #[test]
    fn stars_stand_for_anything() {
        assert!(glob("/v1/*/x*", "/v1/nodes/1/xyz"));
        assert!(!glob("/v1/*/x", "/v1/nodes/1/xyz"));
    }
}
