//! The real clients, as people install them, walk nodes through every verb: the `baremetal` and `openstack` commands and openstacksdk.
//! Stories run side by side, each against a daemon of its own on either database; a client's command or method that no story uses is a failure.

mod expect;
mod ground;
mod identity;
mod machines;
mod play;
mod sdk;
mod story;
mod typist;

use crate::lab::packages;
use crate::postgres::Server;
use anyhow::{Context, Result, bail, ensure};
use ground::Ground;
use play::Player;
use std::collections::BTreeSet;
use std::process::Command;
use std::time::Instant;
use story::Act;
use typist::Typist;

const CLIENTS: &[&str] = &[
    "python-ironicclient==6.3.0",
    "python-openstackclient==10.5.0",
    "openstacksdk==4.22.0",
    "bcrypt==4.3.0",
];

/// What is typed, each against a daemon of its own with fake machines.
const TYPED: &[(&str, &str)] = &[
    ("life", include_str!("stories/life.story")),
    ("waits", include_str!("stories/waits.story")),
    ("hardware", include_str!("stories/hardware.story")),
    ("parts", include_str!("stories/parts.story")),
    ("rules", include_str!("stories/rules.story")),
    ("errors", include_str!("stories/errors.story")),
];

/// What `create` is given.
const MANY: &str = include_str!("stories/many.json");

/// Commands that ask the daemon nothing.
const NOT_ASKED: &[&str] = &["complete", "help"];

type Lane<'a> = (String, Box<dyn Fn() -> Result<()> + Send + Sync + 'a>);

pub(super) fn run() -> Result<()> {
    packages::install_for_clients()?;
    let bin = packages::python::environment_with(CLIENTS)?;
    let server = Server::shared().context("starting PostgreSQL")?;
    let server = server.context("PostgreSQL is not installed")?;
    let grounds = [None, Some(server)].map(|server| Ground {
        bin: bin.clone(),
        server,
    });
    let mut all: Vec<Lane<'_>> = vec![("programs".into(), Box::new(|| programs(&grounds[0])))];
    all.extend(grounds.iter().flat_map(lanes));
    side_by_side(&all)
}

/// All that is played on a database.
fn lanes(ground: &Ground) -> Vec<Lane<'_>> {
    let mut lanes: Vec<Lane<'_>> = vec![
        ("machines".into(), Box::new(|| machines::run(ground))),
        ("identity".into(), Box::new(|| identity::run(ground))),
        ("openstacksdk".into(), Box::new(|| sdk::run(ground))),
    ];
    for (name, text) in TYPED {
        lanes.push(((*name).into(), Box::new(|| typed(ground, name, text))));
    }
    for (name, _) in &mut lanes {
        *name = format!("{name} on {}", ground.database());
    }
    lanes
}

/// Runs all; each that failed is told.
fn side_by_side(lanes: &[Lane<'_>]) -> Result<()> {
    let ends: Vec<(&str, Result<()>)> = std::thread::scope(|scope| {
        let started: Vec<_> = lanes
            .iter()
            .map(|(name, work)| (name.as_str(), scope.spawn(move || timed(name, work))))
            .collect();
        let joined = started.into_iter().map(|(name, lane)| {
            let end = lane.join();
            let panicked = |_| Err(anyhow::anyhow!("the story's thread panicked"));
            (name, end.unwrap_or_else(panicked))
        });
        joined.collect()
    });
    let failed: Vec<String> = ends
        .into_iter()
        .filter_map(|(name, end)| end.err().map(|why| format!("{name}: {why:#}")))
        .collect();
    if failed.is_empty() {
        return Ok(());
    }
    bail!("{}", failed.join("\n"));
}

fn timed(name: &str, work: impl Fn() -> Result<()>) -> Result<()> {
    let began = Instant::now();
    let end = work();
    println!("{name}: ended after {:.0} s", began.elapsed().as_secs_f64());
    end
}

fn typed(ground: &Ground, name: &str, text: &str) -> Result<()> {
    let folder = tempfile::tempdir().context("a folder for the daemon")?;
    // An inspection takes long enough for somebody to come in between.
    let more = [("fake.inspect_delay", "4".to_owned())];
    let engine = ground.fake_site(folder.path(), &more)?;
    let mut player = Player::new(name, ground)?;
    player.options = ground::without_names(&format!("http://{}", engine.address));
    std::fs::write(folder.path().join("many.json"), MANY).context("writing many.json")?;
    player.know("folder", &folder.path().display().to_string());
    player.play(&story::parse(text)?)?;
    engine.stop()
}

/// The commands as the system finds them; and that the stories leave no command of theirs out.
fn programs(ground: &Ground) -> Result<()> {
    let folder = tempfile::tempdir().context("a folder for the daemon")?;
    let engine = ground.fake_site(folder.path(), &[])?;
    let options = ground::without_names(&format!("http://{}", engine.address));
    for (program, words) in [
        ("baremetal", "driver list --format json"),
        ("openstack", "baremetal driver list --format json"),
    ] {
        println!("programs: {program} {words}");
        let mut command = Command::new(ground.bin.join(program));
        let output = command.args(&options).args(words.split(' ')).output();
        let output = output.with_context(|| format!("starting {program}"))?;
        let answer = String::from_utf8_lossy(&output.stdout);
        let told = output.status.success() && answer.contains("fake-hardware");
        ensure!(told, "{program} {words}: {output:?}");
    }
    let mut typist = Typist::start(ground)?;
    let help = typist.typed("baremetal", &[], "help")?;
    let offered = commands(&help.out);
    ensure!(offered.len() > 100, "`baremetal help` says: {}", help.out);
    let asked = asked()?;
    let missing: Vec<&String> = offered.difference(&asked).collect();
    ensure!(missing.is_empty(), "commands in no story: {missing:?}");
    engine.stop()
}

/// The commands that `baremetal help` lists: each is followed by two spaces.
fn commands(help: &str) -> BTreeSet<String> {
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let names = listed.filter_map(|line| Some(line.trim_start().split_once("  ")?.0.to_owned()));
    names
        .filter(|name| !NOT_ASKED.contains(&name.as_str()))
        .collect()
}

/// Every beginning of a line that some story types.
fn asked() -> Result<BTreeSet<String>> {
    let mut asked = BTreeSet::new();
    let texts = TYPED.iter().map(|(_, text)| *text);
    for text in texts.chain([machines::STORY]) {
        for Act { line, .. } in story::parse(text)? {
            let words: Vec<&str> = line.split_whitespace().collect();
            for end in 1..=words.len().min(5) {
                asked.insert(words[..end].join(" "));
            }
        }
    }
    Ok(asked)
}
