//! The steps that the model agent offers, and what they do to the machine's truth.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use agent_wire::{
    ImageInfo, Progress, ProgressPhase, Step, StepDescription, StepsByManager, VersionsByManager,
};
use serde_json::{Map, Value, json};

use super::failure::Failure;
use super::inventory::DISK;
use super::{Agent, config_drive};
use crate::machines::fault::StepFault;
use crate::machines::truth::{DiskContent, ReceivedConfigDrive, Runs, WrittenImage};

/// Name of the one hardware manager.
pub(super) const MANAGER: &str = "ModelHardwareManager";
/// Its version.
pub(super) const MANAGER_VERSION: &str = "1.0";

const ERASE: &str = "erase_devices_metadata";
const WRITE: &str = "write_image";
/// A step sleeps in so many pieces; a fault strikes in the middle, and progress moves with each.
const PIECES: u64 = 4;

/// When a step runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    Clean,
    Deploy,
    Service,
}

impl Phase {
    pub fn word(self) -> &'static str {
        match self {
            Self::Clean => "clean",
            Self::Deploy => "deploy",
            Self::Service => "service",
        }
    }

    /// Names, with the priority in this phase.
    fn steps(self) -> &'static [(&'static str, i64)] {
        match self {
            Self::Clean => &[(ERASE, 99)],
            Self::Deploy => &[(ERASE, 0), (WRITE, 0)],
            Self::Service => &[(WRITE, 0)],
        }
    }
}

/// The managers' versions.
pub(super) fn versions() -> VersionsByManager {
    [(MANAGER.to_owned(), MANAGER_VERSION.to_owned())].into()
}

/// The answer of `get_<phase>_steps`.
pub(super) fn list(phase: Phase) -> Value {
    let describe = |(name, priority): &(&str, i64)| StepDescription {
        step: (*name).to_owned(),
        priority: *priority,
        interface: "deploy".to_owned(),
        reboot_requested: false,
        abortable: *name == ERASE,
        argsinfo: (*name == WRITE).then(write_arguments),
        extra: Map::new(),
    };
    let steps = phase.steps().iter().map(describe).collect();
    let steps: StepsByManager = BTreeMap::from([(MANAGER.to_owned(), steps)]);
    let key = format!("{}_steps", phase.word());
    json!({key: steps, "hardware_manager_version": versions()})
}

fn write_arguments() -> Map<String, Value> {
    let argument = |text: &str, required: bool| json!({"description": text, "required": required});
    Map::from_iter([
        ("image_info".to_owned(), argument("The image", true)),
        (
            "configdrive".to_owned(),
            argument("Its config drive", false),
        ),
    ])
}

/// `execute_<phase>_step`: runs one step and echoes it without its arguments, which hold the config drive.
pub(super) async fn execute(
    agent: &Arc<Agent>,
    phase: Phase,
    mut params: Map<String, Value>,
) -> Result<Value, Failure> {
    let word = phase.word();
    check_version(params.get(&format!("{word}_version")))?;
    let mut step: Step = serde_json::from_value(params.remove("step").unwrap_or_default())
        .map_err(|error| Failure::params(format!("\"step\" is not a step: {error}")))?;
    let args = step.args.take().unwrap_or_default();
    let known = phase.steps().iter().find(|(name, _)| *name == step.step);
    let result = match known {
        Some((ERASE, _)) => erase(agent).await,
        Some((WRITE, _)) => write_image(agent, args).await,
        _ => {
            let name: String = step.step.chars().take(64).collect();
            return Err(Failure::params(format!("no {word} step {name:?} here")));
        }
    };
    agent.set_progress(None);
    Ok(json!({format!("{word}_result"): result?, format!("{word}_step"): step}))
}

fn check_version(given: Option<&Value>) -> Result<(), Failure> {
    let own = json!(versions());
    match given {
        None | Some(Value::Null) => Ok(()),
        Some(given) if *given == own => Ok(()),
        Some(given) => Err(Failure::version(format!(
            "the steps were listed with {given}, this agent has {own}"
        ))),
    }
}

async fn erase(agent: &Agent) -> Result<Value, Failure> {
    work(agent, ERASE, ProgressPhase::Wiping, 0).await?;
    agent.change(|truth| {
        truth.erases += 1;
        truth.disk = DiskContent::Blank;
        truth.config_drive = None;
    })?;
    Ok(json!({"devices": {DISK: "wiped"}}))
}

