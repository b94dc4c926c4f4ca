//! What each format costs from the server to a disk on this machine: run by hand, in release mode, as root for a loop device:
//! `cargo testbed bench image`, or `cargo test --release -p hammerscale-agent --lib speed -- --ignored --nocapture`. `SPEED_MIB` is the image's
//! size.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use super::loop_disk::LoopDisk;
use super::*;

/// Programs and libraries, a third of the disk empty, in one GPT partition.
fn disk_of_programs(size: u64) -> Vec<u8> {
    let mut disk = image();
    disk.truncate(MIB as usize);
    let filled = size as usize / 3 * 2;
    let mut folders = vec!["/usr/bin".into(), "/usr/lib".into()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir::<std::path::PathBuf>(folder) else {
            continue;
        };
        for entry in entries.flatten() {
            let Ok(kind) = entry.file_type() else {
                continue;
            };
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file() && disk.len() < filled {
                disk.extend(fs::read(entry.path()).unwrap_or_default());
            }
        }
    }
    disk.truncate(filled);
    disk.resize(size as usize, 0);
    disk
}

fn made(folder: &Path, line: &str) -> Option<Vec<u8>> {
    let words: Vec<&str> = line.split(' ').collect();
    let output = Command::new(words[0])
        .args(&words[1..])
        .current_dir(folder)
        .output()
        .ok()?;
    assert!(output.status.success(), "{line}");
    Some(fs::read(folder.join("out")).unwrap_or(output.stdout))
}

/// Seconds of CPU of this process, from /proc/self/stat in hundredths; the serving side is in it, for every format alike.
fn cpu() -> f64 {
    let text = fs::read_to_string("/proc/self/stat").unwrap();
    let (_, rest) = text.rsplit_once(')').unwrap();
    let ticks = rest.split(' ').skip(12).take(2);
    ticks.map(|it| it.parse::<f64>().unwrap()).sum::<f64>() / 100.0
}

/// Seconds that the download alone takes.
async fn download(url: &str) -> f64 {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let start = Instant::now();
    let mut answer = client.get(url).send().await.unwrap();
    while answer.chunk().await.unwrap().is_some() {}
    start.elapsed().as_secs_f64()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "measures; run by hand in release mode"]
async fn speed() {
    let size = std::env::var("SPEED_MIB").map_or(512, |it| it.parse().unwrap()) * MIB;
    let raw = disk_of_programs(size);
    let Some(disk) = LoopDisk::attach(size, 512) else {
        panic!("no loop device can be attached here");
    };
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("in"), &raw).unwrap();
    for (name, line) in [
        ("raw", "cat in"),
        ("raw.gz", "gzip -c in"),
        ("raw.zst", "zstd -q -c in"),
        ("raw.xz", "xz -T0 -2 -c in"),
        ("qcow2", "qemu-img convert -f raw -O qcow2 in out"),
        (
            "qcow2 deflate",
            "qemu-img convert -f raw -O qcow2 -c in out",
        ),
        (
            "qcow2 zstd",
            "qemu-img convert -f raw -O qcow2 -c -o compression_type=zstd in out",
        ),
    ] {
        let Some(file) = made(folder.path(), line) else {
            continue;
        };
        let server = FaultyServer::start(file.clone(), vec![]).await;
        let mut info = info(&server, &file);
        info.disk_format = None;
        let link = download(&server.url("test.img")).await;
        let (start, before) = (Instant::now(), cpu());
        deploy(&info, disk.path()).await.unwrap();
        let gib = size as f64 / f64::from(1 << 30);
        let seconds = start.elapsed().as_secs_f64();
        println!(
            "{name:14} {:5} MiB loaded, {:6.2} s of CPU and {:6.2} s per GiB of the disk; {:4.0} % of the time of the download alone",
            file.len() >> 20,
            (cpu() - before) / gib,
            seconds / gib,
            seconds / link * 100.0
        );
        let written = fs::read(disk.path()).unwrap();
        let end = raw.len() - MIB as usize;
        assert!(
            written[MIB as usize..end] == raw[MIB as usize..end],
            "{name}"
        );
    }
}
