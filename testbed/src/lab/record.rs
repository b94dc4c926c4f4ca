//! What a lab wrote down about itself: enough for another process to look at it, use it, or clear it away.

use std::fs;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use nix::fcntl::{Flock, FlockArg};
use serde::{Deserialize, Serialize};

use super::machine::Machine;
use super::namespace::Namespace;
use super::process::{Process, inside_namespace};
use super::sushy::Bmc;

/// The folder of all labs. Only root may read it: BMC passwords are in there.
const ROOT: &str = "/var/lib/hammerscale-lab";
/// Longest name: sockets live below the lab's folder, and a socket's path has at most 108 bytes.
const LONGEST_NAME: usize = 20;

/// A lab as it is on disk.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Record {
    /// The lab's name.
    pub name: String,
    /// The process that keeps it; none for a lab that stays until it is taken down.
    pub owner: Option<Process>,
    /// What it started.
    pub processes: Vec<Process>,
    /// Empty folders it had to create on the machine as mount points.
    pub mount_points: Vec<PathBuf>,
    /// Its machines.
    pub machines: Vec<Machine>,
    /// The BMC emulator, once it answers.
    pub bmc: Option<Bmc>,
}

impl Record {
    /// Starts the record of a new lab, owned by this process; refuses a name that is taken or unusable.
    /// Of the folders in `mount_points`, those that are absent are created, and go with the last lab.
    pub fn create(name: &str, mount_points: &[&str]) -> Result<Self> {
        check_name(name)?;
        let folder = folder_of(name);
        let _lock = lock()?;
        let inherited = other_mount_points();
        make_folder(name, &folder)?;
        let mut record = Self {
            name: name.to_owned(),
            owner: Process::myself(),
            processes: Vec::new(),
            mount_points: inherited,
            machines: Vec::new(),
            bmc: None,
        };
        record.create_mount_points(mount_points)?;
        Ok(record)
    }

    fn create_mount_points(&mut self, wanted: &[&str]) -> Result<()> {
        let absent = wanted
            .iter()
            .map(PathBuf::from)
            .filter(|path| !path.exists());
        self.mount_points.extend(absent);
        // Written down before they are made, so that a crash in between leaves none behind.
        self.save()?;
        for path in self.mount_points.iter().filter(|path| !path.exists()) {
            fs::create_dir(path).with_context(|| format!("cannot create {}", path.display()))?;
        }
        Ok(())
    }

    /// Refuses a name whose lab is up, before anything slow is done for a new one.
    pub fn require_free(name: &str) -> Result<()> {
        match Self::load(name) {
            Ok(record) if !record.is_abandoned() => Err(taken(name)),
            _ => Ok(()),
        }
    }

    /// Reads the record of a lab.
    pub fn load(name: &str) -> Result<Self> {
        check_name(name)?;
        let path = folder_of(name).join("lab.json");
        let text = fs::read(&path).with_context(|| format!("there is no lab named {name}"))?;
        serde_json::from_slice(&text).with_context(|| format!("{} is damaged", path.display()))
    }

    /// Names of all labs that left a folder.
    pub fn names() -> Vec<String> {
        let Ok(entries) = fs::read_dir(ROOT) else {
            return Vec::new();
        };
        let mut names: Vec<_> = entries
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .collect();
        names.retain(|name| check_name(name).is_ok());
        names.sort();
        names
    }

    /// Where the lab keeps its files.
    pub fn folder(&self) -> PathBuf {
        folder_of(&self.name)
    }

    /// The lab's namespace.
    pub fn namespace(&self) -> Namespace {
        Namespace::of_lab(&self.name)
    }

    /// Writes the record, whole or not at all.
    pub fn save(&self) -> Result<()> {
        let path = self.folder().join("lab.json");
        let fresh = self.folder().join("lab.json.new");
        write_private(
            &fresh,
            &serde_json::to_vec_pretty(self).context("cannot write the lab's record")?,
        )?;
        fs::rename(&fresh, &path).with_context(|| format!("cannot replace {}", path.display()))
    }

    /// Adds a process and saves.
    pub fn add_process(&mut self, process: Process) -> Result<()> {
        self.processes.push(process);
        self.save()
    }

