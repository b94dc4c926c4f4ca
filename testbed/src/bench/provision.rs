//! `cargo testbed bench provision`: what it costs to take fake nodes through a life, beside Ironic when that is asked for.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use clap::Args;
use reqwest::Method;
use serde_json::Value;

use super::load::{Shot, Until, closed_loop, connection, send};
use super::subject::Subject;
use super::table::ratio;
use crate::lab::deadline::Interrupt;

const ASKERS: usize = 8;
const LOOK: Duration = Duration::from_millis(250);
const PATIENCE: Duration = Duration::from_secs(300);
/// The verbs, in order, and where each leads.
const LIFE: &[(&str, &str)] = &[
    ("manage", "manageable"),
    ("provide", "available"),
    ("active", "active"),
    ("deleted", "available"),
];

/// Measure what it costs to manage, provide, deploy and give back fake nodes
#[derive(Debug, Args)]
pub struct ProvisionCommand {
    /// Measure real Ironic in the same run, and show the ratios
    #[arg(long)]
    beside_ironic: bool,
    /// So many nodes
    #[arg(long, value_name = "N", default_value_t = 200)]
    nodes: usize,
}

/// What one verb for all nodes took.
struct Leg {
    seconds: f64,
    cpu: f64,
}

impl ProvisionCommand {
    /// Measures and prints.
    pub fn run(self) -> Result<()> {
        let interrupt = Interrupt::on_signals()?;
        let runtime = tokio::runtime::Runtime::new().context("starting the runtime")?;
        let folder = tempfile::tempdir().context("a folder for the servers")?;
        runtime.block_on(self.measure(folder.path(), &interrupt))
    }

    async fn measure(&self, folder: &Path, interrupt: &Interrupt) -> Result<()> {
        let ours = self.life(&Subject::ours(folder)?, interrupt).await?;
        let ironic = match self.beside_ironic {
            true => Some(self.life(&Subject::ironic(folder)?, interrupt).await?),
            false => None,
        };
        self.print(&ours, ironic.as_deref());
        Ok(())
    }

    async fn life(&self, subject: &Subject, interrupt: &Interrupt) -> Result<Vec<Leg>> {
        let enroll = Shot::of(Method::POST, |number| {
            let body = format!(r#"{{"driver":"fake-hardware","name":"p-{number}"}}"#);
            ("/v1/nodes".to_owned(), Some(body))
        });
        let until = Until {
            window: PATIENCE,
            most: self.nodes,
        };
        closed_loop(subject, &enroll, ASKERS, until).await?;
        let mut legs = Vec::new();
        for (verb, goal) in LIFE {
            interrupt.check()?;
            println!("{}: {verb}", subject.name);
            let (began, before) = (Instant::now(), subject.cpu_seconds());
            let ask = Shot::of(Method::PUT, move |number| {
                let path = format!("/v1/nodes/p-{number}/states/provision");
                (path, Some(format!(r#"{{"target":"{verb}"}}"#)))
            });
            closed_loop(subject, &ask, ASKERS, until).await?;
            self.arrive(subject, goal).await?;
            legs.push(Leg {
                seconds: began.elapsed().as_secs_f64(),
                cpu: subject.cpu_seconds() - before,
            });
        }
        Ok(legs)
    }

    /// Waits until every node is in a state; asking is part of what is measured, for both alike.
    async fn arrive(&self, subject: &Subject, goal: &str) -> Result<()> {
        let http = connection()?;
        let url = format!(
            "http://{}/v1/nodes?fields=uuid,provision_state&limit=1000",
            subject.address
        );
        let end = Instant::now() + PATIENCE;
        loop {
            let page: Value = serde_json::from_str(&send(&http, &Method::GET, &url, None).await?)?;
            let nodes = page["nodes"].as_array().into_iter().flatten();
            let there = nodes.filter(|node| node["provision_state"] == goal).count();
            if there == self.nodes {
                return Ok(());
            }
            if Instant::now() >= end {
                bail!(
                    "{}: only {there} of {} nodes became {goal}",
                    subject.name,
                    self.nodes
                );
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    fn print(&self, ours: &[Leg], ironic: Option<&[Leg]>) {
        let per_node = |leg: &Leg| leg.cpu / self.nodes as f64;
        println!(
            "\n{} nodes, {ASKERS} clients; CPU ms: of the server's processes for one node",
            self.nodes
        );
        println!(
            "{:28}{:>10}{:>10}{:>10}{:>10}  Ironic/ours",
            "", "ours s", "CPU ms", "Ironic s", "CPU ms"
        );
        for (at, (verb, goal)) in LIFE.iter().enumerate() {
            let mut row = format!("{:28}", format!("{verb} -> {goal}"));
            row.push_str(&format!(
                "{:>10.1}{:>10.2}",
                ours[at].seconds,
                per_node(&ours[at]) * 1000.0
            ));
            if let Some(leg) = ironic.and_then(|legs| legs.get(at)) {
                row.push_str(&format!(
                    "{:>10.1}{:>10.2}",
                    leg.seconds,
                    per_node(leg) * 1000.0
                ));
                row.push_str(&ratio(leg.cpu, ours[at].cpu));
            }
            println!("{row}");
        }
    }
}
