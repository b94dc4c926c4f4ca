//! Random pauses, so that a thousand machines that booted together do not call together.

use std::time::Duration;

/// A number in `[0, 1)`. Not for secrets.
pub fn unit() -> f64 {
    let bytes = uuid::Uuid::new_v4().into_bytes();
    f64::from(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])) / 4_294_967_296.0
}

/// A pause between two multiples of a base.
pub fn between(base: Duration, low: f64, high: f64) -> Duration {
    base.mul_f64(low + (high - low) * unit())
}
