//! LLDP: listens for one frame per interface, within a time, and keeps its TLVs raw (IEEE 802.1AB).

use std::time::{Duration, Instant};

use crate::log::{info, warning};
use crate::sys::packet::PacketSocket;

const ETH_LLDP: u16 = 0x88cc;
const NEAREST_BRIDGE: [u8; 6] = [0x01, 0x80, 0xc2, 0x00, 0x00, 0x0e];
const MAX_TLVS: usize = 128;

/// A TLV: type and value in hex.
pub type Tlv = (u8, String);

/// Listens on several interfaces at once; one entry for each that heard something.
pub fn capture(interfaces: &[String], timeout: Duration) -> Vec<(String, Vec<Tlv>)> {
    let deadline = Instant::now() + timeout;
    std::thread::scope(|scope| {
        let threads: Vec<_> = interfaces
            .iter()
            .map(|name| scope.spawn(move || (name.clone(), listen(name, deadline))))
            .collect();
        threads
            .into_iter()
            .filter_map(|thread| thread.join().ok())
            .filter_map(|(name, tlvs)| Some((name, tlvs?)))
            .collect()
    })
}

fn listen(name: &str, deadline: Instant) -> Option<Vec<Tlv>> {
    let socket =
        PacketSocket::open(name, ETH_LLDP).and_then(|s| s.join(NEAREST_BRIDGE).map(|()| s));
    let socket = match socket {
        Ok(socket) => socket,
        Err(error) => {
            warning!("LLDP on {name}: {error}");
            return None;
        }
    };
    let mut buffer = [0u8; 2048];
    while let Some(left) = deadline
        .checked_duration_since(Instant::now())
        .filter(|l| !l.is_zero())
    {
        if let Ok(Some(length)) = socket.receive(&mut buffer, left) {
            let tlvs = parse(&buffer[..length]);
            if !tlvs.is_empty() {
                info!("LLDP on {name}: {} TLVs", tlvs.len());
                return Some(tlvs);
            }
        }
    }
    None
}

/// Splits a frame's payload: seven bits of type, nine bits of length, value; type 0 ends it.
pub fn parse(mut frame: &[u8]) -> Vec<Tlv> {
    let mut tlvs = Vec::new();
    while let Some((head, rest)) = frame.split_first_chunk::<2>() {
        let head = u16::from_be_bytes(*head);
        let (kind, length) = (head >> 9, usize::from(head & 0x1ff));
        let Some(value) = rest.get(..length) else {
            break;
        };
        if tlvs.len() >= MAX_TLVS {
            break;
        }
        let hex = value
            .iter()
            .fold(String::new(), |text, b| text + &format!("{b:02x}"));
        tlvs.push((u8::try_from(kind).unwrap_or(127), hex));
        if kind == 0 {
            break;
        }
        frame = &rest[length..];
    }
    tlvs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_split() {
        let tlvs = parse(&[2, 3, 4, 0xab, 0xcd, 6, 2, 0, 120, 0, 0, 9, 9]);
        assert_eq!(
            tlvs,
            [
                (1, "04abcd".to_owned()),
                (3, "0078".to_owned()),
                (0, String::new())
            ]
        );
        assert!(parse(&[2, 200, 1]).is_empty());
    }

    proptest::proptest! {
        #[test]
        fn no_frame_panics(frame: Vec<u8>) {
            let _ = parse(&frame);
        }
    }
}
