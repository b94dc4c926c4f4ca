//! A libvirt of the lab's own: its configuration, sockets and state are the lab's folder, seen through bind mounts
//! in a mount namespace that only its daemons share. The machine's own libvirt is never read or changed.

use std::fs::{self, File};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};
use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};

use super::cache;
use super::command::{output, succeeds, tool};
use super::deadline::{Interrupt, wait_for};
use super::domain::{self, Accelerator};
use super::machine::{Machine, Shape};
use super::process::{Process, log_tail, require_alive};
use super::record::{Record, write_private};

/// The first answer includes a look at what QEMU can do, which took 8 s on a slow machine.
const PATIENCE: Duration = Duration::from_secs(90);

/// libvirt's folders and the lab's folders that stand in for them; the second of a pair is below the lab's folder.
const FOLDERS: [(&str, &str); 4] = [
    ("/etc/libvirt", "etc"),
    ("/var/lib/libvirt", "state"),
    ("/run/libvirt", "run"),
    ("/var/log/libvirt", "log"),
];
/// What QEMU can do is kept between labs: it takes seconds to find out.
const CAPABILITIES: &str = "/var/cache/libvirt";

/// libvirt looks at what this one can do as well, which takes seconds and serves nobody.
const OTHER_EMULATOR: &str = "/usr/bin/qemu-system-i386";
/// Where KVM is usable, libvirt asks QEMU anew whenever it starts on another core than last time.
const KVM: &str = "/dev/kvm";

/// A bind mount needs a folder to stand on; Debian's packages do not bring all of these.
pub const MOUNT_POINTS: [&str; 5] = [
    FOLDERS[0].0,
    FOLDERS[1].0,
    FOLDERS[2].0,
    FOLDERS[3].0,
    CAPABILITIES,
];

/// Debian's libvirt insists on its own account at start, which only packages that start daemons create.
const ACCOUNTS: [(&str, &str, &str); 2] = [
    (
        "/etc/passwd",
        "etc/passwd",
        "libvirt-qemu:x:64055:64055::/nonexistent:/usr/sbin/nologin\n",
    ),
    ("/etc/group", "etc/group", "libvirt-qemu:x:64055:\n"),
];

/// Everything runs as root inside the lab, and nothing is confined further: the lab is torn down as a whole.
const QEMU_CONFIGURATION: &str = "user = \"root\"
group = \"root\"
security_driver = \"none\"
namespaces = []
cgroup_controllers = []
dynamic_ownership = 0
remember_owner = 0
stdio_handler = \"logd\"
";
const DAEMON_CONFIGURATION: &str = "unix_sock_group = \"root\"
unix_sock_rw_perms = \"0700\"
auth_unix_ro = \"none\"
auth_unix_rw = \"none\"
";

/// The address of a lab's libvirt for its clients.
pub fn uri(folder: &Path) -> String {
    format!(
        "qemu:///system?socket={}",
        folder.join("run/libvirt-sock").display()
    )
}

/// `virsh` connected to a lab's libvirt.
pub fn virsh(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = tool("virsh", ["-q", "-c", &uri(folder)]);
    command.args(arguments);
    command
}

/// Starts the daemons inside the lab's namespaces and waits until they answer.
pub fn start(record: &mut Record, accelerator: Accelerator, interrupt: &Interrupt) -> Result<()> {
    let folder = record.folder();
    let (capabilities, hidden) = match accelerator {
        Accelerator::Tcg => ("libvirt-tcg", &[OTHER_EMULATOR, KVM][..]),
        Accelerator::Kvm => ("libvirt-kvm", &[OTHER_EMULATOR][..]),
    };
    let capabilities = cache::folder()?.join(capabilities);
    for (_, own) in FOLDERS {
        fs::create_dir_all(folder.join(own))?;
    }
    fs::create_dir_all(&capabilities)?;
    fs::write(folder.join("etc/qemu.conf"), QEMU_CONFIGURATION)?;
    fs::write(folder.join("etc/libvirtd.conf"), DAEMON_CONFIGURATION)?;
    fs::write(folder.join("etc/virtlogd.conf"), "")?;
    write_accounts(&folder)?;
    let started = record.namespace().call(|| {
        hide_machine(&folder, &capabilities)?;
        hide_files(&folder.join("etc/nothing"), hidden)?;
        Ok([daemon(&folder, "virtlogd")?, daemon(&folder, "libvirtd")?])
    })?;
    for process in &started {
        record.add_process(process.clone())?;
    }
    let log = folder.join("libvirtd.out");
    wait_for("an answer of libvirt", PATIENCE, interrupt, || {
        started.iter().try_for_each(|process| {
            require_alive(process, &folder.join(format!("{}.out", process.name)))
        })?;
        Ok(succeeds(&mut virsh(&folder, &["version"]))?.then_some(()))
    })
    .with_context(|| format!("libvirt says: {}", log_tail(&log)))?;
    create_pool(&folder)
}

