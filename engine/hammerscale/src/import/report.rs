//! What an import finds and does, record by record, for people and for programs. It holds no secret: values never come in here.

use serde::Serialize;
use std::collections::BTreeMap;

/// Something to tell about a record.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Note {
    /// It is taken differently from how it is in Ironic.
    Changed(String),
    /// It is taken as it is, but a person should look at it.
    Warning(String),
}

impl Note {
    /// A change.
    pub fn changed(text: impl Into<String>) -> Self {
        Note::Changed(text.into())
    }

    /// A warning.
    pub fn warning(text: impl Into<String>) -> Self {
        Note::Warning(text.into())
    }

    /// What it says.
    pub fn text(&self) -> &str {
        match self {
            Note::Changed(text) | Note::Warning(text) => text,
        }
    }
}

/// What happens to a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// It is taken.
    Take,
    /// It is here already, the same.
    Present,
    /// It is here already, but not the same: nothing is overwritten.
    Differs,
    /// It cannot be taken.
    Refused,
}

impl Action {
    /// For a table. `dry` tells of the future.
    pub fn word(self, dry: bool) -> &'static str {
        match (self, dry) {
            (Action::Take, true) => "would be taken",
            (Action::Take, false) => "taken",
            (Action::Present, _) => "here already",
            (Action::Differs, _) => "differs here",
            (Action::Refused, _) => "cannot be taken",
        }
    }
}

/// One record.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Entry {
    /// `node`, `port`, ...
    pub kind: &'static str,
    /// As people name it.
    pub label: String,
    /// The provision state that a node gets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<&'static str>,
    /// What happens to it.
    pub action: Action,
    /// Why it is refused, or which fields differ.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What else there is to tell.
    pub notes: Vec<Note>,
}

impl Entry {
    /// A record that cannot be taken.
    pub fn refused(kind: &'static str, label: String, reason: impl Into<String>) -> Self {
        Self {
            reason: Some(reason.into()),
            ..Self::new(kind, label, Action::Refused)
        }
    }

    /// A record with nothing to tell.
    pub fn new(kind: &'static str, label: String, action: Action) -> Self {
        Self {
            kind,
            label,
            state: None,
            action,
            reason: None,
            notes: Vec::new(),
        }
    }

    /// Everything there is to tell, in one text.
    pub fn why(&self) -> String {
        let mut parts: Vec<String> = self.reason.iter().cloned().collect();
        parts.extend(self.notes.iter().map(|note| match note {
            Note::Changed(text) => text.clone(),
            Note::Warning(text) => format!("look at it: {text}"),
        }));
        parts.join("; ")
    }
}

/// Records of a kind that are left behind as a whole.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LeftBehind {
    /// What they are.
    pub what: &'static str,
    /// How many.
    pub count: usize,
    /// Why.
    pub why: &'static str,
}

/// The whole import.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Report {
    /// Whether nothing was stored.
    pub dry_run: bool,
    /// Each record.
    pub entries: Vec<Entry>,
    /// What is left behind as a whole.
    pub left_behind: Vec<LeftBehind>,
    /// What a person should know of the source.
    pub remarks: Vec<String>,
}

/// How many records of a kind had which fate.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Count {
    /// Taken as they are.
    pub taken: usize,
    /// Taken with changes.
    pub changed: usize,
    /// Here already.
    pub present: usize,
    /// Here, but different.
    pub differs: usize,
    /// Not taken.
    pub refused: usize,
}

impl Report {
    /// Counts by kind, in the order in which kinds appear.
    pub fn counts(&self) -> Vec<(&'static str, Count)> {
        let mut order = Vec::new();
        let mut counts: BTreeMap<&'static str, Count> = BTreeMap::new();
        for entry in &self.entries {
            if !counts.contains_key(entry.kind) {
                order.push(entry.kind);
            }
            let count = counts.entry(entry.kind).or_default();
            let changed = entry.notes.iter().any(|it| matches!(it, Note::Changed(_)));
            match (entry.action, changed) {
                (Action::Take, false) => count.taken += 1,
                (Action::Take, true) => count.changed += 1,
                (Action::Present, _) => count.present += 1,
                (Action::Differs, _) => count.differs += 1,
                (Action::Refused, _) => count.refused += 1,
            }
        }
        let counted = |kind| counts.get(kind).map(|count| (kind, *count));
        order.into_iter().filter_map(counted).collect()
    }

    /// How many records were not taken although they are not here as they are in Ironic.
    pub fn incomplete(&self) -> usize {
        let left = |entry: &&Entry| matches!(entry.action, Action::Differs | Action::Refused);
        self.entries.iter().filter(left).count()
    }
}
