//! The daemon alone, as it is shipped: how soon it answers, and what memory it takes.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::{Figures, mib};
use crate::demo::programs;
use crate::lab::deadline::Interrupt;

const STARTS: usize = 7;
const LONGEST_START: Duration = Duration::from_secs(30);
const LOOK: Duration = Duration::from_millis(1);

/// Starts it several times; the first start makes the database, the later ones find it.
pub fn measure(figures: &mut Figures, interrupt: &Interrupt) -> Result<()> {
    let program = programs::daemon(true)?;
    let folder = tempfile::tempdir().context("a folder for the daemon")?;
    let address = free_address()?;
    let mut times = Vec::new();
    let mut memory = 0;
    for _ in 0..STARTS {
        interrupt.check()?;
        let (time, taken) = start_once(&program, folder.path(), address)?;
        times.push(time);
        memory = taken;
    }
    let first = times.remove(0);
    times.sort();
    let millis = |time: Duration| format!("{:.0} ms", time.as_secs_f64() * 1000.0);
    figures.add(
        "daemon: first answer, new database",
        millis(first),
        "200 ms",
    );
    figures.add(
        "daemon: first answer, median of later starts",
        millis(times[times.len() / 2]),
        "200 ms",
    );
    figures.add(
        "daemon: resident memory, idle without nodes",
        mib(memory),
        "40 MiB",
    );
    Ok(())
}

fn start_once(program: &Path, folder: &Path, address: SocketAddr) -> Result<(Duration, u64)> {
    let mut command = Command::new(program);
    command
        .arg("serve")
        .arg(format!("--listen={address}"))
        .arg(format!("--data-dir={}", folder.join("data").display()))
        .arg(format!(
            "--sealing-key-file={}",
            folder.join("sealing.key").display()
        ))
        .stdin(Stdio::null())
        .stderr(Stdio::null());
    let begin = Instant::now();
    let mut child = command.spawn().context("cannot start the daemon")?;
    let measured = first_answer(&mut child, address).and_then(|()| {
        let time = begin.elapsed();
        Ok((time, resident(child.id())?))
    });
    // Only this child, by its handle.
    let ended = child.kill().and_then(|()| child.wait());
    ended.context("cannot end the daemon")?;
    measured
}

fn first_answer(child: &mut Child, address: SocketAddr) -> Result<()> {
    let end = Instant::now() + LONGEST_START;
    while !answers(address) {
        if let Some(status) = child.try_wait().context("the daemon's state")? {
            bail!("the daemon ended: {status}");
        }
        if Instant::now() >= end {
            bail!(
                "the daemon did not answer within {} s",
                LONGEST_START.as_secs()
            );
        }
        std::thread::sleep(LOOK);
    }
    Ok(())
}

/// Asks for the list of nodes, which needs the database.
fn answers(address: SocketAddr) -> bool {
    let ask = || -> std::io::Result<Vec<u8>> {
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        stream.write_all(b"GET /v1/nodes HTTP/1.1\r\nHost: daemon\r\nConnection: close\r\n\r\n")?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        Ok(answer)
    };
    ask().is_ok_and(|answer| answer.starts_with(b"HTTP/1.1 200"))
}

fn free_address() -> Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").context("looking for a free port")?;
    Ok(listener.local_addr()?)
}

/// Resident memory of a process, in bytes (`VmRSS` of proc_pid_status(5)).
pub fn resident(id: u32) -> Result<u64> {
    let status =
        std::fs::read_to_string(format!("/proc/{id}/status")).context("the process's memory")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib: Option<u64> =
        line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse().ok());
    Ok(kib.context("the process has no VmRSS")? * 1024)
}
