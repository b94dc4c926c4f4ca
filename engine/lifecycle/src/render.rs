//! Draws the table: what docs/generated shows is made from the rows that the engine runs on.

use crate::table::ROWS;
use model::{ProvisionState, StateClass};
use std::fmt::Write;

/// The table as Markdown.
pub fn table_markdown() -> String {
    let mut text = String::from(
        "# Provision states\n\nGenerated from `engine/lifecycle/src/table.rs` by `cargo testbed generate`.\n\n| from | event | to |\n| --- | --- | --- |\n",
    );
    for (from, event, to) in ROWS {
        let _ = writeln!(text, "| {from} | {} | {to} |", event.as_str());
    }
    text
}

/// The table as a Graphviz drawing.
pub fn diagram_dot() -> String {
    let mut text = String::from(
        "// Generated from engine/lifecycle/src/table.rs by `cargo testbed generate`.\ndigraph provision_states {\n  rankdir=LR;\n  node [shape=box, style=rounded];\n",
    );
    for state in ProvisionState::ALL {
        let style = match state.class() {
            StateClass::Stable => "style=\"rounded,bold\"",
            StateClass::Working => "style=\"rounded\"",
            StateClass::Waiting => "style=\"rounded,dashed\"",
            StateClass::Held => "style=\"rounded,dotted\"",
            StateClass::Failed => "style=\"rounded\", color=red",
        };
        let _ = writeln!(text, "  \"{state}\" [{style}];");
    }
    for (from, event, to) in ROWS {
        let _ = writeln!(
            text,
            "  \"{from}\" -> \"{to}\" [label=\"{}\"];",
            event.as_str()
        );
    }
    text.push_str("}\n");
    text
}
