//! `cargo testbed bench api`: what requests to the API cost, beside Ironic when that is asked for. Figures are shown, never asserted.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use clap::Args;
use reqwest::Method;

use super::load::{Measured, Shot, Until, closed_loop, connection, send};
use super::mib;
use super::subject::Subject;
use super::table::Table;
use crate::lab::deadline::Interrupt;

const CLIENTS: &[usize] = &[1, 8, 32];
/// Nodes are enrolled by so many clients at once.
const ENROLLERS: usize = 8;

/// Measure what requests to the API cost: one node, a page of 1,000, creations, patches
#[derive(Debug, Args)]
pub struct ApiCommand {
    /// Measure real Ironic in the same run, and show the ratios
    #[arg(long)]
    beside_ironic: bool,
    /// Very short: whether it works, not what it measures
    #[arg(long)]
    quick: bool,
}

impl ApiCommand {
    /// Measures and prints.
    pub fn run(self) -> Result<()> {
        let interrupt = Interrupt::on_signals()?;
        let runtime = tokio::runtime::Runtime::new().context("starting the runtime")?;
        let folder = tempfile::tempdir().context("a folder for the servers")?;
        runtime.block_on(self.measure(folder.path(), &interrupt))
    }

    async fn measure(&self, folder: &Path, interrupt: &Interrupt) -> Result<()> {
        let mut table = Table::default();
        let ours = Subject::ours(folder)?;
        let ironic = match self.beside_ironic {
            true => Some(Subject::ironic(folder)?),
            false => None,
        };
        let both: Vec<&Subject> = [Some(&ours), ironic.as_ref()]
            .into_iter()
            .flatten()
            .collect();
        let sizes: &[usize] = if self.quick { &[20, 40] } else { &[100, 1000] };
        let mut there = 0;
        for size in sizes {
            for subject in &both {
                enroll(subject, there, *size).await?;
            }
            there = *size;
            self.rows(&both, *size, &mut table, interrupt).await?;
            for subject in &both {
                table.note(format!(
                    "{}: memory with {size} nodes, after the load: {}",
                    subject.name,
                    mib(subject.memory()?)
                ));
            }
        }
        for subject in &both {
            table.note(given_up(subject).await?);
        }
        drop(ironic);
        let most = if self.quick { 80 } else { 10_000 };
        enroll(&ours, there, most).await?;
        self.rows(&[&ours], most, &mut table, interrupt).await?;
        table.note(format!(
            "Hammerscale: memory with {most} nodes, after the load: {} (promised: 100 MB)",
            mib(ours.memory()?)
        ));
        table.note("Hammerscale syncs every commit to disk (synchronous=FULL); Ironic is run without (sqlite_synchronous=false).".to_owned());
        table.print();
        Ok(())
    }

    async fn rows(
        &self,
        subjects: &[&Subject],
        nodes: usize,
        table: &mut Table,
        interrupt: &Interrupt,
    ) -> Result<()> {
        for (what, shot, seconds, most) in shots(nodes) {
            for clients in CLIENTS {
                interrupt.check()?;
                let until = match self.quick {
                    true => Until {
                        window: Duration::from_millis(300),
                        most: 20,
                    },
                    false => Until {
                        window: Duration::from_secs(seconds),
                        most,
                    },
                };
                let mut measured: Vec<Measured> = Vec::new();
                for subject in subjects {
                    measured.push(closed_loop(subject, &shot, *clients, until).await?);
                    if shot.method == Method::POST {
                        remove_extra(subject, most).await?;
                    }
                }
                table.add(what, nodes, *clients, &measured);
            }
        }
        Ok(())
    }
}

/// What is measured: its name, the request, for how many seconds, and how many requests at most.
fn shots(nodes: usize) -> Vec<(&'static str, Shot, u64, usize)> {
    let one = Shot::of(Method::GET, move |number| {
        (format!("/v1/nodes/{}", name(number * 7 % nodes)), None)
    });
    let page = Shot::of(Method::GET, |_| {
        ("/v1/nodes?limit=1000&detail=true".to_owned(), None)
    });
    let create = Shot::of(Method::POST, |number| {
        ("/v1/nodes".to_owned(), Some(body(&extra(number))))
    });
    let patch = Shot::of(Method::PATCH, move |number| {
        let body = format!(r#"[{{"op":"add","path":"/extra/seen","value":{number}}}]"#);
        (
            format!("/v1/nodes/{}", name(number * 7 % nodes)),
            Some(body),
        )
    });
    vec![
        ("GET one node", one, 3, usize::MAX),
        ("GET 1,000 nodes in detail", page, 3, 400),
        ("POST a node", create, 5, 200),
        ("PATCH a node", patch, 3, usize::MAX),
    ]
}

fn name(number: usize) -> String {
    format!("bench-{number}")
}

fn extra(number: usize) -> String {
    format!("extra-{number}")
}

/// About what a site enrolls.
fn body(name: &str) -> String {
    format!(
        r#"{{"driver":"fake-hardware","name":"{name}","resource_class":"baremetal","properties":{{"cpu_arch":"x86_64","cpus":"64","memory_mb":"262144","local_gb":"900","capabilities":"boot_mode:uefi"}},"driver_info":{{"redfish_address":"https://192.0.2.7","redfish_username":"admin","redfish_password":"secret","redfish_system_id":"/redfish/v1/Systems/1"}},"extra":{{"rack":"r7","unit":12}}}}"#
    )
}

/// Enrolls the nodes from one number up to another.
async fn enroll(subject: &Subject, from: usize, to: usize) -> Result<()> {
    println!("{}: enrolling {} nodes", subject.name, to - from);
    let shot = Shot::of(Method::POST, move |number| {
        ("/v1/nodes".to_owned(), Some(body(&name(from + number))))
    });
    let until = Until {
        window: Duration::from_secs(600),
        most: to - from,
    };
    closed_loop(subject, &shot, ENROLLERS, until)
        .await
        .map(drop)
}

/// Deletes what the creations have made; it is not measured.
async fn remove_extra(subject: &Subject, most: usize) -> Result<()> {
    let http = connection()?;
    for number in 0..most {
        let url = format!("http://{}/v1/nodes/{}", subject.address, extra(number));
        if send(&http, &Method::DELETE, &url, None).await.is_err() {
            // So many were not made.
            return Ok(());
        }
    }
    Ok(())
}

/// What 32 clients leave behind that asked for a page and went away: how long another one waits, and what it costs.
async fn given_up(subject: &Subject) -> Result<String> {
    let url = format!("http://{}/v1/nodes?limit=1000&detail=true", subject.address);
    let tasks: Vec<_> = (0..32)
        .map(|_| {
            let url = url.clone();
            tokio::spawn(async move { send(&connection()?, &Method::GET, &url, None).await })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(200)).await;
    tasks.iter().for_each(tokio::task::JoinHandle::abort);
    let (began, before) = (Instant::now(), subject.cpu_seconds());
    let url = format!("http://{}/v1/nodes/{}", subject.address, name(0));
    send(&connection()?, &Method::GET, &url, None).await?;
    let waited = began.elapsed();
    tokio::time::sleep(Duration::from_secs(5)).await;
    let cpu = subject.cpu_seconds() - before;
    Ok(format!(
        "{}: after 32 clients gave up on a page, the next one waited {:.0} ms; the following 5 s cost {cpu:.2} s of CPU",
        subject.name,
        waited.as_secs_f64() * 1000.0,
    ))
}
