//! PID 1: prepares the machine, starts the agent proper as its child, reaps orphans, and acts when the agent ends.
//! A machine must never stand with a dead init: the end of the agent leads to another start, a reboot or a power-off.

use std::process::Command;
use std::time::Duration;

use nix::sys::reboot::{RebootMode, reboot};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;

use super::mounts;
use crate::log::{info, warning};

/// Exit code of an agent that gave up lookup: it is started again, as a service manager would.
pub const EXIT_TRY_AGAIN: u8 = 75;
/// Exit code of an agent that wants the machine to stay as it is: network down, no service.
pub const EXIT_LOCKED_DOWN: u8 = 76;
const RETRY: Duration = Duration::from_secs(10);
const BEFORE_REBOOT: Duration = Duration::from_secs(30);
const MAX_STARTS: u32 = 60;

/// Runs as init; never returns.
pub fn run() -> ! {
    mounts::basic();
    mounts::console();
    for _ in 0..MAX_STARTS {
        match agent() {
            Some(code) if code == i32::from(EXIT_TRY_AGAIN) => {
                info!("the agent is started again in {} s", RETRY.as_secs());
                std::thread::sleep(RETRY);
            }
            Some(code) if code == i32::from(EXIT_LOCKED_DOWN) => sleep_forever(),
            end => {
                warning!(
                    "the agent ended ({end:?}); the machine reboots in {} s",
                    BEFORE_REBOOT.as_secs()
                );
                std::thread::sleep(BEFORE_REBOOT);
                break;
            }
        }
    }
    nix::unistd::sync();
    for mode in [RebootMode::RB_AUTOBOOT, RebootMode::RB_POWER_OFF] {
        // It returns only when refused.
        let Err(error) = reboot(mode);
        warning!("the kernel refuses {mode:?}: {error}");
    }
    sleep_forever()
}

fn sleep_forever() -> ! {
    loop {
        std::thread::sleep(RETRY);
    }
}

/// Starts this same program as the agent and waits; its exit code, `None` when a signal ended it or it did not start.
fn agent() -> Option<i32> {
    let child = match Command::new("/proc/self/exe").arg("--ramdisk").spawn() {
        Ok(child) => child,
        Err(error) => {
            warning!("the agent cannot be started: {error}");
            return None;
        }
    };
    let pid = Pid::from_raw(i32::try_from(child.id()).ok()?);
    loop {
        match waitpid(None::<Pid>, None::<WaitPidFlag>) {
            Ok(WaitStatus::Exited(who, code)) if who == pid => return Some(code),
            Ok(WaitStatus::Signaled(who, signal, _)) if who == pid => {
                warning!("the agent was ended by {signal}");
                return None;
            }
            Ok(_) | Err(nix::Error::EINTR) => {}
            Err(error) => {
                warning!("waiting for the agent failed: {error}");
                return None;
            }
        }
    }
}
