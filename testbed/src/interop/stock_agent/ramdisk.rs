//! A ramdisk with ironic-python-agent, by ironic-python-agent-builder on Debian, from the registries of Debian and PyPI alone. It is made once
//! and kept in the cache, keyed by the versions it is made from.

use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::interop::table::mebibytes;
use crate::lab::cache;
use crate::lab::command::{output, tool};
use crate::lab::deadline::Interrupt;
use crate::lab::packages::{self, python};
use crate::lab::process::{Process, log_tail};

/// Which agent.
pub const AGENT: &str = "13.0.0";
const BUILDER: &str = "ironic-python-agent-builder==7.4.0";
const IMAGE_BUILDER: &str = "diskimage-builder==3.43.0";
const NETWORK_SETUP: &str = "glean==1.25.1";
const DEBIAN: &str = "bookworm";
/// Debian's security archive is also found below its main one.
const SECURITY: &str = "http://deb.debian.org/debian-security";
/// Runs outside of the image before it is made; see the file.
const TRUST: &str = include_str!("trust.sh");
const KERNEL: &str = "ipa.kernel";
const INITRAMFS: &str = "ipa.initramfs";
/// The builder takes minutes; after so long it is stuck.
const PATIENCE: Duration = Duration::from_secs(3600);
const LOOK: Duration = Duration::from_millis(500);

/// The agent's ramdisk.
#[derive(Debug, Clone)]
pub struct Ramdisk {
    /// Its kernel.
    pub kernel: PathBuf,
    /// Its initramfs, compressed by gzip, as the builder makes it.
    pub initramfs: PathBuf,
}

impl Ramdisk {
    /// The sizes of both, for a person.
    pub fn sizes(&self) -> Result<[String; 2]> {
        let size = |path: &Path| Ok::<_, std::io::Error>(mebibytes(fs::metadata(path)?.len()));
        Ok([size(&self.kernel)?, size(&self.initramfs)?])
    }
}

/// Builds it, or takes the one in the cache.
pub fn prepare(interrupt: &Interrupt) -> Result<Ramdisk> {
    let parts = [
        AGENT,
        BUILDER,
        IMAGE_BUILDER,
        NETWORK_SETUP,
        DEBIAN,
        SECURITY,
        TRUST,
    ];
    let name = format!("ironic-python-agent-{AGENT}-{}", cache::key(parts));
    let folder = cache::entry(&cache::folder()?, &name, |folder| build(folder, interrupt))?;
    let ramdisk = Ramdisk {
        kernel: folder.join(KERNEL),
        initramfs: folder.join(INITRAMFS),
    };
    let [kernel, initramfs] = ramdisk.sizes()?;
    println!("ironic-python-agent {AGENT}: kernel {kernel}, initramfs {initramfs}");
    Ok(ramdisk)
}

fn build(folder: &Path, interrupt: &Interrupt) -> Result<()> {
    packages::install_for_stock_agent()?;
    let programs = python::isolated_environment(&[BUILDER, IMAGE_BUILDER])?;
    println!("building a ramdisk with ironic-python-agent {AGENT} by {BUILDER}; it takes minutes");
    let work = folder.join("work");
    let sources = Sources::write(&work, &programs)?;
    let log = folder.join("build.log");
    let begun = Instant::now();
    let mut command = builder(&work, &programs, &sources)?;
    let out = File::create(&log).context("the builder's log")?;
    command.stdout(out.try_clone()?).stderr(out);
    let child = command.spawn().context("starting the builder")?;
    follow(child, &log, begun, interrupt)
        .with_context(|| format!("the builder says: {}", log_tail(&log)))?;
    println!("{:7.1} s  built", begun.elapsed().as_secs_f64());
    for name in [KERNEL, INITRAMFS] {
        fs::rename(work.join("out").join(name), folder.join(name))
            .with_context(|| format!("the builder made no {name}"))?;
    }
    fs::remove_dir_all(&work).context("removing the builder's files")
}

/// Git repositories that stand in for those that the builder would clone: it knows no other way to name its sources.
struct Sources {
    agent: PathBuf,
    constraints: PathBuf,
    network_setup: PathBuf,
    elements: PathBuf,
}

impl Sources {
    fn write(work: &Path, programs: &Path) -> Result<Self> {
        let sources = Self {
            agent: work.join("agent"),
            constraints: work.join("constraints"),
            network_setup: work.join("network-setup"),
            elements: work.join("elements"),
        };
        // Nothing but the release from PyPI, which pip then puts where the builder expects it.
        let package = format!(
            "from setuptools import setup\nsetup(name='stock-agent', version='{AGENT}', py_modules=[], install_requires=['ironic-python-agent=={AGENT}'])\n"
        );
        repository(&sources.agent, &[("setup.py", &package)])?;
        repository(&sources.constraints, &[("upper-constraints.txt", "")])?;
        unpack_network_setup(&sources.network_setup, programs)?;
        repository(&sources.network_setup, &[])?;
        let hooks = sources.elements.join("lab-trust/extra-data.d");
        fs::create_dir_all(&hooks)?;
        let hook = hooks.join("10-lab-trust");
        fs::write(&hook, TRUST)?;
        output(tool("chmod", ["755"]).arg(&hook))?;
        Ok(sources)
    }
}

