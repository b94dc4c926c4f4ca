//! Requests of real firmware, odd ones, and transfers over a network that loses and repeats packets.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use proptest::prelude::*;

use super::*;

fn rrq(fields: &[&str]) -> Vec<u8> {
    let mut bytes = vec![0, 1];
    for field in fields {
        bytes.extend(field.as_bytes());
        bytes.push(0);
    }
    bytes
}

fn ack(number: u16) -> Vec<u8> {
    [[0, 4], number.to_be_bytes()].concat()
}

#[test]
fn requests_are_read() {
    let request = parse_request(&rrq(&[
        "/snponly.efi",
        "OCTET",
        "tsize",
        "0",
        "BLKSIZE",
        "1468",
        "windowsize",
        "4",
    ]))
    .unwrap();
    assert_eq!(request.file, "snponly.efi");
    assert_eq!(
        (
            request.block_size,
            request.size,
            request.window,
            request.timeout
        ),
        (Some(1468), true, Some(4), None)
    );
    let odd = parse_request(&rrq(&[
        "a",
        "octet",
        "blksize",
        "7",
        "timeout",
        "0",
        "windowsize",
        "x",
        "unknown",
        "1",
        "tail",
    ]))
    .unwrap();
    assert_eq!(
        (odd.block_size, odd.timeout, odd.window),
        (None, None, None)
    );
}

#[test]
fn what_is_not_served_is_refused() {
    assert_eq!(
        parse_request(&rrq(&["a", "netascii"])),
        Err(RequestError::Mode)
    );
    assert_eq!(parse_request(&[0, 2, b'a', 0]), Err(RequestError::Write));
    for bytes in [
        &[][..],
        &[0, 1],
        &[0, 1, 0, 0],
        &[0, 1, b'a'],
        &[0, 3, 0, 1],
        &[0, 1, 0xff, 0, b'o', 0],
        &[1; 600],
    ] {
        assert_eq!(
            parse_request(bytes),
            Err(RequestError::Malformed),
            "{bytes:?}"
        );
    }
}

#[test]
fn options_are_granted_within_the_limits() {
    let request = parse_request(&rrq(&[
        "a",
        "octet",
        "tsize",
        "0",
        "blksize",
        "65464",
        "windowsize",
        "9999",
        "timeout",
        "200",
    ]))
    .unwrap();
    let mut transfer = Transfer::new(&request, 5000, Limits::default());
    assert_eq!(
        transfer.start(),
        Step::Send(b"\x00\x06blksize\x001468\x00tsize\x005000\x00windowsize\x0016\x00".to_vec())
    );
    assert_eq!(transfer.timeout(), Duration::from_secs(1));
    assert!(!transfer.has_begun());
    assert_eq!(transfer.on_packet(&ack(0)), Step::Blocks(1..=4));
    assert!(transfer.has_begun());
    assert_eq!(transfer.block_span(4), (4404, 596));
    assert_eq!(
        transfer.on_packet(&ack(2)),
        Step::Blocks(3..=4),
        "blocks behind a gap are sent again"
    );
    assert_eq!(
        transfer.on_packet(&ack(2)),
        Step::Blocks(3..=4),
        "the first of the window was lost"
    );
    assert_eq!(
        transfer.on_packet(&ack(2)),
        Step::Wait,
        "but this is believed once"
    );
    assert_eq!(transfer.on_packet(&ack(4)), Step::Done);
}

#[test]
fn a_plain_transfer_goes_block_by_block_and_ends_with_a_short_one() {
    let request = parse_request(&rrq(&["a", "octet"])).unwrap();
    let mut transfer = Transfer::new(&request, 1024, Limits::default());
    assert_eq!(transfer.start(), Step::Blocks(1..=1));
    assert_eq!(transfer.on_packet(&ack(1)), Step::Blocks(2..=2));
    assert_eq!(
        transfer.on_packet(&ack(1)),
        Step::Wait,
        "no sorcerer's apprentice"
    );
    assert_eq!(transfer.on_packet(&ack(9)), Step::Wait);
    assert_eq!(transfer.on_packet(&ack(2)), Step::Blocks(3..=3));
    assert_eq!(transfer.block_span(3), (1024, 0));
    assert_eq!(transfer.on_packet(&ack(3)), Step::Done);
}

