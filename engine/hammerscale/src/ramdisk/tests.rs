//! Whole builds from a made-up kernel: what is written, what is left out, and what is refused.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use super::*;
use clap::Parser;
use std::path::Path;

/// A static program without segments: enough for the check, never run.
fn agent() -> Vec<u8> {
    let mut elf = vec![0; 64];
    elf[..6].copy_from_slice(b"\x7fELF\x02\x01");
    elf
}

/// A folder with a kernel, two modules (one packed) and an agent.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let put = |path: &str, content: &[u8]| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    };
    let module =
        |words: &str| elf::tests::module(format!("{words}\0vermagic=6.1.0-test SMP \0").as_bytes());
    put("vmlinuz", b"MZ kernel");
    put("agent", &agent());
    put(
        "modules/6.1.0-test/modules.builtin",
        b"kernel/drivers/scsi/sd_mod.ko\n",
    );
    put(
        "modules/6.1.0-test/kernel/net/virtio_net.ko",
        &module("depends=net-failover\0firmware=v/net.fw"),
    );
    let packed = zstd::encode_all(module("depends=").as_slice(), 1).unwrap();
    put("modules/6.1.0-test/kernel/net/net-failover.ko.zst", &packed);
    put("modules/6.1.0-test/kernel/unwanted.ko", &module("depends="));
    put("firmware/v/net.fw", b"firmware");
    folder
}

fn options(folder: &Path) -> BuildOptions {
    BuildOptions {
        output: folder.join("out"),
        kernel: KernelSource::Files {
            kernel: folder.join("vmlinuz"),
            modules: folder.join("modules"),
        },
        firmware: Some(folder.join("firmware")),
        agent: folder.join("agent"),
        stub: Stub {
            path: folder.join("no-stub"),
            required: false,
        },
        profile: Profile::Auto,
        extra_modules: vec!["no_such_driver".to_owned()],
        cmdline: String::new(),
    }
}

#[test]
fn a_build_holds_what_was_chosen_and_says_what_was_not() {
    let folder = folder();
    let report = build(&options(folder.path()), &|_| {}).unwrap();
    assert_eq!(report.kernel_release, "6.1.0-test");
    assert_eq!(report.modules, ["net_failover", "virtio_net"]);
    assert_eq!(report.builtin, ["sd_mod"]);
    assert_eq!(report.firmware, ["v/net.fw"]);
    assert!(
        report
            .missing_modules
            .contains(&"no_such_driver".to_owned())
    );
    assert_eq!(report.skipped.len(), 2);
    let initramfs = fs::read(folder.path().join("out/initramfs")).unwrap();
    assert_eq!(initramfs.len() % 4, 0);
    // Zeros may follow the frame, so that it ends on a multiple of four.
    let mut frame = zstd::stream::read::Decoder::new(initramfs.as_slice())
        .unwrap()
        .single_frame();
    let mut archive = Vec::new();
    std::io::Read::read_to_end(&mut frame, &mut archive).unwrap();
    let text = String::from_utf8_lossy(&archive);
    for path in [
        "init",
        "dev/console",
        "lib/modules/6.1.0-test/kernel/net/net-failover.ko",
        "lib/firmware/v/net.fw",
    ] {
        assert!(text.contains(&format!("{path}\0")), "{path}");
    }
    assert!(!text.contains("unwanted"));
    let manifest: serde_json::Value =
        serde_json::from_slice(&fs::read(folder.path().join("out/manifest.json")).unwrap())
            .unwrap();
    assert_eq!(manifest["files"][0]["name"], "vmlinuz");
    assert_eq!(manifest["files"][0]["bytes"], 9);
    assert_eq!(manifest["files"][1]["sha256"], report.files[1].sha256);
}

#[test]
fn the_same_input_gives_the_same_files() {
    let folder = folder();
    let first = build(&options(folder.path()), &|_| {}).unwrap();
    assert_eq!(build(&options(folder.path()), &|_| {}).unwrap(), first);
}

#[test]
fn outdated_images_are_removed_when_they_cannot_be_made() {
    let folder = folder();
    fs::create_dir(folder.path().join("out")).unwrap();
    fs::write(folder.path().join("out").join(ISO), b"old").unwrap();
    build(&options(folder.path()), &|_| {}).unwrap();
    assert!(!folder.path().join("out").join(ISO).exists());
}

#[test]
fn what_cannot_work_is_refused_with_the_reason() {
    let folder = folder();
    let refused = |change: &dyn Fn(&mut BuildOptions)| {
        let mut options = options(folder.path());
        change(&mut options);
        format!("{:#}", build(&options, &|_| {}).unwrap_err())
    };
    assert!(refused(&|o| o.stub.required = true).contains("no-stub"));
    assert!(refused(&|o| o.agent = "/no/agent".into()).contains("see --agent"));
    let script = folder.path().join("vmlinuz");
    assert!(refused(&|o| o.agent.clone_from(&script)).contains("not an ELF file"));
    let empty = folder.path().join("firmware");
    let kernel = |modules: &Path| KernelSource::Files {
        kernel: script.clone(),
        modules: modules.to_owned(),
    };
    assert!(refused(&|o| o.kernel = kernel(&empty)).contains("holds no kernel modules"));
    let other = elf::tests::module(b"vermagic=5.0-other SMP \0");
    fs::write(folder.path().join("modules/6.1.0-test/kernel/x.ko"), other).unwrap();
    assert!(refused(&|_| {}).contains("different kernels"));
}

#[derive(clap::Parser)]
struct CommandLine {
    #[command(subcommand)]
    command: RamdiskCommand,
}

fn parsed(words: &[&str]) -> Result<BuildOptions> {
    let RamdiskCommand::Build(args) =
        CommandLine::try_parse_from(["x", "build"].iter().chain(words))?.command;
    args.options()
}

#[test]
fn flags_become_options() {
    let options = parsed(&[
        "-o",
        "out",
        "--kernel-package",
        "k.deb",
        "--stub",
        "s",
        "--profile",
        "full",
    ])
    .unwrap();
    assert!(matches!(options.kernel, KernelSource::Package(path) if path == Path::new("k.deb")));
    assert!(options.stub.required);
    assert_eq!(options.profile, Profile::Full);
    assert_eq!(options.agent.file_name().unwrap(), "hammerscale-agent");
    let options = parsed(&[
        "-o",
        "out",
        "--kernel",
        "k",
        "--modules",
        "m",
        "--agent",
        "a",
    ])
    .unwrap();
    assert!(!options.stub.required);
    for words in [
        &["-o", "out"][..],
        &["-o", "out", "--kernel", "k"],
        &[
            "-o",
            "o",
            "--kernel-package",
            "d",
            "--kernel",
            "k",
            "--modules",
            "m",
        ],
    ] {
        assert!(parsed(words).is_err(), "{words:?}");
    }
}