fn unpack_network_setup(folder: &Path, programs: &Path) -> Result<()> {
    let download = folder.with_extension("download");
    let arguments = ["download", "-q", "--no-deps", "--no-binary", ":all:", "-d"];
    output(
        tool(programs.join("pip"), arguments)
            .arg(&download)
            .arg(NETWORK_SETUP),
    )?;
    let found = fs::read_dir(&download)?.next();
    let archive = found.context("pip downloaded nothing")??.path();
    fs::create_dir_all(folder)?;
    let unpack = ["--strip-components=1", "-xf"];
    output(tool("tar", unpack).arg(archive).arg("-C").arg(folder)).map(drop)
}

fn repository(folder: &Path, files: &[(&str, &str)]) -> Result<()> {
    fs::create_dir_all(folder)?;
    for (name, text) in files {
        fs::write(folder.join(name), text)?;
    }
    let me = ["-c", "user.name=lab", "-c", "user.email=lab@localhost"];
    let orders: [&[&str]; 3] = [
        &["init", "-q", "-b", "master"],
        &["add", "-A"],
        &["commit", "-q", "-m", "sources"],
    ];
    for order in orders {
        output(tool("git", me).arg("-C").arg(folder).args(order))?;
    }
    Ok(())
}

fn builder(work: &Path, programs: &Path, sources: &Sources) -> Result<Command> {
    let (out, temporary, kept) = (work.join("out"), work.join("tmp"), work.join("cache"));
    for folder in [&out, &temporary, &kept] {
        fs::create_dir_all(folder)?;
    }
    let mut command = tool(
        programs.join("ironic-python-agent-builder"),
        ["-r", DEBIAN, "-e", "lab-trust", "-o"],
    );
    command.arg(out.join("ipa")).arg("debian-minimal");
    // What is set for programs of this machine means other files inside the image.
    for name in [
        "PIP_FIND_LINKS",
        "REQUESTS_CA_BUNDLE",
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
        "CURL_CA_BUNDLE",
    ] {
        command.env_remove(name);
    }
    if let Some(authorities) = std::env::var_os("PIP_CERT") {
        command.env("LAB_AUTHORITIES", authorities);
        command.env("PIP_CERT", "/tmp/in_target.d/lab-authorities.crt");
    }
    let path = format!(
        "{}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        programs.display()
    );
    command
        .env("PATH", path)
        .env("ELEMENTS_PATH", &sources.elements)
        .env("TMP_DIR", temporary)
        .env("DIB_IMAGE_CACHE", kept)
        .env("DIB_REPOLOCATION_ironic_python_agent", &sources.agent)
        .env("DIB_REPOLOCATION_requirements", &sources.constraints)
        .env("DIB_REPOLOCATION_glean", &sources.network_setup)
        .env("DIB_DEBIAN_SECURITY_MIRROR", SECURITY)
        .current_dir(work)
        .process_group(0);
    Ok(command)
}

/// Tells each phase once, until the builder has ended.
fn follow(mut child: Child, log: &Path, begun: Instant, interrupt: &Interrupt) -> Result<()> {
    let mut told = String::new();
    loop {
        if let Some(status) = child.try_wait().context("the builder's state")? {
            return match status.success() {
                true => Ok(()),
                false => bail!("the builder ended with {status}"),
            };
        }
        let text = String::from_utf8_lossy(&fs::read(log).unwrap_or_default()).into_owned();
        if let Some(phase) = phase(&text).filter(|phase| *phase != told) {
            println!("{:7.1} s  {phase}", begun.elapsed().as_secs_f64());
            told = phase.to_owned();
        }
        let late = begun.elapsed() > PATIENCE;
        if late || interrupt.is_set() {
            if let Some(process) = Process::observe("builder", child.id().cast_signed()) {
                process.end();
            }
            bail!("{}", if late { "it is stuck" } else { "interrupted" });
        }
        std::thread::sleep(LOOK);
    }
}

/// The last phase that the builder says it runs: the folder of its hooks.
fn phase(log: &str) -> Option<&str> {
    let line = log
        .lines()
        .rev()
        .find(|line| line.contains("dib-run-parts Running "))?;
    line.rsplit('/').nth(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_phase_is_the_folder_of_the_last_hook() {
        let log = "a | dib-run-parts Running /x/hooks/root.d/10-a\nb | other\nc | dib-run-parts Running /tmp/in_target.d/install.d/20-b\nd | end";
        assert_eq!(phase(log), Some("install.d"));
        assert_eq!(phase("nothing yet"), None);
    }
}