#[test]
fn an_error_or_silence_ends_it() {
    let request = parse_request(&rrq(&["a", "octet", "tsize", "0"])).unwrap();
    let mut transfer = Transfer::new(&request, 10, Limits::default());
    transfer.start();
    assert_eq!(
        transfer.clone().on_packet(&[0, 5, 0, 8, 0]),
        Step::Aborted,
        "firmware that only asked for the size"
    );
    for _ in 1..Limits::default().attempts {
        assert!(matches!(transfer.on_silence(), Step::Send(_)));
    }
    assert_eq!(transfer.on_silence(), Step::Aborted);
}

#[test]
fn block_numbers_wrap() {
    assert_eq!(Transfer::block_header(65_535), [0, 3, 0xff, 0xff]);
    assert_eq!(Transfer::block_header(65_536), [0, 3, 0, 0]);
    let request = parse_request(&rrq(&["a", "octet", "blksize", "8"])).unwrap();
    let mut transfer = Transfer::new(&request, 8 * 70_000, Limits::default());
    transfer.start();
    let mut step = transfer.on_packet(&ack(0));
    for block in 1..=70_000_u64 {
        assert_eq!(step, Step::Blocks(block..=block));
        step = transfer.on_packet(&ack((block & 0xffff) as u16));
    }
    assert_eq!(
        transfer.on_packet(&ack((70_001 & 0xffff) as u16)),
        Step::Done
    );
}

/// A receiver as RFC 7440 describes it: takes blocks in order, acknowledges the last one in order.
fn run(length: u64, window: Option<u16>, losses: &[bool]) -> (Vec<u64>, Step) {
    let mut request = parse_request(&rrq(&["a", "octet", "blksize", "8"])).unwrap();
    request.window = window;
    let mut transfer = Transfer::new(
        &request,
        length,
        Limits {
            attempts: 100,
            ..Limits::default()
        },
    );
    let (mut received, mut lost) = (
        Vec::new(),
        losses.iter().copied().chain(std::iter::repeat(false)),
    );
    let mut step = transfer.start();
    for _ in 0..10_000 {
        let expected = received.len() as u64 + 1;
        let answer = match &step {
            Step::Send(_) => (!lost.next().unwrap()).then(|| ack(0)),
            Step::Blocks(range) => {
                let mut next = expected;
                for block in range.clone() {
                    if !lost.next().unwrap() && block == next {
                        received.push(block);
                        next += 1;
                    }
                }
                (!lost.next().unwrap()).then(|| ack(((next - 1) & 0xffff) as u16))
            }
            Step::Wait => None,
            Step::Done | Step::Aborted => break,
        };
        step = match answer {
            Some(bytes) => transfer.on_packet(&bytes),
            None => transfer.on_silence(),
        };
    }
    (received, step)
}

proptest! {
    #[test]
    fn every_block_arrives_once_in_order(length in 0_u64..2000, window in proptest::option::of(1_u16..20), losses in proptest::collection::vec(any::<bool>(), 0..60)) {
        let (received, last) = run(length, window, &losses);
        prop_assert_eq!(last, Step::Done);
        prop_assert_eq!(received, (1..=length / 8 + 1).collect::<Vec<_>>());
    }

    #[test]
    fn no_bytes_make_it_panic(first in proptest::collection::vec(any::<u8>(), 0..600), then in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..8), 0..20)) {
        let _ = parse_request(&first);
        let request = parse_request(&rrq(&["a", "octet", "blksize", "8", "windowsize", "3"])).unwrap();
        let mut transfer = Transfer::new(&request, 100, Limits::default());
        transfer.start();
        for packet in then {
            transfer.on_packet(&packet);
        }
    }
}
