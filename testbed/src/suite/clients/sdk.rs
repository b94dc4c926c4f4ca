//! openstacksdk does the same from programs: Python scripts, side by side, each against a daemon of its own. They tell which of the SDK's
//! methods they called; one that none of them called is a failure.

use super::ground::Ground;
use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

/// What every script begins with.
pub(super) const BEGIN: (&str, &str) = ("begin.py", include_str!("sdk/begin.py"));
const SCRIPTS: &[(&str, &str)] = &[
    ("life.py", include_str!("sdk/life.py")),
    ("resources.py", include_str!("sdk/resources.py")),
    ("errors.py", include_str!("sdk/errors.py")),
];

/// What a script tells at its end.
#[derive(Default, Deserialize)]
struct Methods {
    called: BTreeSet<String>,
    offered: BTreeSet<String>,
}

pub(super) fn run(ground: &Ground) -> Result<()> {
    let told: Vec<Result<Methods>> = std::thread::scope(|scope| {
        let started: Vec<_> = SCRIPTS
            .iter()
            .map(|(name, text)| scope.spawn(|| script(ground, name, text)))
            .collect();
        let joined = started.into_iter().map(|script| {
            let panicked = |_| bail!("the script's thread panicked");
            script.join().unwrap_or_else(panicked)
        });
        joined.collect()
    });
    let mut all = Methods::default();
    for methods in told {
        let methods = methods?;
        all.called.extend(methods.called);
        all.offered.extend(methods.offered);
    }
    ensure!(
        all.offered.len() > 80,
        "openstacksdk offers {:?}",
        all.offered
    );
    let missing: Vec<&String> = all.offered.difference(&all.called).collect();
    ensure!(missing.is_empty(), "methods in no script: {missing:?}");
    Ok(())
}

fn script(ground: &Ground, name: &str, text: &str) -> Result<Methods> {
    println!("openstacksdk on {}: {name}", ground.database());
    let folder = tempfile::tempdir().context("a folder for the daemon")?;
    let more = [("fake.inspect_delay", "4".to_owned())];
    let engine = ground.fake_site(folder.path(), &more)?;
    write(folder.path(), &[BEGIN, (name, text)])?;
    let output = Command::new(ground.bin.join("python"))
        .arg(folder.path().join(name))
        .env("ENDPOINT", format!("http://{}", engine.address))
        .output()
        .context("starting python")?;
    let said = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() {
        bail!("{name}: {said}{}", String::from_utf8_lossy(&output.stderr));
    }
    engine.stop()?;
    let last = said.lines().last().unwrap_or_default();
    serde_json::from_str(last).with_context(|| format!("{name} ended with {last}"))
}

/// Puts scripts where Python finds them.
pub(super) fn write(folder: &Path, scripts: &[(&str, &str)]) -> Result<()> {
    for (name, text) in scripts {
        std::fs::write(folder.join(name), text).with_context(|| format!("writing {name}"))?;
    }
    Ok(())
}
