//! Any JSON as root device hints, judged against disks with odd values.
#![no_main]

use libfuzzer_sys::fuzz_target;
use model::root_device::{Choice, DiskFacts, MINIMUM_WITHOUT_HINTS, RootDeviceHints};

fn disks(text: &str) -> Vec<DiskFacts> {
    let odd = Some(text.chars().take(40).collect::<String>());
    let list: Vec<String> = odd.iter().cloned().collect();
    vec![
        DiskFacts {
            name: "/dev/sda".to_owned(),
            size_bytes: u64::MAX,
            ..DiskFacts::default()
        },
        DiskFacts {
            name: "/dev/sdb".to_owned(),
            size_bytes: MINIMUM_WITHOUT_HINTS,
            rotational: true,
            model: odd.clone(),
            vendor: odd.clone(),
            serial: list.clone(),
            wwn: list,
            hctl: odd.clone(),
            by_path: odd.clone(),
            tran: odd,
            ..DiskFacts::default()
        },
        DiskFacts::default(),
    ]
}

fuzz_target!(|bytes: &[u8]| {
    let Ok(value) = serde_json::from_slice(bytes) else {
        return;
    };
    let Ok(hints) = RootDeviceHints::parse(&value) else {
        return;
    };
    let _ = hints.to_string();
    let disks = disks(&String::from_utf8_lossy(bytes));
    match hints.choose(&disks) {
        Choice::Disk(index) => assert!(hints.mismatch(&disks[index]).is_none()),
        // Without hints the second disk would do, so each reason names a hint.
        Choice::Refused(reasons) => {
            assert!(!hints.is_empty());
            assert_eq!(reasons.len(), disks.len());
        }
    }
});
