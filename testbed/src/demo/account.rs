//! Where each second of a machine's story went: its chapters, and in them what the engine's timeline says.

use std::fmt::Write as _;

use api_types::{Timeline, TimelineEntry};

use super::story::Chapter;

/// Shorter things are counted, not listed, in seconds.
const SHORT: f64 = 0.05;

/// A text for a person.
pub fn text(machine: &str, chapters: &[Chapter], timeline: &Timeline) -> String {
    let total: f64 = chapters.iter().map(Chapter::seconds).sum();
    let mut text = format!("{machine}: {total:.1} s\n");
    for chapter in chapters {
        let (long, short): (Vec<_>, Vec<_>) = parts(chapter, timeline)
            .into_iter()
            .partition(|(_, seconds)| *seconds >= SHORT);
        // Writing to a text cannot fail.
        let _ = writeln!(text, "{:8.1} s  {}", chapter.seconds(), chapter.name);
        for (what, seconds) in &long {
            let _ = writeln!(text, "           {seconds:8.1} s  {what}");
        }
        let rest: f64 = short.iter().map(|(_, seconds)| seconds).sum();
        if rest >= SHORT {
            let _ = writeln!(
                text,
                "           {rest:8.1} s  in {} short stages",
                short.len()
            );
        }
    }
    text
}

/// Stages of a chapter in the order in which they began, with their seconds.
fn parts(chapter: &Chapter, timeline: &Timeline) -> Vec<(String, f64)> {
    let during = |entry: &&TimelineEntry| entry.at >= chapter.began && entry.at < chapter.ended;
    let mut parts: Vec<(String, f64)> = Vec::new();
    for entry in timeline.entries.iter().filter(during) {
        let Some(seconds) = entry.seconds else {
            continue;
        };
        let what = entry.stage.as_ref().unwrap_or(&entry.event);
        match parts.iter_mut().find(|(known, _)| known == what) {
            Some((_, sum)) => *sum += seconds,
            None => parts.push((what.clone(), seconds)),
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use model::Timestamp;

    fn at(second: u32) -> Timestamp {
        format!("2026-01-01T00:00:{second:02}Z").parse().unwrap()
    }

    fn entry(second: u32, stage: Option<&str>, seconds: Option<f64>) -> TimelineEntry {
        TimelineEntry {
            at: at(second),
            event: "wait".to_owned(),
            stage: stage.map(str::to_owned),
            from: "deploying".to_owned(),
            to: "deploying".to_owned(),
            detail: None,
            severity: "info".to_owned(),
            seconds,
        }
    }

    #[test]
    fn stages_stand_under_their_chapter() {
        let chapter = |name, began, ended| Chapter {
            name,
            began: at(began),
            ended: at(ended),
        };
        let timeline = Timeline {
            node: uuid::Uuid::nil(),
            name: None,
            provision_state: "active".to_owned(),
            entries: vec![
                entry(1, Some("boot"), Some(4.0)),
                entry(5, None, Some(0.01)),
                entry(5, Some("boot"), Some(2.0)),
                entry(7, Some("write"), Some(3.0)),
                entry(10, None, None),
            ],
            stages: Vec::new(),
        };
        let chapters = [chapter("inspect", 1, 7), chapter("deploy", 7, 12)];
        assert_eq!(
            text("a", &chapters, &timeline),
            "a: 11.0 s\n     6.0 s  inspect\n                6.0 s  boot\n     5.0 s  deploy\n                3.0 s  write\n"
        );
    }
}
