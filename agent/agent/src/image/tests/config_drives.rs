//! Config drives in every form, on disks of every kind, looked at by others' tools: blkid, sfdisk, mount, and cloud-init's own
//! reader.

use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use netboot_media::ConfigDrive;

use super::loop_disk::LoopDisk;
use super::placing::ONCE;
use super::*;
use crate::image::config_drive;

const NODE: &str = "1be26c0b-03f2-4d2e-ae87-c02d7f33c781";

fn drive() -> Vec<u8> {
    let document = serde_json::json!({
        "meta_data": {"local-hostname": "machine-7", "public_keys": {"one": "ssh-ed25519 AAAA"}},
        "user_data": "#cloud-config\nhostname: machine-7\n",
        "network_data": {"links": [], "networks": [], "services": []},
    });
    let drive: ConfigDrive = serde_json::from_value(document).unwrap();
    drive.iso(NODE, Some("machine-7")).unwrap()
}

async fn obtain(text: &str) -> Result<Vec<u8>, Failure> {
    config_drive::obtain(text, &fetcher(&["127.0.0.0/8"]), ONCE).await
}

#[tokio::test]
async fn every_form_gives_the_same_drive() {
    let drive = drive();
    let packed = STANDARD.encode(gzip(&drive));
    let mut lines = String::new();
    for line in packed.as_bytes().chunks(76) {
        lines.push_str(std::str::from_utf8(line).unwrap());
        lines.push('\n');
    }
    for text in [
        packed.clone(),
        lines,
        STANDARD_NO_PAD.encode(gzip(&drive)),
        STANDARD.encode(&drive),
    ] {
        assert_eq!(obtain(&text).await.unwrap(), drive);
    }
    for body in [packed.into_bytes(), gzip(&drive), drive.clone()] {
        let server = FaultyServer::start(body, vec![]).await;
        assert_eq!(obtain(&server.url("drive")).await.unwrap(), drive);
        let shouted = server.url("drive").replace("http", "HTTP");
        assert_eq!(obtain(&shouted).await.unwrap(), drive);
    }
}

#[tokio::test]
async fn what_is_no_drive_is_refused_before_any_disk_is_touched() {
    for text in [
        "not base64!".to_owned(),
        STANDARD.encode("neither gzip nor an image"),
        STANDARD.encode(gzip(b"")),
        STANDARD.encode(&gzip(&drive())[..500]),
        "ftp://h/drive".to_owned(),
    ] {
        assert!(obtain(&text).await.is_err(), "{text}");
    }
    let page = FaultyServer::start(b"<html>Not found</html>".to_vec(), vec![]).await;
    let refused = obtain(&page.url("drive?token=canary")).await.unwrap_err();
    assert!(refused.details.contains("/drive"), "{refused}");
    assert!(!refused.details.contains("canary"), "{refused}");
    let bomb = gzip(&vec![0; (config_drive::LIMIT + 1) as usize]);
    let refused = obtain(&STANDARD.encode(bomb)).await.unwrap_err();
    assert!(refused.details.contains("64 MiB"), "{refused}");
}

/// Whether the programs that judge are here; says so when not.
fn judged() -> bool {
    let programs = ["sfdisk", "blkid", "fsck.vfat", "xorriso", "mcopy"];
    let path = std::env::var_os("PATH").unwrap_or_default();
    let missing = programs
        .iter()
        .find(|name| !std::env::split_paths(&path).any(|folder| folder.join(name).exists()));
    if let Some(missing) = missing {
        eprintln!("SKIPPED: {missing} is not installed here");
    }
    missing.is_none()
}

