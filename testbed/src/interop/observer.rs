//! Looks at a node and its machine while something is done with them: when the machine was powered on and its agent reported, which agent it
//! is, and which steps ran. It changes nothing.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::convert::Infallible;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use client::Client;
use nix::unistd::{SysconfVar, sysconf};
use serde_json::Value;

use crate::lab::process::Process;
use crate::lab::{Lab, Machine};

const LOOK: Duration = Duration::from_millis(200);
/// An agent that was inspected calls within this time, or never.
const LATE: Duration = Duration::from_secs(900);

/// One boot of an agent.
#[derive(Debug, Clone, PartialEq)]
pub struct Boot {
    /// From the machine's power-on to the agent's first heartbeat.
    pub seconds: f64,
    /// Processor time of the whole virtual machine until then.
    pub cpu_seconds: f64,
    /// The agent's version, as it says itself.
    pub agent: String,
}

/// What was seen so far.
#[derive(Debug, Default)]
pub struct Seen {
    /// Each boot, in order.
    pub boots: Vec<Boot>,
    /// Steps that ran, as `interface.step`.
    pub steps: BTreeSet<String>,
    /// The machine's run that was seen without an agent: an agent that is told of from its first moment on is the run's before it.
    silent: Option<Process>,
    /// The machine's run whose agent has reported.
    reported: Option<Process>,
}

/// Whom to look at.
pub struct Observer<'a> {
    /// The lab.
    pub lab: &'a Lab,
    /// The API.
    pub client: &'a Client,
    /// The machine, which is the node's name too.
    pub machine: &'a Machine,
    seen: RefCell<Seen>,
}

impl<'a> Observer<'a> {
    /// Has seen nothing.
    pub fn of(lab: &'a Lab, client: &'a Client, machine: &'a Machine) -> Self {
        Self {
            lab,
            client,
            machine,
            seen: RefCell::default(),
        }
    }

    /// Does `work` and looks meanwhile.
    pub async fn during<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        tokio::select! {
            done = work => done,
            never = self.look_for_ever() => match never {},
        }
    }

    /// Waits until the agent of the machine as it runs now has reported.
    pub async fn agent_reports(&self) -> Result<()> {
        let reported = async {
            loop {
                self.look().await;
                let running = self.lab.qemu(&self.machine.name);
                if running.is_some() && self.seen.borrow().reported == running {
                    return;
                }
                tokio::time::sleep(LOOK).await;
            }
        };
        tokio::time::timeout(LATE, reported)
            .await
            .with_context(|| format!("no agent reported within {} s", LATE.as_secs()))
    }

    /// The steps that ran, which are forgotten; those in `wanted` must be among them.
    pub fn take_steps(&self, wanted: &[&str]) -> Result<String> {
        let steps = std::mem::take(&mut self.seen.borrow_mut().steps);
        for step in wanted {
            ensure!(
                steps.contains(*step),
                "{step} was not seen; seen: {steps:?}"
            );
        }
        Ok(steps.into_iter().collect::<Vec<_>>().join(", "))
    }

    /// The boots so far.
    pub fn boots(&self) -> Vec<Boot> {
        self.seen.borrow().boots.clone()
    }

    async fn look_for_ever(&self) -> Infallible {
        loop {
            self.look().await;
            tokio::time::sleep(LOOK).await;
        }
    }

    /// An API that does not answer is asked again at the next look; whoever does the work will say so.
    async fn look(&self) {
        let Ok(node) = self.client.node_document(&self.machine.name).await else {
            return;
        };
        let running = self.lab.qemu(&self.machine.name);
        let mut seen = self.seen.borrow_mut();
        for step in ["clean_step", "deploy_step"] {
            seen.steps.extend(step_name(&node[step]));
        }
        let Some(process) = running else { return };
        let told = &node["driver_internal_info"];
        match (told["agent_url"].as_str(), told["agent_version"].as_str()) {
            (Some(_), Some(agent)) => seen.note(process, agent),
            _ => seen.silent = Some(process),
        }
    }
}

impl Seen {
    /// An agent is known while this run of the machine is on.
    fn note(&mut self, process: Process, agent: &str) {
        if self.reported.as_ref() == Some(&process) || self.silent.as_ref() != Some(&process) {
            return;
        }
        self.boots.push(Boot {
            seconds: age(&process).unwrap_or_default(),
            cpu_seconds: process.cpu_seconds().unwrap_or_default(),
            agent: agent.to_owned(),
        });
        self.reported = Some(process);
    }
}

fn step_name(step: &Value) -> Option<String> {
    let (interface, name) = (step["interface"].as_str()?, step["step"].as_str()?);
    Some(format!("{interface}.{name}"))
}

/// How long a process has been running, in seconds.
pub fn age(process: &Process) -> Option<f64> {
    let ticks = sysconf(SysconfVar::CLK_TCK).ok()??;
    let uptime = std::fs::read_to_string("/proc/uptime").ok()?;
    let now: f64 = uptime.split_whitespace().next()?.parse().ok()?;
    Some(now - process.started as f64 / ticks as f64)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    #[test]
    fn a_step_has_a_full_name() {
        let step = json!({"interface": "deploy", "step": "write_image", "args": {}});
        assert_eq!(step_name(&step).unwrap(), "deploy.write_image");
        assert_eq!(step_name(&json!({})), None);
        assert_eq!(step_name(&Value::Null), None);
    }

    #[test]
    fn an_agent_that_is_told_of_from_the_first_moment_is_an_older_one() {
        let run = |id| Process {
            name: "machine".to_owned(),
            id,
            started: 1,
        };
        let mut seen = Seen {
            silent: Some(run(1)),
            ..Seen::default()
        };
        seen.note(run(1), "a");
        seen.note(run(1), "a");
        seen.note(run(2), "a");
        assert_eq!(seen.boots.len(), 1);
        assert_eq!(seen.boots[0].agent, "a");
    }

    #[test]
    fn this_process_is_older_than_nothing() {
        assert!(age(&Process::myself().unwrap()).unwrap() >= 0.0);
    }
}
