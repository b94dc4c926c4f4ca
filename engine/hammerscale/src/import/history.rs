//! Ironic's node history as lines of ours, and the line that tells where the node came from.

use super::report::Note;
use super::row::{Misfit, Row};
use model::{Asker, Circumstances, HistoryEntry, Node, ProvisionState, Severity, Timestamp};
use uuid::Uuid;

/// Longest text of a line, in characters.
const LONGEST: usize = 4000;

/// Ironic's lines of a node, oldest first, then one about the import.
///
/// # Errors
/// When a column does not hold what it should.
pub fn lines(
    node: &Node,
    rows: &[&Row],
    notes: &[Note],
    new_line: Uuid,
    now: Timestamp,
) -> Result<Vec<HistoryEntry>, Misfit> {
    let mut lines = Vec::with_capacity(rows.len() + 1);
    for row in rows {
        lines.push(line(node, row, now)?);
    }
    let notes: Vec<&str> = notes.iter().map(Note::text).collect();
    lines.push(HistoryEntry {
        uuid: new_line,
        node: node.uuid,
        at: now,
        from: node.provision_state,
        to: node.provision_state,
        event: "imported from Ironic".into(),
        stage: None,
        detail: (!notes.is_empty()).then(|| cut(&notes.join("; "))),
        severity: Severity::Info,
        circumstances: Circumstances::default(),
    });
    Ok(lines)
}

fn line(node: &Node, row: &Row, now: Timestamp) -> Result<HistoryEntry, Misfit> {
    let state = row
        .text("state")?
        .and_then(|text| text.parse::<ProvisionState>().ok())
        .unwrap_or(node.provision_state);
    let severity = row.text("severity")?.unwrap_or_default();
    Ok(HistoryEntry {
        uuid: row.required_uuid("uuid")?,
        node: node.uuid,
        at: row.time("created_at")?.unwrap_or(now),
        from: state,
        to: state,
        event: cut(&row.text("event")?.unwrap_or_default()),
        stage: None,
        detail: None,
        severity: match severity.eq_ignore_ascii_case("error") {
            true => Severity::Error,
            false => Severity::Info,
        },
        circumstances: circumstances(row)?,
    })
}

/// Columns that older Ironics do not have are absent.
fn circumstances(row: &Row) -> Result<Circumstances, Misfit> {
    let target = row.text("target_provision_state")?;
    let user = row.text("user")?;
    let project = row.text("project")?;
    Ok(Circumstances {
        target: target.and_then(|text| text.parse::<ProvisionState>().ok()),
        seconds: row
            .integer("duration_seconds")?
            .and_then(|seconds| u64::try_from(seconds).ok()),
        asker: user.map(|user| Asker { user, project }),
        conductor: row.text("conductor")?,
    })
}

fn cut(text: &str) -> String {
    text.chars().take(LONGEST).collect()
}
