//! The real clients: the `baremetal` command (python-ironicclient) and openstacksdk, as people install them, drive a fake node from
//! enrollment to active and back.

use crate::engine::{EngineProcess, EngineSpec};
use crate::lab::packages;
use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

const CLIENTS: &[&str] = &["python-ironicclient==6.3.0", "openstacksdk==4.22.0"];

/// What a person types, and a word that the answer must hold.
const STORY: &[(&str, &str)] = &[
    ("driver list", "fake-hardware"),
    ("driver show fake-hardware", "default_deploy_interface"),
    (
        "node create --driver fake-hardware --name one --uuid 1be26c0b-03f2-4d2e-ae87-c02d7f33c781 --resource-class baremetal --property cpu_arch=x86_64",
        "enroll",
    ),
    ("node set one --extra rack=7 --description first", ""),
    ("node show one --fields extra description", "first"),
    (
        "port create --node 1be26c0b-03f2-4d2e-ae87-c02d7f33c781 52:54:00:aa:bb:01",
        "52:54:00:aa:bb:01",
    ),
    (
        "port list --node 1be26c0b-03f2-4d2e-ae87-c02d7f33c781",
        "52:54:00:aa:bb:01",
    ),
    ("node manage one --wait 60", ""),
    ("node inspect one --wait 60", ""),
    ("node provide one --wait 60", ""),
    ("node validate one", "deploy"),
    (
        "node set one --instance-info image_source=http://192.0.2.1/image",
        "",
    ),
    ("node show one --fields instance_info", "image_source"),
    (
        "node deploy one --wait 60 --config-drive {\"meta_data\":{\"hostname\":\"one\"}}",
        "",
    ),
    (
        "node show one --fields provision_state power_state",
        "\"active\"",
    ),
    ("node power off one --soft", ""),
    ("node boot device set one pxe", ""),
    ("node boot device show one --supported", "pxe"),
    ("node boot device show one", "pxe"),
    ("node maintenance set one --reason looking", ""),
    ("node maintenance unset one", ""),
    ("node undeploy one --wait 60", ""),
    ("node list --provision-state available", "available"),
    ("node delete one", ""),
    ("conductor list", "hammerscale"),
];

pub(super) fn run() -> Result<()> {
    packages::install_for_clients()?;
    let bin = packages::python::environment_with(CLIENTS)?;
    let folder = tempfile::tempdir().context("a folder for the daemon")?;
    let engine = start(folder.path())?;
    let endpoint = format!("http://{}", engine.address);
    for (line, wanted) in STORY {
        type_in(&bin.join("baremetal"), &endpoint, line, wanted)?;
    }
    sdk(&bin.join("python"), &endpoint)?;
    engine.stop()
}

fn start(folder: &Path) -> Result<EngineProcess> {
    let path = |name: &str| folder.join(name).display().to_string();
    let keys = [
        ("api.listen", "127.0.0.1:0".to_owned()),
        ("data_dir", path("data")),
        ("sealing_key_file", path("sealing.key")),
        ("log.level", "warn".to_owned()),
    ];
    let spec = EngineSpec {
        // Not by its path: an earlier stage may have built it anew meanwhile.
        program: "/proc/self/exe".into(),
        keys: keys
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value))
            .collect(),
        kill_at: 0,
    };
    EngineProcess::start(&spec)?.map_err(|ended| anyhow::anyhow!("the engine ended: {ended:?}"))
}

/// Runs one line of the `baremetal` command; its answer is JSON where it has one.
fn type_in(program: &PathBuf, endpoint: &str, line: &str, wanted: &str) -> Result<()> {
    println!("baremetal {line}");
    let mut command = Command::new(program);
    command.args(["--os-auth-type", "none", "--os-endpoint", endpoint]);
    command.args(line.split(' '));
    if !wanted.is_empty() {
        command.args(["--format", "json"]);
    }
    let output = command.output().context("starting the baremetal command")?;
    let answer = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() {
        bail!(
            "`baremetal {line}` failed: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    if !wanted.is_empty() {
        let json: Value = serde_json::from_str(&answer)
            .with_context(|| format!("`baremetal {line}` answered no JSON: {answer}"))?;
        ensure!(
            json.to_string().contains(wanted) || answer.contains(wanted),
            "`baremetal {line}` answered {answer}, not {wanted}"
        );
    }
    Ok(())
}

/// openstacksdk does the same from a program.
fn sdk(python: &PathBuf, endpoint: &str) -> Result<()> {
    println!("openstacksdk: sdk.py");
    let output = Command::new(python)
        .args(["-c", include_str!("sdk.py"), endpoint])
        .output()
        .context("starting python")?;
    if !output.status.success() {
        bail!(
            "openstacksdk: {}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(())
}
