//! Images made by QEMU's, GNU's and the compressors' own programs come out as what went in.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::fs;
use std::path::Path;

use agent_image::{Content, Declared, Expected, ImageError, Limits, decode};
use support::{Disk, File, Ranges, decoded, run, sample};

fn folder_with_sample() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("disk.raw"), sample()).unwrap();
    folder
}

fn assert_same(found: &[u8], expected: &[u8], what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}: another size");
    let difference = found.iter().zip(expected).position(|(a, b)| a != b);
    assert_eq!(difference, None, "{what}: differs from there on");
}

#[test]
fn compressors_around_raw() {
    let (folder, raw) = (folder_with_sample(), sample());
    for (tool, arguments, content) in [
        ("gzip", &["-c", "-1"][..], Content::Gzip),
        ("gzip", &["-c", "-9"], Content::Gzip),
        ("zstd", &["-q", "-c", "-1"], Content::Zstd),
        ("zstd", &["-q", "-c", "-19", "--long=27"], Content::Zstd),
        ("zstd", &["-q", "-c", "--no-check", "-T2"], Content::Zstd),
        ("xz", &["-c", "-0"], Content::Xz),
        ("xz", &["-c", "-9", "--check=sha256"], Content::Xz),
        ("xz", &["-c", "-1", "--block-size=1MiB", "-T2"], Content::Xz),
        (
            "xz",
            &["-c", "--x86", "--lzma2=preset=1", "--check=none"],
            Content::Xz,
        ),
    ] {
        let Some(packed) = run(tool, &[arguments, &["disk.raw"]].concat(), folder.path()) else {
            continue;
        };
        let (found, disk) = decoded(&packed, Declared::Gpt).unwrap();
        assert_eq!((found.content, found.size), (content, raw.len() as u64));
        assert_same(&disk.bytes, &raw, &format!("{tool} {arguments:?}"));
        assert!(decoded(&packed, Declared::Qcow2).is_err());
        let cut = decoded(&packed[..packed.len() - 9], Declared::Raw);
        assert!(
            matches!(cut, Err(ImageError::Damaged { .. })),
            "{tool}: a truncated file was taken"
        );
        let twice = decoded(&[&packed[..], &packed].concat(), Declared::Raw).unwrap();
        assert_eq!(twice.0.size, 2 * raw.len() as u64, "{tool}: two streams");
    }
}

#[test]
fn a_frame_of_zstd_tells_its_size_before_anything_is_written() {
    let folder = folder_with_sample();
    let Some(packed) = run("zstd", &["-q", "-c", "-1", "disk.raw"], folder.path()) else {
        return;
    };
    let mut disk = Disk::new(1 << 20);
    let result = decode(
        &mut File::new(&packed),
        Declared::Raw,
        &mut disk,
        Limits::default(),
    );
    assert!(matches!(result, Err(ImageError::Write(_))));
    assert_eq!(
        disk.expected,
        Some(Expected::AtLeast(sample().len() as u64))
    );
    assert!(disk.bytes.is_empty());
}

/// Every layout that `qemu-img convert` makes is streamed without asking for anything twice.
#[test]
fn qemu_img_convert() {
    let (folder, raw) = (folder_with_sample(), sample());
    for options in [
        &[][..],
        &["-c"],
        &["-o", "compat=0.10"],
        &["-c", "-o", "compat=0.10"],
        &["-c", "-o", "compression_type=zstd"],
        &["-c", "-o", "compression_type=zstd,cluster_size=2M"],
        &["-c", "-W", "-m", "16"],
        &["-c", "-W", "-m", "16", "-o", "cluster_size=4k"],
        &["-W", "-m", "16", "-o", "cluster_size=4k"],
        &["-o", "preallocation=metadata"],
        &["-o", "preallocation=falloc"],
        &["-o", "preallocation=full"],
        &["-o", "cluster_size=512"],
        &["-c", "-o", "cluster_size=512"],
        &["-o", "cluster_size=2M"],
        &["-c", "-o", "cluster_size=2M"],
        &["-o", "extended_l2=on,cluster_size=128k"],
        &["-c", "-o", "extended_l2=on,cluster_size=16k"],
        &["-o", "lazy_refcounts=on"],
        &["-o", "refcount_bits=1"],
        &["-S", "0"],
    ] {
        let line = [
            &["convert", "-f", "raw", "-O", "qcow2"],
            options,
            &["disk.raw", "disk.qcow2"],
        ];
        if run("qemu-img", &line.concat(), folder.path()).is_none() {
            return;
        }
        let file = fs::read(folder.path().join("disk.qcow2")).unwrap();
        let (found, disk) = decoded(&file, Declared::Qcow2).unwrap();
        assert_eq!(found.content, Content::Qcow2);
        assert_same(&disk.bytes, &raw, &format!("{options:?}"));
        assert!(decoded(&file, Declared::Raw).is_err());
        let cut = decoded(&file[..file.len() / 2], Declared::Qcow2);
        assert!(cut.is_err(), "{options:?}: a truncated file was taken");
    }
}

