//! Runs rounds: one lab of its own with one machine and one daemon, one round after the other.

use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};

use super::bed::Bed;
use super::blow::{Blow, Lasting};
use super::given::Given;
use super::images::Images;
use super::judge::Ended;
use super::moment::Moment;
use super::plan::{Deploy, Round};
use super::table::{self, Row};
use crate::demo::kit::Wishes;
use crate::demo::play::interrupted;
use crate::demo::ramdisk::CONSOLE;
use crate::demo::site::Site;
use crate::demo::{post_mortem, programs, ramdisk};
use crate::lab::deadline::Interrupt;
use crate::lab::machine::{Firmware, Shape};
use crate::lab::packages::{self, kernel::Flavour};
use crate::lab::web::process::Offer;
use crate::lab::{Lab, LabOptions};

/// The image takes so many seconds, however fast the machine is.
const WRITING: u64 = 8;
/// The daemon's deadlines in these labs, in seconds; all are the configuration's, and shorter than usual.
const AGENT_BOOT: u64 = 150;
const STEP_SILENCE: u64 = 45;
const POWER: u64 = 60;
/// What a daemon that was started again grants to waits that are overdue.
const RESUME_GRACE: u64 = 300;
/// How patient agents are with image servers: so many tries more, so many seconds apart, each with so long a silence.
const IMAGE_RETRIES: &str = "ipa-image-download-connection-retries=4 ipa-image-download-connection-retry-interval=3 ipa-image-download-connection-timeout=10";

/// No node may stay where it is for longer: every wait of a deployment, one after the other.
fn patience() -> Duration {
    Duration::from_secs(2 * AGENT_BOOT + RESUME_GRACE + STEP_SILENCE + 3 * POWER)
}

/// What a run is.
pub struct Plan {
    /// How all of them deploy.
    pub deploy: Deploy,
    /// The machine's firmware.
    pub firmware: Firmware,
    /// The rounds.
    pub rounds: Vec<Round>,
    /// Whether each failed node is deployed once more.
    pub redeploy: bool,
    /// Memory of the machine, in MiB.
    pub memory_mib: u32,
}

/// Two rounds for the project's tests: the image server goes for good while the image is written, then the same node is deployed although the
/// daemon dies when the image has come.
pub fn stage() -> Result<()> {
    let round = |seed, moment, blow| Round {
        seed,
        deploy: Deploy::Direct,
        moment,
        blow,
    };
    let plan = Plan {
        deploy: Deploy::Direct,
        firmware: Firmware::Uefi,
        rounds: vec![
            round(1, Moment::Writing(60), Blow::KillImages(Lasting::ForGood)),
            round(2, Moment::Digest, Blow::KillDaemon { back: 2 }),
        ],
        redeploy: false,
        memory_mib: 1024,
    };
    let rows = run(&plan)?;
    print!("{}", table::text(&rows));
    if let Some(row) = rows.iter().find(|row| row.ended.is_err()) {
        bail!("{}: {}", row.round, row.outcome());
    }
    ensure!(
        rows.iter().map(Row::outcome).collect::<Vec<_>>()
            == ["deploy failed, nothing boots", "active"],
        "the rounds did not end as they must"
    );
    Ok(())
}

/// Runs them all; each round's row, in order.
pub fn run(plan: &Plan) -> Result<Vec<Row>> {
    let interrupt = Interrupt::on_signals()?;
    packages::install_for_lab()?;
    packages::install_for_partition_image()?;
    let program = programs::daemon(false)?;
    let ramdisk = ramdisk::prepare(Flavour::Cloud)?;
    let given = Given::prepare(plan.deploy, plan.firmware)?;
    interrupt.check()?;
    let options = LabOptions {
        machines: vec![Shape {
            firmware: plan.firmware,
            memory_mib: plan.memory_mib,
            ..Shape::default()
        }],
        ..Wishes {
            name: format!("kill-{}", std::process::id()),
            ..Wishes::default()
        }
        .lab()
    };
    let lab = Lab::up(&options, &interrupt)?;
    let site = site(lab, program, ramdisk.folder)?;
    let namespace = site.lab.namespace();
    let images = Images::start(&namespace, given.contents(), given.size() / WRITING)?;
    let mut bed = Bed::new(site, images, given)?;
    let done = namespace.block_on(|| async {
        tokio::select! {
            done = all(&mut bed, plan) => done,
            error = interrupted(&interrupt) => Err(error),
        }
    });
    let Bed { site, images, .. } = bed;
    drop(images);
    let down = site.lab.down();
    let rows = done?;
    down.map(|()| rows)
}