/// Gives the calling thread, and what it starts, its own view: the lab's folders over libvirt's, and the network
/// namespace's own `/sys` (libvirt looks bridges up there). The system bus is hidden, or libvirt would register the
/// machines with the machine's own service manager.
fn hide_machine(folder: &Path, capabilities: &Path) -> Result<()> {
    let nothing = None::<&str>;
    unshare(CloneFlags::CLONE_NEWNS).context("cannot make a mount namespace")?;
    mount(
        nothing,
        "/",
        nothing,
        MsFlags::MS_REC | MsFlags::MS_PRIVATE,
        nothing,
    )
    .context("cannot make mounts private")?;
    mount(
        Some("lab"),
        "/sys",
        Some("sysfs"),
        MsFlags::empty(),
        nothing,
    )
    .context("cannot mount /sys")?;
    if Path::new("/run/dbus").is_dir() {
        mount(
            Some("lab"),
            "/run/dbus",
            Some("tmpfs"),
            MsFlags::empty(),
            nothing,
        )
        .context("cannot hide the system bus")?;
    }
    for (theirs, own) in FOLDERS
        .into_iter()
        .chain(ACCOUNTS.map(|(theirs, own, _)| (theirs, own)))
    {
        bind(&folder.join(own), theirs)?;
    }
    bind(capabilities, CAPABILITIES)
}

/// Puts an empty file that nobody may execute or write over each of `files`.
fn hide_files(empty: &Path, files: &[&str]) -> Result<()> {
    let nothing = None::<&str>;
    write_private(empty, b"")?;
    for file in files.iter().filter(|file| Path::new(file).exists()) {
        bind(empty, file)?;
        let flags = MsFlags::MS_BIND | MsFlags::MS_REMOUNT | MsFlags::MS_RDONLY;
        mount(nothing, *file, nothing, flags, nothing)
            .with_context(|| format!("cannot hide {file}"))?;
    }
    Ok(())
}

fn bind(own: &Path, theirs: &str) -> Result<()> {
    let nothing = None::<&str>;
    mount(Some(own), theirs, nothing, MsFlags::MS_BIND, nothing)
        .with_context(|| format!("cannot mount {} at {theirs}", own.display()))
}

/// The machine's accounts with libvirt's added, for the daemons' eyes only.
fn write_accounts(folder: &Path) -> Result<()> {
    for (theirs, own, line) in ACCOUNTS {
        let mut text =
            fs::read_to_string(theirs).with_context(|| format!("cannot read {theirs}"))?;
        if !text
            .lines()
            .any(|account| account.starts_with("libvirt-qemu:"))
        {
            text.push_str(line);
        }
        fs::write(folder.join(own), text)?;
    }
    Ok(())
}

fn daemon(folder: &Path, name: &str) -> Result<Process> {
    use std::os::unix::process::CommandExt;
    let log = File::create(folder.join(format!("{name}.out")))?;
    let child = tool(name, ["--config"])
        .arg(format!("/etc/libvirt/{name}.conf"))
        .args(["--pid-file", &format!("/run/libvirt/{name}.pid")])
        .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
        .process_group(0)
        .stdout(log.try_clone()?)
        .stderr(log)
        .spawn()
        .with_context(|| format!("cannot start {name}"))?;
    Process::observe(name, child.id().cast_signed())
        .with_context(|| format!("{name} ended at once"))
}

/// The pool where a BMC emulator keeps the virtual media it was told to insert.
fn create_pool(folder: &Path) -> Result<()> {
    let target = folder.join("media");
    fs::create_dir_all(&target)?;
    output(&mut virsh(
        folder,
        &[
            "pool-create-as",
            "default",
            "dir",
            "--target",
            &target.to_string_lossy(),
        ],
    ))
    .map(drop)
}

/// Makes a powered-off machine with an empty disk.
pub fn define(
    record: &mut Record,
    name: &str,
    mac: &str,
    shape: &Shape,
    accelerator: Accelerator,
) -> Result<()> {
    let folder = record.folder();
    let machines = folder.join("machines");
    fs::create_dir_all(&machines)?;
    let mut machine = Machine {
        name: name.to_owned(),
        uuid: String::new(),
        mac: mac.to_owned(),
        shape: shape.clone(),
        disk_file: machines.join(format!("{name}.qcow2")),
        serial_log: machines.join(format!("{name}.serial")),
    };
    output(
        tool("qemu-img", ["create", "-q", "-f", "qcow2"])
            .arg(&machine.disk_file)
            .arg(format!("{}G", shape.disk_gib)),
    )?;
    let variables = machines.join(format!("{name}.vars"));
    let file = machines.join(format!("{name}.xml"));
    fs::write(
        &file,
        domain::document(&machine, accelerator, &variables.to_string_lossy()),
    )?;
    output(virsh(&folder, &["define"]).arg(&file))?;
    machine.uuid = output(&mut virsh(&folder, &["domuuid", name]))?
        .trim()
        .to_owned();
    record.machines.push(machine);
    record.save()
}

/// The process that runs a machine now; none while it is off.
pub fn process_of(folder: &Path, machine: &str) -> Option<Process> {
    let id = fs::read_to_string(folder.join(format!("run/qemu/{machine}.pid"))).ok()?;
    Process::observe(machine, id.trim().parse().ok()?)
}
