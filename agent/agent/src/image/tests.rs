//! Images through the whole way, onto ordinary files and (as root) loop devices, from a server that misbehaves on demand.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod config_drives;
mod faulty_server;
mod formats;
mod given_up;
mod holes;
mod loop_disk;
mod partition_images;
mod placing;
mod resuming;
mod speed;

use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use agent_wire::ImageInfo;

use self::faulty_server::{Fault, FaultyServer};
use super::checksum::{Algorithm, Running};
use super::deploy::{Deployed, Deployment};
use super::download::Patience;
use crate::disk::device::Device;
use crate::disk::partitions;
use crate::failure::Failure;
use crate::host::Host;
use crate::outbound::client::Fetcher;
use crate::outbound::dns::Dns;
use crate::outbound::networks::OutboundPolicy;
use crate::outbound::trust::Trust;
use crate::progress::ProgressBoard;

const MIB: u64 = 1 << 20;

/// A whole-disk image of 12 MiB: GPT, one partition with data, a hole and data again.
fn image() -> Vec<u8> {
    let mut file = tempfile::tempfile().unwrap();
    file.set_len(12 * MIB).unwrap();
    let mut gpt = gptman::GPT::new_from(&mut file, 512, [9; 16]).unwrap();
    gpt[1] = gptman::GPTPartitionEntry {
        partition_type_guid: partitions::ESP_TYPE,
        unique_partition_guid: [8; 16],
        starting_lba: 2048,
        ending_lba: 20479,
        attribute_bits: 0,
        partition_name: "esp".into(),
    };
    gpt.write_into(&mut file).unwrap();
    gptman::GPT::write_protective_mbr_into(&mut file, 512).unwrap();
    let mut bytes = vec![0; 12 * MIB as usize];
    std::os::unix::fs::FileExt::read_exact_at(&file, &mut bytes, 0).unwrap();
    for (i, byte) in bytes[MIB as usize..3 * MIB as usize].iter_mut().enumerate() {
        *byte = (i * 7 + i / 251) as u8;
    }
    for (i, byte) in bytes[9 * MIB as usize..9 * MIB as usize + 70_000]
        .iter_mut()
        .enumerate()
    {
        *byte = (i % 253) as u8 + 1;
    }
    bytes
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn sha256(bytes: &[u8]) -> String {
    let mut running = Running::new(Algorithm::Sha256);
    running.update(bytes);
    running.hex()
}

/// A disk full of old data.
fn old_disk(size: u64) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    let chunk = vec![0xa5; MIB as usize];
    for _ in 0..size / MIB {
        file.as_file().write_all(&chunk).unwrap();
    }
    file
}

fn fetcher(allowed: &[&str]) -> Fetcher {
    let allowed: Vec<_> = allowed.iter().map(|s| (*s).to_owned()).collect();
    let policy = Arc::new(OutboundPolicy::new(&[], &allowed));
    Fetcher::new(
        &Trust::default(),
        Dns::system(),
        policy,
        Duration::from_secs(20),
        &Default::default(),
    )
    .unwrap()
}

fn info(server: &FaultyServer, body: &[u8]) -> ImageInfo {
    ImageInfo {
        id: "test.img".to_owned(),
        urls: vec![server.url("test.img")],
        disk_format: Some("raw".to_owned()),
        os_hash_algo: Some("sha256".to_owned()),
        os_hash_value: Some(sha256(body)),
        ..ImageInfo::default()
    }
}

async fn deploy(info: &ImageInfo, disk: &Path) -> Result<Deployed, Failure> {
    let host = Host::guest(vec![disk.to_owned()], false);
    Deployment {
        host: &host,
        fetcher: &fetcher(&["127.0.0.0/8"]),
        patience: Patience {
            retries: 3,
            interval: Duration::ZERO,
            max_duration: Duration::ZERO,
        },
        md5_allowed: true,
        board: &Arc::new(ProgressBoard::default()),
        mandate: &Arc::default(),
    }
    .run(info, disk, None)
    .await
}

fn assert_on_disk(disk: &Path, image: &[u8]) {
    let device = Device::open_read(disk).unwrap();
    let written = device.read(image.len(), 0).unwrap();
    let table = 34 * 512;
    // The tables at both ends of the image are rewritten for the larger disk; all between must be the image's.
    let end = image.len() - 33 * 512;
    assert!(
        written[table..end] == image[table..end],
        "the disk holds other bytes than the image"
    );
    let gpt = gptman::GPT::find_from(&mut &device.file).unwrap();
    assert_eq!(
        gpt.header.backup_lba,
        device.size / 512 - 1,
        "the backup header is not at the end"
    );
}

fn assert_no_table(disk: &Path) {
    let device = Device::open_read(disk).unwrap();
    assert!(
        partitions::read(&device).is_err(),
        "a failed image left a partition table"
    );
}