/// Compressed clusters go on filling the file's last cluster while the next table already lies behind it: those of the last table, too.
#[test]
fn compressed_clusters_that_lie_before_their_table() {
    let folder = tempfile::tempdir().unwrap();
    // So much alike that a dozen compressed clusters fit into one.
    let line = |n: u64| format!("{:x} ", (n / 9).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let raw: String = (0..160_000).map(line).collect();
    let raw = &raw.as_bytes()[..5 << 20 >> 1];
    fs::write(folder.path().join("disk.raw"), raw).unwrap();
    for options in [
        "cluster_size=512",
        "cluster_size=2k",
        "cluster_size=4k",
        "cluster_size=4k,compression_type=zstd",
    ] {
        let line = "convert -c -f raw -O qcow2 disk.raw disk.qcow2 -o";
        let line: Vec<&str> = line.split(' ').chain([options]).collect();
        if run("qemu-img", &line, folder.path()).is_none() {
            return;
        }
        let file = fs::read(folder.path().join("disk.qcow2")).unwrap();
        let (_, disk) = decoded(&file, Declared::Qcow2).unwrap();
        assert_same(&disk.bytes, raw, options);
    }
}

/// Writes in a wild order, so that tables lie behind data; with a snapshot, a bitmap, a larger disk than it began with.
fn wild(folder: &Path, create: &str) -> Option<(Vec<u8>, Vec<u8>)> {
    run(
        "qemu-img",
        &["create", "-q", "-f", "qcow2", "-o", create, "w.qcow2", "9M"],
        folder,
    )?;
    let io = |commands: &[String]| {
        let mut line = vec!["-f", "qcow2"];
        line.extend(commands.iter().flat_map(|it| ["-c", it.as_str()]));
        line.push("w.qcow2");
        run("qemu-io", &line, folder)
    };
    let image = |line: &[&str]| run("qemu-img", line, folder);
    let write = |n: u64, megabytes: u64| {
        let offset = (n * 7_654_321) % (megabytes << 20) / 512 * 512;
        let length = ((n * 977) % 200 + 1) * 512;
        let length = length.min((megabytes << 20) - offset);
        format!("write -P {} {offset} {length}", n % 255 + 1)
    };
    io(&(0..60).map(|n| write(n, 9)).collect::<Vec<_>>())?;
    let modern = !create.contains("compat=0.10");
    if modern {
        image(&["snapshot", "-c", "before", "w.qcow2"])?;
    }
    io(&(60..120).map(|n| write(n, 9)).collect::<Vec<_>>())?;
    image(&["resize", "-q", "w.qcow2", "60M"])?;
    if modern {
        image(&["bitmap", "--add", "w.qcow2", "b"])?;
    }
    io(&(120..170).map(|n| write(n, 58)).collect::<Vec<_>>())?;
    io(&[
        "write -z 1M 1M".to_owned(),
        "discard 3M 64k".to_owned(),
        "write -c -P 9 59M 64k".to_owned(),
    ])?;
    image(&["convert", "-f", "qcow2", "-O", "raw", "w.qcow2", "w.raw"])?;
    let read = |name: &str| fs::read(folder.join(name)).unwrap();
    Some((read("w.qcow2"), read("w.raw")))
}

#[test]
fn what_qemu_made_of_wild_writes() {
    let folder = tempfile::tempdir().unwrap();
    for create in [
        "compat=1.1",
        "compat=0.10",
        "cluster_size=4k,compression_type=zstd",
        "extended_l2=on,cluster_size=64k",
        "cluster_size=512",
    ] {
        let Some((file, raw)) = wild(folder.path(), create) else {
            return;
        };
        let (_, disk) = decoded(&file, Declared::Qcow2).unwrap();
        assert_same(&disk.bytes, &raw, create);
        drop(disk);
        ahead_of_the_stream(&file, &raw, create);
    }
}

/// With hardly any buffer, the tables are fetched first; and not believed.
fn ahead_of_the_stream(file: &[u8], raw: &[u8], what: &str) {
    let limits = Limits {
        parked: 1 << 10,
        ..Limits::default()
    };
    let attempt = |ranges| {
        let mut source = File::new(file);
        source.ranges = ranges;
        source.piece = 4099;
        let mut disk = Disk::new(1 << 30);
        let result = decode(&mut source, Declared::Qcow2, &mut disk, limits);
        (result, disk, source.asked)
    };
    let (result, disk, asked) = attempt(Ranges::Honest);
    result.unwrap();
    assert!(!asked.is_empty(), "{what}: nothing was fetched ahead");
    assert_same(&disk.bytes, raw, what);
    let told = attempt(Ranges::Refused).0.unwrap_err().to_string();
    assert!(told.contains("tables behind the data"), "{told}");
    let told = attempt(Ranges::Lying).0.unwrap_err().to_string();
    assert!(told.contains("came with other bytes"), "{told}");
}
