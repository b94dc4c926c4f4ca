//! Processes the lab started: known by id and start time, so that a reused id is never mistaken for ours.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, waitpid};
use nix::unistd::{Pid, SysconfVar, sysconf};
use serde::{Deserialize, Serialize};

/// How long a process may take to end after SIGTERM before it gets SIGKILL.
const GRACE: Duration = Duration::from_secs(5);

/// How much of a log an error quotes, in bytes.
const QUOTED: usize = 1500;

/// A process, identified beyond doubt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Process {
    /// What it is, for the person who reads the status.
    pub name: String,
    /// Its id.
    pub id: i32,
    /// Its start time in clock ticks since boot (`/proc/ID/stat`, field 22).
    pub started: u64,
}

impl Process {
    /// The process that has this id now; none when there is no such process.
    pub fn observe(name: &str, id: i32) -> Option<Self> {
        let stat = Stat::read(id)?;
        Some(Self {
            name: name.to_owned(),
            id,
            started: stat.started,
        })
    }

    /// This very process.
    pub fn myself() -> Option<Self> {
        Self::observe("owner", std::process::id().cast_signed())
    }

    /// Whether it still runs (a zombie does not).
    pub fn is_alive(&self) -> bool {
        Stat::read(self.id).is_some_and(|stat| stat.started == self.started && stat.state != 'Z')
    }

    /// CPU time it used so far, in seconds; none once it has ended.
    pub fn cpu_seconds(&self) -> Option<f64> {
        let ticks = sysconf(SysconfVar::CLK_TCK).ok()??;
        let stat = Stat::read(self.id).filter(|stat| stat.started == self.started)?;
        Some(stat.cpu_ticks as f64 / ticks as f64)
    }

    /// Asks it to end, and ends it after a grace; reaps it when it is a child of ours.
    pub fn end(&self) {
        for (signal, patience) in [(Signal::SIGTERM, GRACE), (Signal::SIGKILL, GRACE)] {
            if !self.is_alive() {
                break;
            }
            // A failure means that it ended in between.
            let _ = kill(Pid::from_raw(self.id), signal);
            self.wait_gone(patience);
        }
        self.reap();
    }

    fn wait_gone(&self, patience: Duration) {
        let end = Instant::now() + patience;
        while self.is_alive() && Instant::now() < end {
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Collects its exit status when it is a child of ours; otherwise nothing happens.
    fn reap(&self) {
        let _ = waitpid(Pid::from_raw(self.id), Some(WaitPidFlag::WNOHANG));
    }
}

/// An error that quotes the end of `log` when the process has ended; `log` is where its output went.
pub fn require_alive(process: &Process, log: &Path) -> Result<()> {
    if !process.is_alive() {
        bail!("{} ended. It said: {}", process.name, log_tail(log));
    }
    Ok(())
}

/// The end of a log, for an error: logs go with the lab, so the error must carry what they said.
pub fn log_tail(log: &Path) -> String {
    let text = fs::read(log).unwrap_or_default();
    let tail = &text[text.len().saturating_sub(QUOTED)..];
    String::from_utf8_lossy(tail).trim().to_owned()
}

/// Ids of all processes whose network namespace is the one bound at `path`, this process excepted.
pub fn inside_namespace(path: &Path) -> Vec<i32> {
    use std::os::unix::fs::MetadataExt;
    let Ok(wanted) = fs::metadata(path) else {
        return Vec::new();
    };
    let me = std::process::id().cast_signed();
    let is_inside = |id: &i32| {
        fs::metadata(format!("/proc/{id}/ns/net"))
            .is_ok_and(|found| (found.dev(), found.ino()) == (wanted.dev(), wanted.ino()))
    };
    let Ok(entries) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    let ids = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<i32>().ok());
    ids.filter(|id| *id != me).filter(is_inside).collect()
}

struct Stat {
    state: char,
    cpu_ticks: u64,
    started: u64,
}

impl Stat {
    fn read(id: i32) -> Option<Self> {
        Self::parse(&fs::read_to_string(format!("/proc/{id}/stat")).ok()?)
    }

    /// The program's name stands in brackets and may hold anything, so fields are counted after the last bracket.
    fn parse(text: &str) -> Option<Self> {
        let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
        let number = |index: usize| fields.get(index)?.parse::<u64>().ok();
        Some(Self {
            state: fields.first()?.chars().next()?,
            cpu_ticks: number(11)? + number(12)?,
            started: number(19)?,
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_stat_line_with_a_strange_name_is_read() {
        let line = "7 (a) b ( c) S 1 7 7 0 -1 4194560 1 2 3 4 50 8 0 0 20 0 1 0 12345 1 1";
        let stat = Stat::parse(line).unwrap();
        assert_eq!((stat.state, stat.cpu_ticks, stat.started), ('S', 58, 12345));
    }

    #[test]
    #[allow(
        clippy::zombie_processes,
        reason = "ending the process reaps it; that is what is tested"
    )]
    fn a_child_is_ended_and_reaped() {
        let child = std::process::Command::new("sleep")
            .arg("600")
            .spawn()
            .unwrap();
        let process = Process::observe("sleeper", child.id().cast_signed()).unwrap();
        assert!(process.is_alive());
        process.end();
        assert!(!process.is_alive());
        assert_eq!(Process::observe("sleeper", process.id), None);
    }

    #[test]
    fn a_reused_id_is_another_process() {
        let mut me = Process::myself().unwrap();
        me.started += 1;
        assert!(!me.is_alive());
        assert_eq!(me.cpu_seconds(), None);
    }
}
