//! The differences that were decided: docs/differences.md, read as the list it is. A section is a difference; its table says for which
//! requests (a method, a path, perhaps a body) and in which part it shows; the words below say why. `*` stands for anything. Every row has
//! to show in a run of all stories, unless `at times` after its request says that no story can make it show each time.

use anyhow::{Context, Result, bail, ensure};
use std::collections::BTreeMap;
use std::path::Path;

use super::compare::Found;

/// Where the list is, in the workspace.
pub const FILE: &str = "docs/differences.md";

/// What stands after the request of a row that need not show in each run.
const AT_TIMES: &str = "at times";

/// The list, and which of it was seen.
#[derive(Debug, Default)]
pub struct Known {
    entries: Vec<Entry>,
}

/// Who asked: what stories ask is the same in each run, what chance and the sweep ask is what they are told to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// A story, or the walk through the states.
    Story,
    /// A seed, or the sweep.
    Chance,
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
    /// As it stands in the list.
    line: String,
    at_times: bool,
    /// How often it was seen, in stories and besides.
    seen: [usize; 2],
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

    /// The id of the listed difference that this is; its row counts as seen.
    pub fn recognise(&mut self, by: By, asked: &Asked<'_>, found: &Found) -> Option<&str> {
        for entry in &mut self.entries {
            let mut rows = entry.rows.iter_mut();
            if let Some(row) = rows.find(|row| row.matches(asked, found)) {
                row.seen[usize::from(by == By::Chance)] += 1;
                return Some(&entry.id);
            }
        }
        None
    }

    /// Rows that no story made show, though each has to, with the id of their difference.
    pub fn stale(&self) -> Vec<(&str, &str)> {
        let rows = self.rows();
        let stale = rows.filter(|(_, row)| !row.at_times && row.seen[0] == 0);
        stale.map(|(id, row)| (id, row.line.as_str())).collect()
    }

    /// Every row with its difference's id and how often it was seen, by stories and by chance.
    pub fn counts(&self) -> Vec<(&str, &str, [usize; 2])> {
        let rows = self.rows();
        rows.map(|(id, row)| (id, row.line.as_str(), row.seen))
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

impl Row {
    fn of(line: &str, cells: &[String]) -> Result<Self> {
        let [request, part, ironic, ours] = cells else {
            bail!("a row has four cells: request, part, Ironic, Hammerscale; not {cells:?}");
        };
        let bare = |cell: &str| cell.trim().trim_matches('`').to_owned();
        let sometimes = request.strip_suffix(AT_TIMES);
        let request = bare(sometimes.unwrap_or(request));
        let (methods, rest) = request.split_once(' ').context("METHOD PATH [BODY]")?;
        let (path, body) = rest.split_once(' ').unwrap_or((rest, "*"));
        Ok(Self {
            line: line.to_owned(),
            at_times: sometimes.is_some(),
            seen: [0, 0],
            methods: methods.split(',').map(str::to_owned).collect(),
            path: path.to_owned(),
            body: body.to_owned(),
            part: bare(part),
            ironic: bare(ironic),
            ours: bare(ours),
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
        assert_eq!(known.stale().len(), 2, "each row for itself");
        let asked = |method| Asked {
            method,
            path: "/v1/nodes",
            body: "{}",
        };
        let mut says = |by, method, ours| {
            let id = known.recognise(by, &asked(method), &status(ours));
            id.map(str::to_owned)
        };
        assert_eq!(says(By::Story, "GET", "400"), None);
        assert_eq!(says(By::Story, "POST", "404"), None);
        assert_eq!(says(By::Story, "POST", "400").as_deref(), Some("bodies"));
        assert_eq!(says(By::Chance, "PUT", "400").as_deref(), Some("bodies"));
        let stale = known.stale();
        assert_eq!(stale.len(), 1, "chance may not ask it again");
        assert!(stale[0].1.contains("PUT"), "{stale:?}");
        assert_eq!(known.seen().get("bodies"), Some(&2));
    }

    #[test]
    fn what_shows_at_times_is_never_stale() {
        let list = LIST.replace("*` | `status", "*` at times | `status");
        let known = Known::parse(&list).unwrap();
        assert!(known.stale().is_empty(), "{known:?}");
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
