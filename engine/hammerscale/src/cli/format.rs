//! What a command shows: tables for people, JSON and YAML for programs. Text of the API never reaches the terminal's control.

use clap::ValueEnum;
use comfy_table::{ContentArrangement, Table, presets};
use serde::Serialize;
use serde_json::Value;
use std::io::{self, IsTerminal, Write};

/// How answers are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, ValueEnum)]
pub enum Format {
    /// For people
    #[default]
    Table,
    /// The API's documents as JSON
    Json,
    /// The API's documents as YAML
    Yaml,
}

/// Writes to standard output.
pub fn print(text: &str) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    if !text.ends_with('\n') {
        out.write_all(b"\n")?;
    }
    out.flush()?;
    Ok(())
}

/// Shows a value: by `table` for people, as it is for programs.
pub fn show<T: Serialize>(
    format: Format,
    value: &T,
    table: impl FnOnce() -> String,
) -> anyhow::Result<()> {
    match format {
        Format::Table => print(&table()),
        Format::Json => print(&serde_json::to_string_pretty(value)?),
        Format::Yaml => print(&serde_saphyr::to_string(value)?),
    }
}

/// A table with headings; without rows it says so.
pub fn table(headings: &[&str], rows: Vec<Vec<String>>) -> String {
    if rows.is_empty() {
        return "(none)".to_owned();
    }
    let mut table = bare_table();
    table.set_header(headings.iter().map(|it| it.to_uppercase()));
    for row in rows {
        table.add_row(row.iter().map(|cell| plain(cell)));
    }
    trimmed(&table)
}

/// A document as a list of fields; what is empty is left out.
pub fn fields(document: &Value) -> String {
    let mut table = bare_table();
    for (name, value) in document.as_object().into_iter().flatten() {
        let text = cell(value);
        let is_link = matches!(
            name.as_str(),
            "links" | "ports" | "states" | "portgroups" | "volume"
        ) && value.is_array();
        if !text.is_empty() && !is_link {
            table.add_row([plain(name), plain(&text)]);
        }
    }
    trimmed(&table)
}

/// A value in a table's cell.
pub fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Object(object) if object.is_empty() => String::new(),
        Value::Array(list) if list.is_empty() => String::new(),
        Value::Object(object) => {
            let pairs: Vec<String> = object
                .iter()
                .map(|(key, it)| format!("{key}={}", inner(it)))
                .collect();
            pairs.join("\n")
        }
        other => other.to_string(),
    }
}

fn inner(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Text without control characters, except line ends: what an API quotes may come from a machine.
pub fn plain(text: &str) -> String {
    text.chars()
        .filter(|it| !it.is_control() || *it == '\n')
        .collect()
}

fn bare_table() -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    // Scripts that read a table want each row on one line, whatever the width.
    table.set_content_arrangement(match io::stdout().is_terminal() {
        true => ContentArrangement::Dynamic,
        false => ContentArrangement::Disabled,
    });
    table
}

fn trimmed(table: &Table) -> String {
    let text = table.to_string();
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let indent = lines
        .iter()
        .filter(|line| !line.is_empty())
        .map(|line| line.len() - line.trim_start().len())
        .min()
        .unwrap_or(0);
    let lines: Vec<&str> = lines
        .iter()
        .map(|line| line.get(indent..).unwrap_or(""))
        .collect();
    lines.join("\n")
}

/// Seconds as people say them.
pub fn duration(seconds: f64) -> String {
    let whole = seconds.max(0.0) as u64;
    match whole {
        0..60 => format!("{seconds:.1} s"),
        60..3600 => format!("{} min {:02} s", whole / 60, whole % 60),
        _ => format!("{} h {:02} min", whole / 3600, whole / 60 % 60),
    }
}

/// Bytes as people say them.
pub fn bytes(count: u64) -> String {
    indicatif::BinaryBytes(count).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn tables_are_plain_and_aligned() {
        let rows = vec![
            vec!["a".to_owned(), "power on".to_owned()],
            vec!["long-name".to_owned(), "\u{1b}[31mred".to_owned()],
        ];
        assert_eq!(
            table(&["name", "power"], rows),
            "NAME       POWER\na          power on\nlong-name  [31mred"
        );
        assert_eq!(table(&["name"], Vec::new()), "(none)");
    }

    #[test]
    fn a_document_shows_what_it_holds() {
        let document = json!({"name": "n", "fault": null, "extra": {}, "links": [1], "driver_info": {"a": "x", "b": {"c": 1}}, "retired": false});
        let shown = fields(&document);
        assert!(
            shown.contains("name") && shown.contains("a=x") && shown.contains("b={\"c\":1}"),
            "{shown}"
        );
        assert!(
            !shown.contains("fault") && !shown.contains("links") && !shown.contains("extra"),
            "{shown}"
        );
    }

    #[test]
    fn times_are_readable() {
        assert_eq!(duration(1.25), "1.2 s");
        assert_eq!(duration(61.0), "1 min 01 s");
        assert_eq!(duration(3720.0), "1 h 02 min");
    }
}
