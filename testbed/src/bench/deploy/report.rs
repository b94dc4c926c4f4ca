//! The figures, and how often ours fits into the other's.

use std::fmt::Write as _;

use anyhow::{Context, Result};

use super::Agent;
use super::site::Bench;
use super::watch::{Seen, Spent};
use crate::lab::image::packed::Format;

/// A deployment that was measured.
struct Deployment {
    agent: Agent,
    format: Format,
    boot: Spent,
    write: Spent,
    touched: u64,
}

/// The least memory: what is too little, what works.
struct Smallest {
    agent: Agent,
    format: Format,
    too_little: Option<u32>,
    works: Option<u32>,
}

/// All figures.
pub struct Report {
    fetched: Vec<(Agent, u64)>,
    deployments: Vec<Deployment>,
    smallest: Vec<Smallest>,
    loads: Vec<f64>,
}

impl Report {
    /// Nothing is measured yet but what is fetched.
    pub fn new(bench: &Bench) -> Result<Self> {
        let fetched = Agent::ALL.into_iter();
        let fetched = fetched.filter_map(|agent| Some((agent, *bench.fetched.get(agent.name())?)));
        let mut report = Self {
            fetched: fetched.collect(),
            deployments: Vec::new(),
            smallest: Vec::new(),
            loads: Vec::new(),
        };
        report.note_load()?;
        Ok(report)
    }

    fn note_load(&mut self) -> Result<()> {
        let text = std::fs::read_to_string("/proc/loadavg").context("the load")?;
        let first = text.split(' ').next();
        let first = first.and_then(|word| word.parse::<f64>().ok());
        self.loads.extend(first);
        Ok(())
    }

    /// Takes note of a deployment, and tells it.
    pub fn deployment(&mut self, agent: Agent, format: Format, seen: &Seen) {
        let one = Deployment {
            agent,
            format,
            boot: seen.boot.unwrap_or_default(),
            write: seen.write.unwrap_or_default(),
            touched: seen.touched.unwrap_or_default(),
        };
        // A load that cannot be read is no reason to stop.
        let _ = self.note_load();
        println!("{}", one.line());
        self.deployments.push(one);
    }

    /// Takes note of the least memory.
    pub fn smallest(
        &mut self,
        agent: Agent,
        format: Format,
        too_little: Option<u32>,
        works: Option<u32>,
    ) {
        let one = Smallest {
            agent,
            format,
            too_little,
            works,
        };
        println!("{}", one.line());
        self.smallest.push(one);
    }

    /// All of it for a person.
    pub fn text(&self) -> String {
        let mut text = "\nkernel and initramfs\n".to_owned();
        // Writing to a text cannot fail.
        for (agent, bytes) in &self.fetched {
            let _ = writeln!(text, "{:12} {:8.1} MB", agent.name(), *bytes as f64 / 1e6);
        }
        text.push_str(
            "\ndeployments: seconds by the clock and of the virtual machine's processor\n",
        );
        let lines = self.deployments.iter().map(Deployment::line);
        lines.for_each(|line| text += &(line + "\n"));
        text.push_str("\nleast memory that works\n");
        let lines = self.smallest.iter().map(Smallest::line);
        lines.for_each(|line| text += &(line + "\n"));
        let _ = writeln!(text, "\nIPA / Hammerscale\n{}", self.ratios());
        let loads: Vec<String> = self.loads.iter().map(|load| format!("{load:.1}")).collect();
        let _ = writeln!(text, "load of this machine meanwhile: {}", loads.join(", "));
        text
    }

    fn ratios(&self) -> String {
        let mut text = String::new();
        let mut ratio = |what: String, figure: &dyn Fn(Agent) -> Option<f64>| {
            if let (Some(ours), Some(theirs)) = (figure(Agent::Hammerscale), figure(Agent::Ipa))
                && ours > 0.0
            {
                let _ = writeln!(text, "{what:36} {:6.1}", theirs / ours);
            }
        };
        let fetched = |agent| {
            let found = self.fetched.iter().find(|(known, _)| *known == agent);
            found.map(|(_, bytes)| *bytes as f64)
        };
        ratio("bytes fetched".to_owned(), &fetched);
        for (what, value) in BOOT {
            ratio(format!("power-on to heartbeat, {what}"), &|agent| {
                mean(self.of(agent, None).map(|one| value(&one.boot)))
            });
        }
        for format in Agent::Ipa.formats() {
            for (what, value) in BOOT {
                ratio(format!("{format} written, {what}"), &|agent| {
                    mean(self.of(agent, Some(*format)).map(|one| value(&one.write)))
                });
            }
            ratio(format!("memory touched, {format}"), &|agent| {
                mean(self.of(agent, Some(*format)).map(|one| one.touched as f64))
            });
            ratio(format!("least memory, {format}"), &|agent| {
                let mut all = self.smallest.iter();
                let found = all.find(|one| one.agent == agent && one.format == *format);
                found?.works.map(f64::from)
            });
        }
        text
    }

    fn of(&self, agent: Agent, format: Option<Format>) -> impl Iterator<Item = &Deployment> {
        let own = move |one: &&Deployment| {
            one.agent == agent && format.is_none_or(|format| one.format == format)
        };
        self.deployments.iter().filter(own)
    }
}

/// What is compared of a stretch of time.
type Value = fn(&Spent) -> f64;
const BOOT: [(&str, Value); 2] = [("s", |spent| spent.seconds), ("CPU s", |spent| spent.cpu)];

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let values: Vec<f64> = values.collect();
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

impl Deployment {
    fn line(&self) -> String {
        format!(
            "{:12} {:14} boot {:6.1} s {:6.1} CPU s   write {:6.1} s {:6.1} CPU s   memory touched {:5} MiB",
            self.agent.name(),
            self.format.name(),
            self.boot.seconds,
            self.boot.cpu,
            self.write.seconds,
            self.write.cpu,
            self.touched >> 20
        )
    }
}

impl Smallest {
    fn line(&self) -> String {
        let size =
            |size: Option<u32>| size.map_or("none tried".to_owned(), |mib| format!("{mib} MiB"));
        format!(
            "{:12} {:14} {} (too little: {})",
            self.agent.name(),
            self.format.name(),
            size(self.works),
            size(self.too_little)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_of_what_both_have() {
        let deployment = |agent, format, seconds| Deployment {
            agent,
            format,
            boot: Spent { seconds, cpu: 1.0 },
            write: Spent { seconds, cpu: 1.0 },
            touched: 1 << 20,
        };
        let report = Report {
            fetched: vec![(Agent::Hammerscale, 2), (Agent::Ipa, 7)],
            deployments: vec![
                deployment(Agent::Hammerscale, Format::Raw, 2.0),
                deployment(Agent::Hammerscale, Format::RawGzip, 4.0),
                deployment(Agent::Ipa, Format::Raw, 12.0),
            ],
            smallest: Vec::new(),
            loads: Vec::new(),
        };
        let text = report.ratios();
        assert!(
            text.contains("bytes fetched                           3.5\n"),
            "{text}"
        );
        assert!(
            text.contains("raw written, s                          6.0\n"),
            "{text}"
        );
        assert!(
            text.contains("power-on to heartbeat, s                4.0\n"),
            "{text}"
        );
        assert!(!text.contains("qcow2"), "{text}");
    }
}
