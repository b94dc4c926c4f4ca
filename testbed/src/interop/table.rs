//! What was tried, how it went and how long it took: told while it happens, and once more as a table.

use std::fmt::Write as _;

/// One thing that was tried.
#[derive(Debug)]
struct Row {
    what: &'static str,
    seconds: f64,
    detail: String,
    passed: bool,
}

/// A figure for comparison.
#[derive(Debug)]
struct Figure {
    what: String,
    value: String,
}

/// All of them.
#[derive(Debug, Default)]
pub struct Table {
    rows: Vec<Row>,
    figures: Vec<Figure>,
}

impl Table {
    /// It went well.
    pub fn passed(&mut self, what: &'static str, seconds: f64, detail: impl Into<String>) {
        self.add(what, seconds, detail.into(), true);
    }

    /// It did not; as a rule nothing comes after it.
    pub fn failed(&mut self, what: &'static str, seconds: f64, error: &anyhow::Error) {
        self.add(what, seconds, format!("{error:#}"), false);
    }

    /// A figure.
    pub fn figure(&mut self, what: impl Into<String>, value: impl Into<String>) {
        self.figures.push(Figure {
            what: what.into(),
            value: value.into(),
        });
    }

    fn add(&mut self, what: &'static str, seconds: f64, detail: String, passed: bool) {
        let row = Row {
            what,
            seconds,
            detail,
            passed,
        };
        println!("{}", line(&row));
        self.rows.push(row);
    }

    /// The table for a person.
    pub fn text(&self, title: &str) -> String {
        let mut text = format!("\n{title}\n");
        // Writing to a text cannot fail.
        for row in &self.rows {
            let _ = writeln!(text, "{}", line(row));
        }
        let total: f64 = self.rows.iter().map(|row| row.seconds).sum();
        let passed = self.rows.iter().filter(|row| row.passed).count();
        let failed = self.rows.len() - passed;
        let _ = writeln!(
            text,
            "        {total:7.1} s  {passed} passed, {failed} failed\n"
        );
        let widest = self.figures.iter().map(|figure| figure.what.len()).max();
        let widest = widest.unwrap_or_default();
        for Figure { what, value } in &self.figures {
            let _ = writeln!(text, "{what:widest$}  {value}");
        }
        text
    }
}

fn line(row: &Row) -> String {
    let word = if row.passed { "passed" } else { "FAILED" };
    format!(
        "{word}  {:7.1} s  {}: {}",
        row.seconds, row.what, row.detail
    )
}

/// Bytes for a person.
pub fn mebibytes(bytes: u64) -> String {
    format!("{:.1} MiB ({bytes} bytes)", bytes as f64 / 1_048_576.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_counts_and_lines_figures_up() {
        let mut table = Table::default();
        table.passed("inspect", 1.25, "one disk");
        table.failed("clean", 2.0, &anyhow::anyhow!("no").context("cleaning"));
        table.figure("ramdisk", mebibytes(3 << 20));
        table.figure("boot", "4 s");
        assert_eq!(
            table.text("what"),
            "\nwhat\npassed      1.2 s  inspect: one disk\nFAILED      2.0 s  clean: cleaning: no\n            3.2 s  1 passed, 1 failed\n\nramdisk  3.0 MiB (3145728 bytes)\nboot     4 s\n"
        );
    }
}