/// What a command prints; it must succeed.
fn run(program: &str, arguments: &[&str], last: &Path) -> String {
    let output = Command::new(program).args(arguments).arg(last).output();
    let output = output.unwrap_or_else(|error| panic!("{program}: {error}"));
    assert!(
        output.status.success(),
        "{program} {arguments:?} {}: {output:?}",
        last.display()
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A table with one partition, made by `sfdisk`, as an image would bring it.
fn partitioned(disk: &Path, label: &str, count: usize) {
    let lines: String = (0..count)
        .map(|n| format!("start={}MiB, size=4MiB, type=L\n", 1 + 5 * n))
        .collect();
    let mut child = Command::new("sfdisk")
        .args(["--quiet", "--label", label, "--wipe", "always"])
        .arg(disk)
        .stdin(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(lines.as_bytes())
        .unwrap();
    assert!(child.wait().unwrap().success());
}

/// The node of the partition with this start, made by hand where no udev does it.
fn partition_node(disk: &Path, number: u32) -> PathBuf {
    let name = format!("{}p{number}", disk.file_name().unwrap().to_str().unwrap());
    let node = Path::new("/dev").join(&name);
    if !node.exists() {
        let numbers = std::fs::read_to_string(format!("/sys/class/block/{name}/dev")).unwrap();
        let (major, minor) = numbers.trim().split_once(':').unwrap();
        let made = Command::new("mknod")
            .arg(&node)
            .args(["b", major, minor])
            .status();
        assert!(made.unwrap().success());
    }
    node
}

/// Gives the files of a drive in a folder: mounted where the kernel knows the file system, else unpacked.
fn open_drive(node: &Path, iso: bool) -> OpenDrive {
    let folder = tempfile::tempdir().unwrap();
    let mount = Command::new("mount")
        .args(["-o", "ro"])
        .arg(node)
        .arg(folder.path())
        .output();
    let mounted = mount.unwrap().status.success();
    let known = std::fs::read_to_string("/proc/filesystems").unwrap();
    let kind = if iso { "iso9660" } else { "vfat" };
    assert!(
        mounted || !known.contains(kind),
        "this kernel can mount {kind}"
    );
    if !mounted {
        let (at, to) = (node.to_str().unwrap(), folder.path());
        let address = format!("stdio:{at}");
        match iso {
            true => run(
                "xorriso",
                &["-osirrox", "on", "-indev", &address, "-extract", "/"],
                to,
            ),
            false => run("mcopy", &["-s", "-n", "-i", at, "::openstack"], to),
        };
    }
    OpenDrive { folder, mounted }
}

struct OpenDrive {
    folder: tempfile::TempDir,
    mounted: bool,
}

impl Drop for OpenDrive {
    fn drop(&mut self) {
        if self.mounted {
            let _ = Command::new("umount").arg(self.folder.path()).status();
        }
    }
}

/// cloud-init's own reader of mounted config drives, when it is installed.
fn cloud_init_reads(folder: &Path) {
    let script = "import sys, json\n\
        from cloudinit.sources import DataSourceConfigDrive as d\n\
        r = d.read_config_drive(sys.argv[1])\n\
        m = r['metadata']\n\
        print(json.dumps([m['local-hostname'], m['uuid'], r['userdata'].decode(), 'links' in r['networkdata']]))";
    let output = Command::new("/usr/bin/python3")
        .args(["-c", script])
        .arg(folder)
        .output();
    let output = output.expect("python");
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    if errors.contains("No module named") {
        eprintln!("SKIPPED: cloud-init is not installed here");
        return;
    }
    assert!(output.status.success(), "{errors}");
    let read: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let expected = serde_json::json!([
        "machine-7",
        NODE,
        "#cloud-config\nhostname: machine-7\n",
        true
    ]);
    assert_eq!(read, expected);
}

fn placed_on(label: &str, sector: u32) {
    if !judged() {
        return;
    }
    let Some(disk) = LoopDisk::attach(128 * MIB, sector) else {
        eprintln!("SKIPPED: no loop device can be attached here (not root, or no losetup)");
        return;
    };
    partitioned(disk.path(), label, 1);
    let host = Host::guest(vec![disk.path().to_owned()], false);
    let device = Device::open_write(disk.path()).unwrap();
    partitions::move_backup_to_end(&device).unwrap();
    let partition = config_drive::place(&host, &device, &drive()).unwrap();
    assert_eq!(partition.number, 2, "{label} {sector}");
    assert!(
        partition.start + partition.length > 126 * MIB,
        "it is at the end"
    );
    check_table(disk.path(), label, sector);
    let node = partition_node(disk.path(), 2);
    let found = run("blkid", &["--probe", "-o", "value", "-s", "LABEL"], &node);
    assert_eq!(found.trim().to_lowercase(), "config-2", "{label} {sector}");
    if sector > 2048 {
        run("fsck.vfat", &["-n"], &node);
    }
    cloud_init_reads(open_drive(&node, sector <= 2048).folder.path());
    let again = config_drive::place(&host, &device, &drive()).unwrap();
    assert_eq!(again.start, partition.start, "the partition is used again");
    partitions::forget(&host, &device);
}

fn check_table(disk: &Path, label: &str, sector: u32) {
    let table: serde_json::Value = serde_json::from_str(&run("sfdisk", &["--json"], disk)).unwrap();
    let table = &table["partitiontable"];
    let list = table["partitions"].as_array().unwrap();
    assert_eq!((list.len(), table["label"].as_str()), (2, Some(label)));
    let size = list[1]["size"].as_u64().unwrap() * u64::from(sector);
    assert_eq!(size, config_drive::LIMIT);
    let verified = run("sfdisk", &["--verify"], disk);
    assert!(verified.contains("No errors"), "{verified}");
}

#[test]
fn a_gpt_disk_takes_it() {
    placed_on("gpt", 512);
}

#[test]
fn an_mbr_disk_takes_it() {
    placed_on("dos", 512);
}

#[test]
fn disks_with_large_sectors_take_it() {
    placed_on("gpt", 4096);
    placed_on("dos", 4096);
}

#[test]
fn a_full_mbr_and_a_broken_gpt_are_told() {
    if !judged() {
        return;
    }
    let disk = old_disk(128 * MIB);
    partitioned(disk.path(), "dos", 4);
    let host = Host::guest(vec![disk.path().to_owned()], false);
    let device = Device::open_write(disk.path()).unwrap();
    let refused = config_drive::place(&host, &device, &drive()).unwrap_err();
    assert!(refused.details.contains("all four entries"), "{refused}");
    partitioned(disk.path(), "gpt", 1);
    for at in [512, 128 * MIB - 512] {
        device.write(&[0; 512], at).unwrap();
    }
    let refused = config_drive::place(&host, &device, &drive()).unwrap_err();
    assert!(refused.details.contains("neither copy"), "{refused}");
}
