//! What comes after the image: the config drive; and all of it on a real block device.

use std::path::PathBuf;

use super::loop_disk::LoopDisk;
use super::*;
use crate::image::config_drive;
use crate::outbound::document::Retries;

pub const ONCE: Retries = Retries {
    times: 0,
    interval: Duration::ZERO,
};

#[tokio::test]
async fn the_config_drive_goes_to_the_end_and_is_found_again() {
    let image = image();
    let server = FaultyServer::start(image.clone(), vec![]).await;
    let disk = old_disk(96 * MIB);
    deploy(&info(&server, &image), disk.path()).await.unwrap();
    let host = Host::guest(vec![disk.path().to_owned()], false);
    let drive = vec![0x42; 300_000];
    let text = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, gzip(&drive));
    let decoded = config_drive::obtain(&text, &fetcher(&[]), ONCE)
        .await
        .unwrap();
    assert_eq!(decoded, drive);
    let device = Device::open_write(disk.path()).unwrap();
    let first = config_drive::place(&host, &device, &decoded).unwrap();
    assert_eq!(first.length, config_drive::LIMIT);
    assert_eq!(device.read(drive.len(), first.start).unwrap(), drive);
    let again = config_drive::place(&host, &device, &drive[..10]).unwrap();
    assert_eq!(
        (again.number, again.start),
        (first.number, first.start),
        "the partition is used again"
    );
    assert_on_disk(disk.path(), &image);
    let small = old_disk(16 * MIB);
    deploy(&info(&server, &image), small.path()).await.unwrap();
    let device = Device::open_write(small.path()).unwrap();
    let error = config_drive::place(&host, &device, &drive).unwrap_err();
    assert!(error.details.contains("no room"), "{error}");
    assert!(
        config_drive::obtain("not base64!", &fetcher(&[]), ONCE)
            .await
            .is_err()
    );
}

#[tokio::test]
async fn a_loop_device_is_deployed_to() {
    let Some(disk) = LoopDisk::attach(96 * MIB, 512) else {
        eprintln!("SKIPPED: no loop device can be attached here (not root, or no losetup)");
        return;
    };
    let image = image();
    let server = FaultyServer::start(gzip(&image), vec![Fault::BreakAfter(3000)]).await;
    let path: PathBuf = disk.path().to_owned();
    deploy(&info(&server, &gzip(&image)), &path).await.unwrap();
    assert_on_disk(&path, &image);
    let host = Host::guest(vec![path.clone()], false);
    let device = Device::open_write(&path).unwrap();
    let part = config_drive::place(&host, &device, b"drive").unwrap();
    assert_eq!(device.read(5, part.start).unwrap(), b"drive");
    crate::disk::wipe::metadata(&host, &device).unwrap();
    assert_no_table(&path);
}