fn site(lab: Lab, program: std::path::PathBuf, ramdisk: std::path::PathBuf) -> Result<Site> {
    let kernel = format!("{CONSOLE} {IMAGE_RETRIES}");
    let (boot, silence) = (AGENT_BOOT.to_string(), STEP_SILENCE.to_string());
    let power = POWER.to_string();
    let further = [
        ("conductor.automated_clean", "false"),
        ("netboot.kernel_append_params", kernel.as_str()),
        ("timeouts.agent_boot", boot.as_str()),
        ("timeouts.step_silence", silence.as_str()),
        ("timeouts.power", power.as_str()),
        ("timeouts.power_off_grace", "20"),
        // A lab's BMC answers at once, or not at all.
        ("bmc.connect_timeout", "1"),
        ("bmc.read_timeout", "20"),
    ];
    Site::start_with(lab, program, ramdisk, &Offer::default(), &further)
}

async fn all(bed: &mut Bed, plan: &Plan) -> Result<Vec<Row>> {
    bed.enroll(plan.firmware).await?;
    let mut rows = Vec::new();
    for round in &plan.rounds {
        println!("\n{}: {round}", round.seed);
        let begun = Instant::now();
        let mut seconds = 0.0;
        let ended = play(bed, round, plan.redeploy, &mut seconds).await;
        if ended.is_err() {
            look_closer(bed);
        }
        let row = Row {
            round: *round,
            firmware: plan.firmware,
            seconds,
            ended,
        };
        println!(
            "{}: {} after {seconds:.0} s, judged after {:.0} s; {}",
            round.seed,
            row.outcome(),
            begun.elapsed().as_secs_f64(),
            row.message()
        );
        let lost = row.ended.is_err();
        rows.push(row);
        if lost {
            recover(bed).await?;
        }
    }
    Ok(rows)
}

/// One round. `seconds`: from the order until the node came to rest.
async fn play(bed: &mut Bed, round: &Round, redeploy: bool, seconds: &mut f64) -> Result<Ended> {
    bed.clear()?;
    bed.blank_disk()?;
    let begun = Instant::now();
    bed.order(&round.host_name()).await?;
    bed.reach(round.moment).await?;
    println!(
        "{}: after {:.1} s: {}",
        round.seed,
        begun.elapsed().as_secs_f64(),
        round.blow
    );
    bed.strike(round.blow)?;
    let node = match round.blow.lasting() {
        Lasting::Seconds(lasting) => {
            tokio::time::sleep(Duration::from_secs(lasting)).await;
            bed.lift(round.blow)?;
            bed.rest(patience()).await
        }
        Lasting::ForGood => {
            let node = bed.rest(patience()).await;
            *seconds = begun.elapsed().as_secs_f64();
            bed.lift(round.blow)?;
            node
        }
    };
    if *seconds == 0.0 {
        *seconds = begun.elapsed().as_secs_f64();
    }
    bed.judge(round, &node?, redeploy).await
}

/// After a violation the next round begins with a node that is at rest.
async fn recover(bed: &mut Bed) -> Result<()> {
    bed.clear()?;
    bed.rest(patience()).await.map(drop)
}

/// On a thread of its own: it brings a runtime of its own.
fn look_closer(bed: &Bed) {
    std::thread::scope(|scope| {
        let name = bed.machine.name.clone();
        scope.spawn(|| post_mortem::print(&bed.site.lab, &[name]));
    });
}
