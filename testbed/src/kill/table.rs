//! How the rounds went, as a table for people; and the line that repeats one.

use anyhow::Result;

use super::judge::Ended;
use super::plan::Round;
use crate::lab::machine::Firmware;

/// A round that was played.
pub struct Row {
    /// The round.
    pub round: Round,
    /// The machine's firmware.
    pub firmware: Firmware,
    /// From the order until the node came to rest.
    pub seconds: f64,
    /// How it ended; an error is a violation.
    pub ended: Result<Ended>,
}

impl Row {
    /// What became of it.
    pub fn outcome(&self) -> String {
        match &self.ended {
            Ok(ended) => ended.outcome.clone(),
            Err(error) => format!("VIOLATION: {error:#}"),
        }
    }

    /// What the operator reads.
    pub fn message(&self) -> &str {
        self.ended.as_ref().map_or("", |ended| &ended.message)
    }

    /// The command that plays it again.
    pub fn again(&self, what: Option<&str>) -> String {
        let what = what.map_or_else(String::new, |what| format!(" --what {what}"));
        let firmware = match self.firmware {
            Firmware::Uefi => "",
            Firmware::Bios => " --firmware bios",
        };
        format!(
            "cargo testbed kill --seed {} --rounds 1 --deploy {}{firmware}{what}",
            self.round.seed,
            self.round.deploy.name()
        )
    }
}

/// All of them.
pub fn text(rows: &[Row]) -> String {
    let mut text =
        String::from("\nround  moment               seconds  what, and what became of it\n");
    for row in rows {
        text.push_str(&format!(
            "{:5}  {:20} {:7.0}  {}\n{:37}{}\n",
            row.round.seed,
            row.round.moment.to_string(),
            row.seconds,
            row.round.blow,
            "",
            row.outcome()
        ));
        if !row.message().is_empty() {
            text.push_str(&format!("{:37}\"{}\"\n", "", row.message()));
        }
    }
    text
}

/// The same for a document.
pub fn markdown(rows: &[Row]) -> String {
    let mut text = String::from(
        "| what | when | seconds | outcome | `last_error` |\n| --- | --- | --- | --- | --- |\n",
    );
    for row in rows {
        let message = row.message().replace('|', "\\|");
        text.push_str(&format!(
            "| {} | {} | {:.0} | {} | {} |\n",
            row.round.blow,
            row.round.moment,
            row.seconds,
            row.outcome().replace('|', "\\|"),
            message
        ));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kill::plan::Deploy;

    #[test]
    fn a_violation_says_how_to_repeat_it() {
        let row = Row {
            round: Round::of(7, None, Deploy::Direct),
            firmware: Firmware::Bios,
            seconds: 3.0,
            ended: Err(anyhow::anyhow!("half an image")),
        };
        assert_eq!(
            row.again(Some("agent")),
            "cargo testbed kill --seed 7 --rounds 1 --deploy direct --firmware bios --what agent"
        );
        let rows = [row];
        assert!(text(&rows).contains("VIOLATION: half an image"));
        assert!(markdown(&rows).lines().count() == 3);
    }
}
