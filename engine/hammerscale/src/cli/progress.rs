//! A line per machine: state, stage, bytes, rate, time. Bars on a terminal, plain lines elsewhere. It shows events; it asks nothing.

use super::format;
use api_types::{Event, EventKind};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use std::collections::BTreeMap;
use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

/// Lines of many machines, written to standard error so that standard output stays clean.
pub struct Board {
    lines: BTreeMap<String, Line>,
    bars: Option<MultiProgress>,
}

struct Line {
    since: Instant,
    text: String,
    bar: Option<ProgressBar>,
}

impl Board {
    /// An empty board.
    pub fn new() -> Self {
        Self {
            lines: BTreeMap::new(),
            bars: io::stderr().is_terminal().then(MultiProgress::new),
        }
    }

    /// Shows a machine as it is now. `id` tells machines apart (their UUID), `label` names one to people.
    pub fn state(&mut self, id: &str, label: &str, text: String) {
        let line = self.line(id, label);
        if line.text == text {
            return;
        }
        line.text.clone_from(&text);
        match &line.bar {
            Some(bar) => bar.set_message(text),
            None => eprintln!("{}  {label}: {text}", elapsed(line.since)),
        }
    }

    /// Shows what an event says. `id` is used for events that name no node.
    pub fn event(&mut self, event: &Event) {
        let id = event.node.map(|it| it.to_string()).unwrap_or_default();
        let label = event.name.clone().unwrap_or_else(|| id.clone());
        match &event.kind {
            EventKind::NodeChanged {
                provision_state,
                power_state,
                stage,
                last_error,
                ..
            } => {
                let parts = [stage.as_deref(), power_state.as_deref()];
                let text = state_text(provision_state, parts, last_error.as_deref());
                self.bytes(&id, &label, None);
                self.state(&id, &label, text);
            }
            EventKind::Progress { step, phase, .. } => {
                self.bytes(&id, &label, Some(&event.kind));
                let phase = phase
                    .as_deref()
                    .map_or(String::new(), |it| format!(" ({it})"));
                let mut text = format!("{step}{phase}");
                // Without bars a line for every piece would drown the rest: the percentage is told in tens.
                if self.bars.is_none()
                    && let Some(tens) = tens(&event.kind)
                {
                    text = format!("{text} {tens} %");
                }
                self.state(&id, &label, text);
            }
            EventKind::NodeCreated => self.state(&id, &label, "enrolled".to_owned()),
            EventKind::NodeDeleted => self.state(&id, &label, "deleted".to_owned()),
            EventKind::Alarm { message } => self.alarm(message),
            EventKind::Unknown => {}
        }
    }

    /// Ends all lines; what they say stays.
    pub fn finish(&self) {
        for bar in self.lines.values().filter_map(|it| it.bar.as_ref()) {
            bar.abandon();
        }
    }

    fn alarm(&self, message: &str) {
        let text = format!("! {}", format::plain(message));
        match &self.bars {
            // A board that cannot be written to is one that nobody reads.
            Some(bars) => drop(bars.println(text)),
            None => eprintln!("{text}"),
        }
    }

    fn line(&mut self, id: &str, label: &str) -> &mut Line {
        let bars = &self.bars;
        self.lines.entry(id.to_owned()).or_insert_with(|| {
            let bar = bars.as_ref().map(|bars| bars.add(ProgressBar::no_length()));
            if let Some(bar) = &bar {
                bar.set_style(style("{elapsed_precise}  {prefix:<20} {wide_msg}"));
                bar.set_prefix(format::plain(label));
                bar.enable_steady_tick(Duration::from_millis(500));
            }
            Line {
                since: Instant::now(),
                text: String::new(),
                bar,
            }
        })
    }

    /// Puts bytes onto a machine's bar, or takes them off it.
    fn bytes(&mut self, id: &str, label: &str, progress: Option<&EventKind>) {
        let Some(bar) = self.line(id, label).bar.clone() else {
            return;
        };
        let Some(EventKind::Progress {
            done_bytes: Some(done),
            total_bytes,
            rate_bytes_per_second,
            ..
        }) = progress
        else {
            bar.set_style(style("{elapsed_precise}  {prefix:<20} {wide_msg}"));
            return;
        };
        let rate =
            rate_bytes_per_second.map_or(String::new(), |it| format!("{}/s", format::bytes(it)));
        let bytes = match total_bytes {
            Some(total) => format!("{} of {}", format::bytes(*done), format::bytes(*total)),
            None => format::bytes(*done),
        };
        let shape = match total_bytes {
            Some(_) => "{elapsed_precise}  {prefix:<20} {bar:24}",
            None => "{elapsed_precise}  {prefix:<20}",
        };
        bar.set_length(total_bytes.unwrap_or(0));
        bar.set_position(*done);
        let left = remaining(*done, *total_bytes, *rate_bytes_per_second);
        let left = left.map_or(String::new(), |it| format!("{it} left"));
        bar.set_style(style(&format!(
            "{shape} {bytes} {rate} {left}  {{wide_msg}}"
        )));
    }
}