#[tokio::test]
async fn a_plain_image_is_written_and_its_table_fits_the_disk() {
    let image = image();
    let server = FaultyServer::start(image.clone(), vec![]).await;
    let disk = old_disk(32 * MIB);
    let deployed = deploy(&info(&server, &image), disk.path()).await.unwrap();
    assert_on_disk(disk.path(), &image);
    assert_eq!(deployed.bytes, image.len() as u64);
    assert!(deployed.table.partitions[0].esp);
}

#[tokio::test]
async fn a_gzipped_image_is_hashed_as_downloaded() {
    let image = image();
    let packed = gzip(&image);
    let server = FaultyServer::start(packed.clone(), vec![]).await;
    let disk = old_disk(16 * MIB);
    deploy(&info(&server, &packed), disk.path()).await.unwrap();
    assert_on_disk(disk.path(), &image);
    let wrong = info(&server, &image);
    let error = deploy(&wrong, disk.path()).await.unwrap_err();
    assert_eq!(error.kind, "ImageChecksumError");
}

#[tokio::test]
async fn a_damaged_gzip_image_is_refused() {
    let mut packed = gzip(&image());
    packed.truncate(packed.len() - 6);
    let server = FaultyServer::start(packed.clone(), vec![]).await;
    let disk = old_disk(16 * MIB);
    let error = deploy(&info(&server, &packed), disk.path())
        .await
        .unwrap_err();
    assert!(error.details.contains("damaged"), "{error}");
    assert_no_table(disk.path());
}

#[tokio::test]
async fn a_broken_connection_is_resumed_at_the_exact_byte() {
    let image = image();
    let faults = vec![Fault::BreakAfter(5_000_001), Fault::BreakAfter(1_000_000)];
    let server = FaultyServer::start(image.clone(), faults).await;
    let disk = old_disk(16 * MIB);
    deploy(&info(&server, &image), disk.path()).await.unwrap();
    assert_on_disk(disk.path(), &image);
    assert_eq!(server.ranges(), [None, Some(5_000_001), Some(6_000_001)]);
}

#[tokio::test]
async fn without_ranges_the_download_begins_again() {
    let image = image();
    let faults = vec![Fault::NoRange, Fault::BreakAfter(5_000_000)];
    let server = FaultyServer::start(image.clone(), faults).await;
    let disk = old_disk(16 * MIB);
    deploy(&info(&server, &image), disk.path()).await.unwrap();
    assert_on_disk(disk.path(), &image);
    assert_eq!(server.ranges().len(), 2);
}

#[tokio::test]
async fn a_file_that_changed_in_between_is_downloaded_anew() {
    let image = image();
    let faults = vec![Fault::BreakAfter(5_000_000), Fault::OtherEtag];
    let server = FaultyServer::start(image.clone(), faults).await;
    let disk = old_disk(16 * MIB);
    deploy(&info(&server, &image), disk.path()).await.unwrap();
    assert_on_disk(disk.path(), &image);
}

#[tokio::test]
async fn a_wrong_checksum_names_both_values_and_leaves_no_table() {
    let image = image();
    let server = FaultyServer::start(image.clone(), vec![]).await;
    let disk = old_disk(16 * MIB);
    let mut info = info(&server, &image);
    info.os_hash_value = Some("0".repeat(64));
    let error = deploy(&info, disk.path()).await.unwrap_err();
    assert!(
        error.details.contains(&"0".repeat(64)) && error.details.contains(&sha256(&image)),
        "{error}"
    );
    assert_no_table(disk.path());
}

#[tokio::test]
async fn a_missing_image_and_a_failing_server_are_told_apart() {
    let disk = old_disk(16 * MIB);
    let server = FaultyServer::start(image(), vec![Fault::Status(404)]).await;
    let error = deploy(&info(&server, b""), disk.path()).await.unwrap_err();
    assert!(
        error.details.contains("404") && error.details.contains("image_source"),
        "{error}"
    );
    assert_eq!(server.ranges().len(), 1, "a 404 is not tried again");
    let server = FaultyServer::start(image(), vec![Fault::Status(503); 9]).await;
    let error = deploy(&info(&server, b""), disk.path()).await.unwrap_err();
    assert!(
        error.details.contains("503") && error.details.contains("4 tries"),
        "{error}"
    );
}

#[tokio::test]
async fn a_second_url_helps() {
    let image = image();
    let bad = FaultyServer::start(image.clone(), vec![Fault::Status(404)]).await;
    let good = FaultyServer::start(image.clone(), vec![]).await;
    let disk = old_disk(16 * MIB);
    let mut info = info(&good, &image);
    info.urls.insert(0, bad.url("test.img"));
    deploy(&info, disk.path()).await.unwrap();
    assert_on_disk(disk.path(), &image);
}

