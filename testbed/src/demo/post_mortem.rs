//! What a person needs when a demo or a stage failed: the engine's explanation, the machine's last words, and logs that outlive the lab.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::lab::Lab;
use crate::suite::workspace;

use super::site::client;

const LAST_LINES: usize = 15;

/// Prints what is known of the machines and keeps the logs. It never fails: the failure that led here matters more.
pub fn print(lab: &Lab, machines: &[String]) {
    for machine in machines {
        match lab.namespace().block_on(|| explanation(machine)) {
            Ok(text) => println!("\n{machine}: {text}"),
            Err(error) => println!("\n{machine}: the engine explains nothing: {error:#}"),
        }
        let serial = lab.serial(machine).unwrap_or_default();
        println!("{machine}, last lines of its serial port:");
        for line in last_lines(&serial) {
            println!("  | {line}");
        }
    }
    match keep_logs(lab) {
        Ok(folder) => println!(
            "\nLogs of the engine and the machines are in {}",
            folder.display()
        ),
        Err(error) => println!("\nThe logs could not be kept: {error:#}"),
    }
}

async fn explanation(machine: &str) -> Result<String> {
    let explained = client()?.explain(machine).await?;
    let mut text = explained.summary;
    if let Some(error) = explained
        .last_error
        .filter(|error| !text.contains(error.as_str()))
    {
        text = format!("{text}\n  last error: {error}");
    }
    Ok(text)
}

/// Without control characters: firmware paints its screen with them.
fn last_lines(serial: &str) -> Vec<String> {
    let lines: Vec<String> = serial
        .lines()
        .map(|line| {
            line.chars()
                .filter(|letter| !letter.is_control())
                .collect::<String>()
        })
        .filter(|line: &String| !line.trim().is_empty())
        .collect();
    lines[lines.len().saturating_sub(LAST_LINES)..].to_vec()
}

fn keep_logs(lab: &Lab) -> Result<PathBuf> {
    let kept = workspace().join("target/lab-logs").join(&lab.record().name);
    if kept.exists() {
        fs::remove_dir_all(&kept).with_context(|| format!("cannot replace {}", kept.display()))?;
    }
    fs::create_dir_all(&kept)?;
    copy(&lab.folder(), &kept, "out")?;
    copy(&lab.folder().join("bmc"), &kept, "out")?;
    copy(&lab.folder().join("machines"), &kept, "serial")?;
    Ok(kept)
}

fn copy(from: &Path, to: &Path, extension: &str) -> Result<()> {
    for found in fs::read_dir(from).with_context(|| format!("cannot list {}", from.display()))? {
        let path = found?.path();
        if path.extension().is_some_and(|known| known == extension)
            && let Some(name) = path.file_name()
        {
            fs::copy(&path, to.join(name))
                .with_context(|| format!("cannot copy {}", path.display()))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_serial_log_is_readable() {
        let log = (0..40)
            .map(|n| format!("\u{1b}line {n}\r\n\r\n"))
            .collect::<String>();
        let lines = last_lines(&log);
        assert_eq!(lines.len(), LAST_LINES);
        assert_eq!(lines.last().map(String::as_str), Some("line 39"));
    }
}
