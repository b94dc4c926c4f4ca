//! Every format through the whole way, made by the programs that people make images with.

use std::fs;
use std::process::Command;

use super::*;

/// Runs a program over a file; `None`, said loudly, where it is missing.
fn made(bytes: &[u8], program: &str, arguments: &[&str]) -> Option<Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("in"), bytes).unwrap();
    let output = Command::new(program)
        .args(arguments)
        .current_dir(folder.path())
        .output();
    let Ok(output) = output else {
        eprintln!("SKIPPED: there is no {program} on this machine");
        return None;
    };
    assert!(output.status.success(), "{program}: {output:?}");
    Some(fs::read(folder.path().join("out")).unwrap_or(output.stdout))
}

fn qcow2(bytes: &[u8], options: &[&str]) -> Option<Vec<u8>> {
    let line = [
        &["convert", "-f", "raw", "-O", "qcow2"],
        options,
        &["in", "out"],
    ];
    made(bytes, "qemu-img", &line.concat())
}

#[tokio::test]
async fn each_format_becomes_the_same_disk() {
    let image = image();
    let files = [
        (made(&image, "zstd", &["-q", "-c", "in"]), "raw"),
        (made(&image, "xz", &["-1", "-c", "in"]), "raw"),
        (made(&image, "gzip", &["-c", "in"]), "gpt"),
        (qcow2(&image, &[]), "qcow2"),
        (qcow2(&image, &["-c", "-o", "compat=0.10"]), "auto"),
        (
            qcow2(&image, &["-c", "-o", "compression_type=zstd"]),
            "QCOW2",
        ),
        (qcow2(&image, &["-o", "preallocation=metadata"]), "unknown"),
    ];
    for (file, format) in files {
        let Some(file) = file else { continue };
        // Two breaks: one is resumed, one begins again.
        let half = file.len() / 2;
        let faults = vec![Fault::BreakAfter(half), Fault::OtherEtag];
        let server = FaultyServer::start(file.clone(), faults).await;
        let disk = old_disk(32 * MIB);
        let mut info = info(&server, &file);
        info.disk_format = Some(format.to_owned());
        let deployed = deploy(&info, disk.path()).await.unwrap();
        assert_eq!(deployed.bytes, image.len() as u64, "{format}");
        assert_on_disk(disk.path(), &image);
    }
}

#[tokio::test]
async fn an_image_is_what_it_is_declared_to_be_or_it_is_refused() {
    let image = image();
    let Some(file) = qcow2(&image, &[]) else {
        return;
    };
    let disk = old_disk(16 * MIB);
    let server = FaultyServer::start(file.clone(), vec![]).await;
    let error = deploy(&info(&server, &file), disk.path())
        .await
        .unwrap_err();
    assert!(
        error
            .details
            .contains("declared as raw but its content is qcow2"),
        "{error}"
    );
    assert_eq!(fs::read(disk.path()).unwrap()[..16], [0xa5; 16]);
    let server = FaultyServer::start(image.clone(), vec![]).await;
    let mut info = info(&server, &image);
    info.disk_format = Some("qcow2".to_owned());
    let error = deploy(&info, disk.path()).await.unwrap_err();
    assert_eq!(error.kind, "InvalidImage");
    assert_eq!(fs::read(disk.path()).unwrap()[..16], [0xa5; 16]);
}

#[tokio::test]
async fn a_disk_too_small_for_a_qcow2_image_keeps_its_data() {
    let Some(file) = qcow2(&image(), &[]) else {
        return;
    };
    let disk = old_disk(8 * MIB);
    let server = FaultyServer::start(file.clone(), vec![]).await;
    let mut info = info(&server, &file);
    info.disk_format = None;
    let error = deploy(&info, disk.path()).await.unwrap_err();
    assert!(error.details.contains("larger than the disk"), "{error}");
    assert_eq!(fs::read(disk.path()).unwrap()[..16], [0xa5; 16]);
}

/// 48 MiB of data before the L1 table, which is at the end of the file.
fn table_last() -> Option<(Vec<u8>, Vec<u8>)> {
    let mut image = image();
    let mut state = 7_u64;
    image.resize(48 * MIB as usize, 0);
    for word in image[12 * MIB as usize..].chunks_exact_mut(8) {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1);
        word.copy_from_slice(&state.to_le_bytes());
    }
    let mut file = qcow2(&image, &[])?;
    let old = u64::from_be_bytes(file[40..48].try_into().unwrap()) as usize;
    let new = file.len().next_multiple_of(1 << 16);
    file.resize(new, 0);
    let table = file[old..old + (1 << 16)].to_vec();
    file.extend_from_slice(&table);
    file[40..48].copy_from_slice(&(new as u64).to_be_bytes());
    Some((image, file))
}

#[tokio::test]
async fn tables_behind_the_data_are_fetched_first_or_the_image_is_refused() {
    let Some((image, file)) = table_last() else {
        return;
    };
    let disk = old_disk(64 * MIB);
    let server = FaultyServer::start(file.clone(), vec![]).await;
    let mut info = info(&server, &file);
    info.disk_format = Some("qcow2".to_owned());
    deploy(&info, disk.path()).await.unwrap();
    let written = fs::read(disk.path()).unwrap();
    assert!(written[MIB as usize..image.len()] == image[MIB as usize..]);
    let asked = server.ranges();
    assert_eq!(asked.len(), 2, "{asked:?}");
    assert!(asked[1].is_some_and(|at| at > 30 << 20), "{asked:?}");

    let server = FaultyServer::start(file.clone(), vec![Fault::NoRange]).await;
    info.urls = vec![server.url("test.img")];
    let error = deploy(&info, disk.path()).await.unwrap_err();
    assert!(
        error.details.contains("tables behind the data")
            && error.details.contains("qemu-img convert"),
        "{error}"
    );
    assert_no_table(disk.path());
}

#[tokio::test]
async fn a_qcow2_image_with_a_wrong_checksum_leaves_no_table() {
    let Some(file) = qcow2(&image(), &["-c"]) else {
        return;
    };
    let disk = old_disk(16 * MIB);
    let server = FaultyServer::start(file.clone(), vec![]).await;
    let mut info = info(&server, &file);
    info.disk_format = Some("qcow2".to_owned());
    info.os_hash_value = Some("0".repeat(64));
    let error = deploy(&info, disk.path()).await.unwrap_err();
    assert_eq!(error.kind, "ImageChecksumError");
    assert_no_table(disk.path());
}
