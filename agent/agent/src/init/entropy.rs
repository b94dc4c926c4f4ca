//! Gets the kernel's random generator going on machines without a hardware source (no RDRAND, no virtio-rng): there it may
//! stay unready for minutes in an idle ramdisk, and everything that needs a key or a transaction number would wait.
//! The seed is the jitter of memory and instruction timing, with the boot payload's nonce mixed in.

use std::time::{Duration, Instant};

use sha2::{Digest, Sha512};

use crate::log::{info, warning};
use crate::sys::random;

const PATIENCE: Duration = Duration::from_secs(2);
const POLL: Duration = Duration::from_millis(100);
const SAMPLES: usize = 16_384;
/// Fewer distinct timings than this, and the clock is too coarse to be a source.
const DISTINCT: usize = 32;

/// Returns when random numbers come without waiting, or when this machine has no source to offer.
pub fn ensure(nonce: &[u8]) {
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        if random::ready() {
            return;
        }
        std::thread::sleep(POLL);
    }
    let Some(seed) = seed(nonce) else {
        warning!(
            "no source of randomness: keys wait for the kernel's own; give the machine a virtio-rng device"
        );
        return;
    };
    match random::feed(seed) {
        Ok(()) => info!(
            "the random generator was seeded from timing jitter: the machine has no hardware source"
        ),
        Err(error) => warning!("the random generator cannot be seeded: {error}"),
    }
}

/// Hashes the timings of hashing over a buffer that does not fit the first-level cache.
fn seed(nonce: &[u8]) -> Option<[u8; 64]> {
    let mut pool = Sha512::new();
    pool.update(nonce);
    let mut memory = vec![0u8; 256 * 1024];
    let mut seen = std::collections::BTreeSet::new();
    let (mut last, mut at) = (Instant::now(), 0usize);
    for _ in 0..SAMPLES {
        for _ in 0..64 {
            at = (at * 5 + 64 + usize::from(memory[at])) % memory.len();
            memory[at] = memory[at].wrapping_add(1);
        }
        let now = Instant::now();
        let nanos = now.duration_since(last).as_nanos();
        last = now;
        seen.insert(nanos);
        pool.update(nanos.to_le_bytes());
    }
    pool.update(&memory);
    (seen.len() >= DISTINCT).then(|| pool.finalize().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_seeds_of_the_same_nonce_differ() {
        let (one, two) = (seed(b"n"), seed(b"n"));
        assert!(one.is_some() && one != two);
    }
}
