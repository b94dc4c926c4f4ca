//! Looks at a node and its machine while it is deployed: when it was powered on and its agent reported, and when the image was written. It
//! changes nothing.

use std::cell::RefCell;
use std::convert::Infallible;
use std::time::{Duration, Instant};

use client::Client;
use serde_json::Value;

use super::memory;
use crate::interop::process_age;
use crate::lab::process::Process;
use crate::lab::{Lab, Machine};

const LOOK: Duration = Duration::from_millis(100);
const WRITE: &str = "write_image";

/// A stretch of time, and what of the processor it took.
#[derive(Debug, Clone, Copy, Default)]
pub struct Spent {
    /// By the clock.
    pub seconds: f64,
    /// Of the whole virtual machine's processor time.
    pub cpu: f64,
}

/// What was seen of one deployment.
#[derive(Debug, Clone, Copy, Default)]
pub struct Seen {
    /// From power-on to the agent's first heartbeat.
    pub boot: Option<Spent>,
    /// While the image was written.
    pub write: Option<Spent>,
    /// Bytes of its memory that the machine had touched when the image was written.
    pub touched: Option<u64>,
    began: Option<(Instant, f64)>,
}

/// Whom to look at.
pub struct Watch<'a> {
    /// The lab.
    pub lab: &'a Lab,
    /// The engine's API.
    pub client: &'a Client,
    /// The machine.
    pub machine: &'a Machine,
    /// What was seen so far.
    pub seen: RefCell<Seen>,
}

impl Watch<'_> {
    /// Looks for ever.
    pub async fn look(&self) -> Infallible {
        loop {
            // An engine that does not answer is asked again.
            if let Ok(node) = self.client.node_document(&self.machine.name).await
                && let Some(process) = self.lab.qemu(&self.machine.name)
            {
                self.note(&node, &process);
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    fn note(&self, node: &Value, process: &Process) {
        let Some(cpu) = process.cpu_seconds() else {
            return;
        };
        let mut seen = self.seen.borrow_mut();
        if node["driver_internal_info"]["agent_url"].is_string() && seen.boot.is_none() {
            seen.boot = process_age(process).map(|seconds| Spent { seconds, cpu });
        }
        match (node["deploy_step"]["step"] == WRITE, seen.began) {
            (true, None) => seen.began = Some((Instant::now(), cpu)),
            (false, Some((began, before))) if seen.write.is_none() => {
                seen.write = Some(Spent {
                    seconds: began.elapsed().as_secs_f64(),
                    cpu: cpu - before,
                });
            }
            (true, Some(_)) => {
                let memory = self.machine.shape.memory_mib;
                seen.touched = memory::touched(process.id, memory).max(seen.touched);
            }
            _ => {}
        }
    }
}
