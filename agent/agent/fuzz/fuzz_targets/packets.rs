//! Any bytes as what comes off a wire: LLDP frames, DHCP replies (bare, and as options of a reply that is otherwise right), DNS
//! answers; and the pages by which disks tell who they are.
#![no_main]

use hammerscale_agent::fuzzing;
use libfuzzer_sys::fuzz_target;

const XID: u32 = 7;
const MAC: [u8; 6] = [0x52, 0x54, 0, 0, 0, 1];

fn reply(options: &[u8]) -> Vec<u8> {
    let mut message = vec![0; 240];
    message[0] = 2;
    message[4..8].copy_from_slice(&XID.to_be_bytes());
    message[28..34].copy_from_slice(&MAC);
    message[236..240].copy_from_slice(&[99, 130, 83, 99]);
    message.extend(options);
    message
}

fn lease(message: &[u8]) {
    let Some(lease) = fuzzing::lease(message, XID, MAC) else {
        return;
    };
    assert!(lease.routes.len() <= 64 && lease.dns.len() <= 4);
    for (network, mask, _) in &lease.routes {
        assert_eq!(u32::from(*network) & !u32::from(*mask), 0);
    }
    for name in [&lease.domain, &lease.hostname].into_iter().flatten() {
        assert!(name.len() <= 253 && !name.contains(|c: char| c.is_whitespace() || c.is_control()));
    }
    assert!(
        lease
            .renew_after
            .is_none_or(|wait| Some(wait) < lease.duration)
    );
}

fuzz_target!(|bytes: &[u8]| {
    let tlvs = fuzzing::lldp(bytes);
    assert!(
        tlvs.len() <= 128
            && tlvs
                .iter()
                .all(|(kind, hex)| *kind <= 127 && hex.len() <= 1022)
    );
    if let Some(message) = fuzzing::unwrap_reply(bytes) {
        lease(message);
    }
    lease(bytes);
    lease(&reply(bytes));
    for kind in [1, 28] {
        let found = fuzzing::parse_answer(bytes, 0, kind).unwrap_or_default();
        assert!(found.len() <= 64);
    }
    let _ = (fuzzing::naa(bytes), fuzzing::unit_serial(bytes));
});
