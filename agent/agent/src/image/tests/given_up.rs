//! An agent whose conductor has given it up while it stood still, or was cut off: it must not make the disk boot.

use super::partition_images::{bootable, described, large_disk, uefi};
use super::*;
use crate::conductor::mandate::Mandate;
use std::time::Instant;

/// What a conductor says of an agent that it does not know any more.
const GIVEN_UP: &str = "404 Not Found Node could not be found.";

/// Writes the image; each question is answered in turn, yes or no.
async fn run(
    host: &Host,
    info: &ImageInfo,
    disk: &Path,
    answers: &[bool],
) -> Result<Deployed, Failure> {
    let mandate = Arc::new(Mandate::patient(Duration::ZERO));
    mandate.begin();
    let fetcher = fetcher(&["127.0.0.0/8"]);
    let deployment = Deployment {
        host,
        fetcher: &fetcher,
        patience: Patience {
            retries: 0,
            interval: Duration::ZERO,
            max_duration: Duration::ZERO,
        },
        md5_allowed: true,
        board: &Arc::default(),
        mandate: &mandate,
    };
    let conductor = async {
        for answer in answers {
            mandate.asked().await;
            match answer {
                true => mandate.accepted(Instant::now()),
                false => mandate.refused(GIVEN_UP),
            }
        }
        std::future::pending().await
    };
    tokio::select! {
        done = mandate.during(deployment.run(info, disk, None)) => done,
        () = conductor => unreachable!(),
    }
}

#[tokio::test]
async fn an_image_that_nobody_wants_any_more_gets_no_table() {
    let image = image();
    let server = FaultyServer::start(image.clone(), vec![]).await;
    let disk = old_disk(32 * MIB);
    let host = Host::guest(vec![disk.path().to_owned()], false);
    let info = info(&server, &image);
    let error = run(&host, &info, disk.path(), &[false]).await.unwrap_err();
    assert!(error.details.contains("given this agent up"), "{error}");
    assert_no_table(disk.path());
    run(&host, &info, disk.path(), &[true]).await.unwrap();
    assert_on_disk(disk.path(), &image);
}

#[cfg(target_arch = "x86_64")]
#[tokio::test]
async fn a_root_file_system_that_nobody_wants_any_more_gets_no_table() {
    let image = bootable();
    let server = FaultyServer::start(image.clone(), vec![]).await;
    let disk = large_disk();
    let (_folder, host) = uefi(disk.path());
    let info = described(&server, &image, serde_json::json!({}));
    // Given up before the file system is completed, and while what is around it is made.
    for answers in [&[false][..], &[true, false]] {
        let error = run(&host, &info, disk.path(), answers).await.unwrap_err();
        assert!(error.details.contains("given this agent up"), "{error}");
        assert_no_table(disk.path());
    }
    run(&host, &info, disk.path(), &[true, true]).await.unwrap();
    let device = Device::open_read(disk.path()).unwrap();
    assert_eq!(partitions::read(&device).unwrap().partitions.len(), 4);
}

#[tokio::test]
async fn a_download_ends_when_the_conductor_gives_up() {
    let image = image();
    // The connection breaks, and the agent would wait an hour before it asks again.
    let server = FaultyServer::start(image.clone(), vec![Fault::BreakAfter(6_000_000)]).await;
    let disk = old_disk(32 * MIB);
    let host = Host::guest(vec![disk.path().to_owned()], false);
    let mandate = Arc::new(Mandate::patient(Duration::ZERO));
    mandate.begin();
    let (fetcher, board) = (fetcher(&["127.0.0.0/8"]), Arc::default());
    let deployment = Deployment {
        host: &host,
        fetcher: &fetcher,
        patience: Patience {
            retries: 1,
            interval: Duration::from_secs(3600),
            max_duration: Duration::ZERO,
        },
        md5_allowed: true,
        board: &board,
        mandate: &mandate,
    };
    let info = info(&server, &image);
    let work = mandate.during(deployment.run(&info, disk.path(), None));
    let conductor = async {
        while server.ranges().is_empty() {
            tokio::task::yield_now().await;
        }
        mandate.refused(GIVEN_UP);
    };
    let (done, ()) = tokio::join!(work, conductor);
    assert!(done.unwrap_err().details.contains("given this agent up"));
    assert_no_table(disk.path());
}