    /// Whether its owner ended without taking it down.
    pub fn is_abandoned(&self) -> bool {
        self.owner.as_ref().is_some_and(|owner| !owner.is_alive())
    }
}

/// Ends all processes of a lab and removes its namespace and files. Safe to repeat; also clears a half-made lab.
pub fn remove(name: &str) -> Result<()> {
    check_name(name)?;
    let namespace = Namespace::of_lab(name);
    let record = Record::load(name).ok();
    for process in record
        .iter()
        .flat_map(|record| record.processes.iter().rev())
    {
        process.end();
    }
    // Machines are children of libvirt, not ours, and a crash may have come before a process was recorded.
    for id in inside_namespace(&namespace.path()) {
        if let Some(process) = Process::observe("inside", id) {
            process.end();
        }
    }
    namespace.delete()?;
    let _lock = lock()?;
    remove_folder(&folder_of(name))?;
    // A folder that vanished here would take another lab's mount with it.
    if Record::names().is_empty() {
        for folder in record
            .iter()
            .flat_map(|record| record.mount_points.iter().rev())
        {
            // Stays when somebody put something into it meanwhile.
            let _ = fs::remove_dir(folder);
        }
    }
    Ok(())
}

fn remove_folder(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", folder.display()))
        }
        _ => Ok(()),
    }
}

fn taken(name: &str) -> anyhow::Error {
    anyhow!(
        "a lab named {name} is up already; take it down with: cargo testbed lab down --name {name}"
    )
}

fn make_folder(name: &str, folder: &Path) -> Result<()> {
    match fs::DirBuilder::new().mode(0o700).create(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Err(taken(name)),
        made => made.with_context(|| format!("cannot create {}", folder.display())),
    }
}

/// What other labs created on the machine: whoever goes last removes it.
fn other_mount_points() -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = Record::names()
        .iter()
        .filter_map(|name| Record::load(name).ok())
        .flat_map(|record| record.mount_points)
        .collect();
    found.sort();
    found.dedup();
    found
}

/// While it is held, no other process creates or removes a lab's folder.
fn lock() -> Result<Flock<fs::File>> {
    let mut builder = fs::DirBuilder::new();
    builder
        .recursive(true)
        .mode(0o700)
        .create(ROOT)
        .with_context(|| format!("cannot create {ROOT}"))?;
    let path = Path::new(ROOT).join(".lock");
    let mut options = fs::OpenOptions::new();
    let file = options
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(&path);
    let file = file.with_context(|| format!("cannot open {}", path.display()))?;
    Flock::lock(file, FlockArg::LockExclusive).map_err(|(_, error)| {
        anyhow::Error::new(error).context(format!("cannot lock {}", path.display()))
    })
}

/// Removes labs whose owner crashed. Gives their names.
pub fn remove_abandoned() -> Result<Vec<String>> {
    let abandoned = |name: &String| Record::load(name).is_ok_and(|record| record.is_abandoned());
    let names: Vec<String> = Record::names().into_iter().filter(abandoned).collect();
    for name in &names {
        remove(name)?;
    }
    Ok(names)
}

/// Writes a file that only root may read.
pub fn write_private(path: &Path, content: &[u8]) -> Result<()> {
    use std::io::Write;
    let open = fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path);
    let written = open.and_then(|mut file| file.write_all(content));
    written.with_context(|| format!("cannot write {}", path.display()))
}

fn folder_of(name: &str) -> PathBuf {
    Path::new(ROOT).join(name)
}

fn check_name(name: &str) -> Result<()> {
    let fits =
        |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
    if name.is_empty()
        || name.len() > LONGEST_NAME
        || name.starts_with('-')
        || !name.chars().all(fits)
    {
        bail!("a lab's name has 1 to {LONGEST_NAME} characters of a-z, 0-9 and -, not {name:?}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_inside_the_folder() {
        for bad in ["", "..", "a/b", "-x", "A", "a.b", "aaaaaaaaaaaaaaaaaaaaa"] {
            assert!(check_name(bad).is_err(), "{bad:?}");
        }
        assert!(check_name("pid-123").is_ok());
    }
}
