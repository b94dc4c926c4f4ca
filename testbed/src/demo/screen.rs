//! A line for each machine: what it is at, bytes, rate and time. Bars on a terminal, plain lines elsewhere. It shows; it asks nothing.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::io::IsTerminal;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use api_types::{Event, EventKind};
use client::{Client, StreamItem};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

const MIB: f64 = 1_048_576.0;
/// Pause before the event stream is asked for again when the engine is away.
const AWAY: Duration = Duration::from_millis(500);

/// The lines.
pub struct Screen {
    lines: Mutex<BTreeMap<String, Line>>,
    bars: Option<MultiProgress>,
    begun: Instant,
}

#[derive(Default)]
struct Line {
    state: String,
    shown: String,
    bar: Option<ProgressBar>,
}

impl Screen {
    /// A line for each of these machines.
    pub fn of<'a>(machines: impl IntoIterator<Item = &'a str>) -> Self {
        let bars = std::io::stdout()
            .is_terminal()
            .then(|| MultiProgress::with_draw_target(indicatif::ProgressDrawTarget::stdout()));
        let lines = machines.into_iter().map(|name| {
            let bar = bars.as_ref().map(|bars| bars.add(new_bar(name)));
            let line = Line {
                bar,
                ..Line::default()
            };
            (name.to_owned(), line)
        });
        Self {
            lines: Mutex::new(lines.collect()),
            bars,
            begun: Instant::now(),
        }
    }

    /// Shows what the engine tells, for ever; an engine that is away is waited for.
    pub async fn follow(&self, client: &Client) -> Infallible {
        loop {
            let mut events = client.events(None);
            while let Ok(item) = events.next().await {
                if let StreamItem::Event(event) = item {
                    self.event(&event);
                }
            }
            tokio::time::sleep(AWAY).await;
        }
    }

    /// Shows what an event says of a machine that has a line.
    pub fn event(&self, event: &Event) {
        let Some(name) = event.name.as_deref() else {
            return;
        };
        match &event.kind {
            EventKind::Progress { .. } => self.show(name, |line| match progress(&event.kind) {
                Some(bytes) => format!("{} · {bytes}", line.state),
                None => line.state.clone(),
            }),
            kind => {
                if let Some(state) = state(kind) {
                    self.say(name, &state);
                }
            }
        }
    }

    /// Shows this text for a machine.
    pub fn say(&self, machine: &str, text: &str) {
        self.show(machine, |line| {
            text.clone_into(&mut line.state);
            text.to_owned()
        });
    }

    fn show(&self, machine: &str, text: impl FnOnce(&mut Line) -> String) {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(line) = lines.get_mut(machine) else {
            return;
        };
        let text = text(line);
        if line.shown == text {
            return;
        }
        match &line.bar {
            Some(bar) => bar.set_message(text.clone()),
            None => println!(
                "{:7.1} s  {machine}: {text}",
                self.begun.elapsed().as_secs_f64()
            ),
        }
        line.shown = text;
    }

    /// Ends the lines; what they say stays.
    pub fn finish(&self) {
        let lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        for bar in lines.values().filter_map(|line| line.bar.as_ref()) {
            bar.abandon();
        }
        if let Some(bars) = &self.bars {
            bars.set_draw_target(indicatif::ProgressDrawTarget::hidden());
        }
    }
}

fn new_bar(name: &str) -> ProgressBar {
    let bar = ProgressBar::no_length();
    // The template is fixed; a wrong one would show the plain message.
    let style = ProgressStyle::with_template("{elapsed:>4}  {prefix:<10} {wide_msg}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
    bar.set_prefix(name.to_owned());
    bar.enable_steady_tick(Duration::from_millis(500));
    bar
}

fn state(kind: &EventKind) -> Option<String> {
    match kind {
        EventKind::NodeChanged {
            provision_state,
            stage,
            last_error,
            ..
        } => {
            let parts = [stage, last_error].into_iter().flatten();
            Some(parts.fold(provision_state.clone(), |text, part| {
                format!("{text} · {part}")
            }))
        }
        EventKind::NodeCreated => Some("enrolled".to_owned()),
        EventKind::NodeDeleted => Some("deleted".to_owned()),
        EventKind::Alarm { message } => Some(format!("alarm · {message}")),
        EventKind::Progress { .. } | EventKind::Unknown => None,
    }
}

/// Bytes and rate; none while there is nothing to count.
fn progress(kind: &EventKind) -> Option<String> {
    let EventKind::Progress {
        phase,
        done_bytes: Some(done),
        total_bytes,
        rate_bytes_per_second,
        ..
    } = kind
    else {
        return None;
    };
    if *done == 0 {
        return None;
    }
    let mib = |bytes: u64| bytes as f64 / MIB;
    let total = total_bytes.map_or(String::new(), |total| format!(" of {:.1}", mib(total)));
    let rate =
        rate_bytes_per_second.map_or(String::new(), |rate| format!(", {:.1} MiB/s", mib(rate)));
    let phase = phase
        .as_deref()
        .map_or(String::new(), |phase| format!("{phase} "));
    Some(format!("{phase}{:.1}{total} MiB{rate}", mib(*done)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn writing(done: u64, total: Option<u64>) -> EventKind {
        EventKind::Progress {
            step: "write_image".to_owned(),
            phase: Some("writing".to_owned()),
            done_bytes: Some(done),
            total_bytes: total,
            rate_bytes_per_second: Some(2 << 20),
        }
    }

    #[test]
    fn bytes_are_shown_once_there_are_some() {
        assert_eq!(progress(&writing(0, None)), None);
        assert_eq!(
            progress(&writing(3 << 20, Some(12 << 20))).as_deref(),
            Some("writing 3.0 of 12.0 MiB, 2.0 MiB/s")
        );
        assert_eq!(progress(&EventKind::NodeCreated), None);
    }

    #[test]
    fn a_state_carries_its_stage_and_its_error() {
        let changed = EventKind::NodeChanged {
            from: "deploying".to_owned(),
            provision_state: "deploy failed".to_owned(),
            target_provision_state: None,
            power_state: None,
            stage: Some("write".to_owned()),
            last_error: Some("404".to_owned()),
        };
        assert_eq!(
            state(&changed).as_deref(),
            Some("deploy failed · write · 404")
        );
    }

    #[test]
    fn progress_keeps_the_state_before_it() {
        let screen = Screen {
            lines: Mutex::new(BTreeMap::from([("a".to_owned(), Line::default())])),
            bars: None,
            begun: Instant::now(),
        };
        screen.say("a", "wait call-back");
        for _ in 0..2 {
            screen.show("a", |line| format!("{} · half", line.state));
        }
        let lines = screen.lines.lock().unwrap_or_else(PoisonError::into_inner);
        assert_eq!(lines["a"].shown, "wait call-back · half");
        assert_eq!(lines["a"].state, "wait call-back");
    }
}