/// How much is done, in tens of a percent rounded down; nothing when that cannot be known.
fn tens(kind: &EventKind) -> Option<u64> {
    let EventKind::Progress {
        done_bytes: Some(done),
        total_bytes: Some(total),
        ..
    } = kind
    else {
        return None;
    };
    let percent = done.saturating_mul(100).checked_div(*total)?;
    Some(percent.min(100) / 10 * 10)
}

/// How long it takes at the present rate, as minutes and seconds.
fn remaining(done: u64, total: Option<u64>, rate: Option<u64>) -> Option<String> {
    let left = total?.saturating_sub(done);
    let seconds = left.checked_div(rate?)?;
    Some(format!("{}:{:02}", seconds / 60, seconds % 60))
}

/// What a machine is at, on one line.
pub fn state_text(state: &str, parts: [Option<&str>; 2], last_error: Option<&str>) -> String {
    let mut text = state.to_owned();
    for part in parts.into_iter().flatten().filter(|it| !it.is_empty()) {
        text = format!("{text} · {part}");
    }
    if let Some(error) = last_error {
        text = format!("{text} · {error}");
    }
    format::plain(&text).replace('\n', " ")
}

fn elapsed(since: Instant) -> String {
    let seconds = since.elapsed().as_secs();
    format!(
        "{:02}:{:02}:{:02}",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60
    )
}

/// Templates are written here and tested; one that is wrong would show the plain message.
fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn event(kind: &str) -> Event {
        let text = format!(
            r#"{{"cursor":"1","at":"2026-01-01T00:00:00.000+00:00","node":"11111111-2222-3333-4444-555555555555","name":"n",{kind}}}"#
        );
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn each_kind_of_event_has_its_line() {
        let mut board = Board {
            lines: BTreeMap::new(),
            bars: Some(MultiProgress::with_draw_target(
                indicatif::ProgressDrawTarget::hidden(),
            )),
        };
        let text = |board: &Board| board.lines.values().next().unwrap().text.clone();
        board.event(&event(
            r#""kind":"node_changed","from":"available","provision_state":"deploying","target_provision_state":"active","power_state":"power on","stage":"write","last_error":null"#,
        ));
        assert_eq!(text(&board), "deploying · write · power on");
        board.event(&event(
            r#""kind":"progress","step":"deploy.write_image","phase":"writing","done_bytes":1048576,"total_bytes":4194304,"rate_bytes_per_second":1024"#,
        ));
        assert_eq!(text(&board), "deploy.write_image (writing)");
        let bar = board.lines.values().next().unwrap().bar.clone().unwrap();
        assert_eq!((bar.position(), bar.length()), (1 << 20, Some(4 << 20)));
        board.event(&event(r#""kind":"alarm","message":"another DHCP server""#));
        board.event(&event(r#""kind":"node_deleted""#));
        assert_eq!(text(&board), "deleted");
        assert_eq!(board.lines.len(), 1);
    }

    #[test]
    fn without_a_terminal_progress_is_told_in_tens_of_a_percent() {
        let mut board = Board {
            lines: BTreeMap::new(),
            bars: None,
        };
        let mut seen = Vec::new();
        for done in [0, 99, 100, 150, 1000] {
            board.event(&event(&format!(
                r#""kind":"progress","step":"write_image","phase":"writing","done_bytes":{done},"total_bytes":1000,"rate_bytes_per_second":10"#,
            )));
            seen.push(board.lines.values().next().unwrap().text.clone());
        }
        seen.dedup();
        assert_eq!(
            seen,
            [
                "write_image (writing) 0 %",
                "write_image (writing) 10 %",
                "write_image (writing) 100 %"
            ]
        );
    }

    #[test]
    fn what_is_left_is_told_when_the_rate_is_known() {
        assert_eq!(remaining(40, Some(1000), Some(10)).as_deref(), Some("1:36"));
        assert_eq!(remaining(40, Some(1000), Some(0)), None);
        assert_eq!(remaining(40, None, Some(10)), None);
    }

    #[test]
    fn a_line_is_one_line() {
        let text = state_text(
            "clean failed",
            [None, Some("power on")],
            Some("BMC\nsays\u{7} no"),
        );
        assert_eq!(text, "clean failed · power on · BMC says no");
    }
}