async fn write_image(agent: &Agent, mut args: Map<String, Value>) -> Result<Value, Failure> {
    let drive = args.remove("configdrive");
    let info = args.remove("image_info").unwrap_or_default();
    let info: ImageInfo = serde_json::from_value(info)
        .map_err(|error| Failure::params(format!("image_info cannot be read: {error}")))?;
    let image = image(&info, agent.board.world.options.image_bytes)?;
    let drive = config_drive(drive.as_ref(), &info)?;
    agent.change(|truth| {
        truth.writes_begun += 1;
        if truth.image().is_some() {
            truth.writes_over_image += 1;
        }
        truth.disk = DiskContent::HalfWritten;
        truth.config_drive = None;
    })?;
    work(agent, WRITE, ProgressPhase::Writing, image.bytes).await?;
    let message = format!("write_image: image ({}) written to device {DISK}", image.id);
    agent.change(|truth| {
        truth.writes_done += 1;
        truth.disk = DiskContent::Image(image);
        truth.config_drive = drive;
    })?;
    Ok(json!({"result": message}))
}

/// What is to be written; without a place to have it from and a digest to check it with it is refused.
fn image(info: &ImageInfo, bytes: u64) -> Result<WrittenImage, Failure> {
    let missing = |what: &str| Failure::params(format!("image_info has no {what}"));
    let url = info.urls.first().ok_or_else(|| missing("urls"))?;
    let digest = info.os_hash_value.as_ref().or(info.checksum.as_ref());
    let digest = digest
        .filter(|digest| !digest.is_empty())
        .ok_or_else(|| missing("checksum and no os_hash_value"))?;
    Ok(WrittenImage {
        id: info.id.clone(),
        url: url.clone(),
        digest: digest.clone(),
        bytes,
        partition: info.image_type.as_deref() == Some("partition"),
    })
}

fn config_drive(
    argument: Option<&Value>,
    info: &ImageInfo,
) -> Result<Option<ReceivedConfigDrive>, Failure> {
    let argument = argument.and_then(Value::as_str);
    let own = info.configdrive.as_ref().map(|drive| drive.expose());
    let text = argument.or(own).filter(|text| !text.is_empty());
    text.map(config_drive::read)
        .transpose()
        .map_err(|error| Failure::execution(error.to_string()))
}

/// Lets the step's time pass, and whatever fault waits for it happen.
async fn work(agent: &Agent, step: &str, phase: ProgressPhase, total: u64) -> Result<(), Failure> {
    let time = agent.board.world.options.timings.step;
    let fault = agent.board.faults.take_step();
    let begun = tokio::time::Instant::now();
    for piece in 0..PIECES {
        let done = total / PIECES * piece;
        agent.set_progress(Some(Progress {
            step: step.to_owned(),
            phase,
            done_bytes: done,
            total_bytes: (total > 0).then_some(total),
            rate_bytes_per_second: rate(done, begun.elapsed()),
        }));
        if piece == PIECES / 2
            && let Some(fault) = &fault
        {
            return Err(strike(agent, fault));
        }
        agent.board.pass(time / 4).await;
    }
    Ok(())
}

fn rate(bytes: u64, time: Duration) -> u64 {
    let rate = u128::from(bytes) * 1000 / time.as_millis().max(1);
    u64::try_from(rate).unwrap_or(u64::MAX)
}

fn strike(agent: &Agent, fault: &StepFault) -> Failure {
    match fault {
        StepFault::Fails(message) => Failure::execution(message.clone()),
        StepFault::Dies => {
            // Nobody will read this: the agent that keeps it is gone.
            agent.die(|truth| truth.deaths_in_step += 1);
            gone()
        }
    }
}

fn gone() -> Failure {
    Failure::execution("the machine is gone".to_owned())
}

impl Agent {
    /// Changes the machine's truth, if it is still this boot.
    pub(super) fn change(
        &self,
        change: impl FnOnce(&mut crate::machines::Truth),
    ) -> Result<(), Failure> {
        self.board.update(self.life, change).map_err(|_| gone())
    }

    /// The agent ends; the machine stays on and does nothing more.
    pub(super) fn die(&self, change: impl FnOnce(&mut crate::machines::Truth)) {
        if self.board.truth().life != self.life {
            return;
        }
        let ended = |truth: &mut crate::machines::Truth| {
            truth.runs = Runs::Nothing;
            change(truth);
        };
        self.board.begin(ended, |_, _| Box::pin(async { Ok(()) }));
    }
}