#[tokio::test]
async fn an_image_larger_than_the_disk_is_refused_before_or_during_writing() {
    let image = image();
    let disk = old_disk(4 * MIB);
    let server = FaultyServer::start(image.clone(), vec![]).await;
    let error = deploy(&info(&server, &image), disk.path())
        .await
        .unwrap_err();
    assert!(
        error.details.contains("12582912") && error.details.contains("4194304"),
        "{error}"
    );
    let packed = gzip(&image);
    let server = FaultyServer::start(packed.clone(), vec![]).await;
    let error = deploy(&info(&server, &packed), disk.path())
        .await
        .unwrap_err();
    assert!(error.details.contains("larger than the disk"), "{error}");
    assert_no_table(disk.path());
}

#[tokio::test]
async fn foreign_formats_are_refused_by_name() {
    let disk = old_disk(16 * MIB);
    let mut vmdk = image();
    vmdk[..4].copy_from_slice(b"KDMV");
    let server = FaultyServer::start(vmdk.clone(), vec![]).await;
    let mut info = info(&server, &vmdk);
    for (format, told) in [
        (Some("raw"), "declared as raw but its content is VMDK"),
        (Some("qcow2"), "declared as qcow2 but its content is VMDK"),
        (None, "content is VMDK"),
        (Some("vmdk"), "qemu-img"),
    ] {
        info.disk_format = format.map(ToOwned::to_owned);
        let error = deploy(&info, disk.path()).await.unwrap_err();
        assert!(error.details.contains(told), "{error}");
    }
    info.disk_format = Some("gpt".to_owned());
    info.image_type = Some("partition".to_owned());
    let error = deploy(&info, disk.path()).await.unwrap_err();
    assert!(error.details.contains("is a whole disk"), "{error}");
    assert_eq!(std::fs::read(disk.path()).unwrap()[..16], [0xa5; 16]);
}

#[tokio::test]
async fn an_image_without_partitions_is_an_error() {
    let blank = vec![1; 5 * MIB as usize];
    let server = FaultyServer::start(blank.clone(), vec![]).await;
    let disk = old_disk(16 * MIB);
    let error = deploy(&info(&server, &blank), disk.path())
        .await
        .unwrap_err();
    assert!(error.details.contains("no partition table"), "{error}");
}

#[tokio::test]
async fn forbidden_addresses_and_endless_redirects_are_refused() {
    let image = image();
    let server = FaultyServer::start(image.clone(), vec![Fault::RedirectToSelf; 20]).await;
    let disk = old_disk(16 * MIB);
    let error = deploy(&info(&server, &image), disk.path())
        .await
        .unwrap_err();
    assert!(error.details.contains("redirects more than 5"), "{error}");
    let plain = fetcher(&[]);
    let error = plain
        .get(&server.url("test.img"), &Default::default())
        .await
        .unwrap_err()
        .to_string();
    assert!(error.contains("loopback"), "{error}");
    let port = server.port();
    let error = plain
        .get(&format!("http://localhost:{port}/x"), &Default::default())
        .await
        .unwrap_err()
        .to_string();
    assert!(error.contains("loopback"), "{error}");
    assert!(
        plain
            .get("file:///etc/passwd", &Default::default())
            .await
            .is_err()
    );
}

#[tokio::test]
async fn a_redirect_to_another_origin_gets_no_credentials() {
    let image = image();
    let other = FaultyServer::start(image.clone(), vec![]).await;
    let server = FaultyServer::start(
        image.clone(),
        vec![Fault::RedirectTo(other.url("test.img"))],
    )
    .await;
    let disk = old_disk(16 * MIB);
    let mut info = info(&server, &image);
    info.image_server_auth_strategy = Some("http_basic".to_owned());
    info.image_server_user = Some("u".to_owned());
    info.image_server_password = Some("p".into());
    deploy(&info, disk.path()).await.unwrap();
    assert_eq!(server.authorizations(), [Some("Basic dTpw".to_owned())]);
    assert_eq!(other.authorizations(), [None]);
}

#[tokio::test]
async fn a_disk_that_was_not_named_is_not_touched() {
    let disk = old_disk(16 * MIB);
    let server = FaultyServer::start(image(), vec![]).await;
    let host = Host::guest(Vec::new(), false);
    let deployment = Deployment {
        host: &host,
        fetcher: &fetcher(&["127.0.0.0/8"]),
        patience: Patience {
            retries: 0,
            interval: Duration::ZERO,
            max_duration: Duration::ZERO,
        },
        md5_allowed: true,
        board: &Arc::default(),
        mandate: &Arc::default(),
    };
    let error = deployment
        .run(&info(&server, &image()), disk.path(), None)
        .await
        .unwrap_err();
    assert!(error.details.contains("--allow-disk"), "{error}");
    assert_eq!(std::fs::read(disk.path()).unwrap()[..16], [0xa5; 16]);
}
