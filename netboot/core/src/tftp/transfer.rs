//! The state of one read transfer: which blocks to send after which packet or silence. It holds no content and no timers.

use std::ops::RangeInclusive;
use std::time::Duration;

use super::packet::{ACK, DATA, ERROR, OPTIONS_ACK, Request};

/// What the server grants at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The largest block; 1468 fits an Ethernet frame without fragments.
    pub block_size: u16,
    /// The largest window.
    pub window: u16,
    /// The longest pause before a retransmission that a client may ask for.
    pub timeout: Duration,
    /// How many times in a row the same blocks are sent.
    pub attempts: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            block_size: 1468,
            window: 16,
            timeout: Duration::from_secs(5),
            attempts: 6,
        }
    }
}

/// What to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Send these bytes (the granted options).
    Send(Vec<u8>),
    /// Send these blocks, counted from 1.
    Blocks(RangeInclusive<u64>),
    /// Go on waiting.
    Wait,
    /// All was received.
    Done,
    /// The client gave up, or was silent too often.
    Aborted,
}

/// One transfer.
#[derive(Debug, Clone)]
pub struct Transfer {
    length: u64,
    block_size: u64,
    window: u64,
    timeout: Duration,
    granted: Option<Vec<u8>>,
    /// Blocks known to have arrived.
    acknowledged: u64,
    /// The first packet of the client after the granted options is still awaited.
    options_pending: bool,
    attempts: u32,
    max_attempts: u32,
    /// The window was sent again for a repeated acknowledgement; a second one is not believed before the next silence.
    repeated: bool,
}

const DEFAULT_BLOCK: u16 = 512;
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(1);

impl Transfer {
    /// A transfer of `length` bytes as the client asked for, within the limits.
    pub fn new(request: &Request, length: u64, limits: Limits) -> Self {
        let block_size = request.block_size.map(|size| size.min(limits.block_size));
        let window = request.window.map(|size| size.min(limits.window));
        let timeout = request
            .timeout
            .filter(|s| Duration::from_secs(u64::from(*s)) <= limits.timeout);
        let granted = options(&[
            ("blksize", block_size.map(u64::from)),
            ("tsize", request.size.then_some(length)),
            ("timeout", timeout.map(u64::from)),
            ("windowsize", window.map(u64::from)),
        ]);
        Self {
            length,
            block_size: u64::from(block_size.unwrap_or(DEFAULT_BLOCK)),
            window: u64::from(window.unwrap_or(1)),
            timeout: timeout.map_or(DEFAULT_TIMEOUT, |s| Duration::from_secs(u64::from(s))),
            options_pending: granted.is_some(),
            granted,
            acknowledged: 0,
            attempts: 0,
            max_attempts: limits.attempts,
            repeated: false,
        }
    }

    /// The first thing to send.
    pub fn start(&mut self) -> Step {
        self.attempts = 1;
        match &self.granted {
            Some(bytes) => Step::Send(bytes.clone()),
            None => self.blocks(),
        }
    }

    /// After a packet of the client.
    pub fn on_packet(&mut self, bytes: &[u8]) -> Step {
        let [op_high, op_low, rest @ ..] = bytes else {
            return Step::Wait;
        };
        match (u16::from_be_bytes([*op_high, *op_low]), rest) {
            (ERROR, _) => Step::Aborted,
            (ACK, [high, low, ..]) => self.on_ack(u16::from_be_bytes([*high, *low])),
            _ => Step::Wait,
        }
    }

    /// After [`Transfer::timeout`] without a packet that mattered.
    pub fn on_silence(&mut self) -> Step {
        if self.attempts >= self.max_attempts {
            return Step::Aborted;
        }
        self.attempts += 1;
        self.repeated = false;
        match (&self.granted, self.options_pending) {
            (Some(bytes), true) => Step::Send(bytes.clone()),
            _ => self.blocks(),
        }
    }

    /// How long to wait for the client.
    pub fn timeout(&self) -> Duration {
        self.timeout
    }

    /// True once the client has answered anything that was sent.
    pub fn has_begun(&self) -> bool {
        self.acknowledged > 0 || (self.granted.is_some() && !self.options_pending)
    }

    /// The header of a block's packet; block numbers wrap to 0 behind 65535.
    pub fn block_header(block: u64) -> [u8; 4] {
        let [high, low] = wire(block).to_be_bytes();
        [0, DATA.to_be_bytes()[1], high, low]
    }

    /// Where a block's content is: offset and length.
    pub fn block_span(&self, block: u64) -> (u64, usize) {
        let offset = block
            .saturating_sub(1)
            .saturating_mul(self.block_size)
            .min(self.length);
        let length = (self.length - offset).min(self.block_size);
        (offset, usize::try_from(length).unwrap_or(0))
    }

    /// A short block ends a transfer, so there is an empty one behind content that fills its blocks.
    fn last_block(&self) -> u64 {
        self.length / self.block_size + 1
    }

    fn blocks(&self) -> Step {
        let first = self.acknowledged + 1;
        Step::Blocks(first..=(self.acknowledged + self.window).min(self.last_block()))
    }

    fn on_ack(&mut self, number: u16) -> Step {
        if self.options_pending {
            if number != 0 {
                return Step::Wait;
            }
            self.options_pending = false;
            self.attempts = 1;
            return self.blocks();
        }
        let newly = u64::from(number.wrapping_sub(wire(self.acknowledged)));
        let sent = self.window.min(self.last_block() - self.acknowledged);
        if newly == 0 {
            return self.on_repeated_ack();
        }
        if newly > sent {
            return Step::Wait;
        }
        self.acknowledged += newly;
        self.attempts = 1;
        self.repeated = false;
        if self.acknowledged == self.last_block() {
            Step::Done
        } else {
            self.blocks()
        }
    }

    /// With windows a repeated acknowledgement says that the first block was lost. Without, answering it would double every packet
    /// from there on (the sorcerer's apprentice), so only silence counts.
    fn on_repeated_ack(&mut self) -> Step {
        if self.window == 1 || self.repeated || self.acknowledged == 0 {
            return Step::Wait;
        }
        self.repeated = true;
        self.blocks()
    }
}

/// The number that stands for a block on the wire.
fn wire(block: u64) -> u16 {
    // Masked, so nothing is lost.
    (block & 0xffff) as u16
}

fn options(values: &[(&str, Option<u64>)]) -> Option<Vec<u8>> {
    let mut bytes = OPTIONS_ACK.to_be_bytes().to_vec();
    for (name, value) in values
        .iter()
        .filter_map(|(name, value)| value.map(|v| (name, v)))
    {
        bytes.extend(name.as_bytes());
        bytes.push(0);
        bytes.extend(value.to_string().as_bytes());
        bytes.push(0);
    }
    if bytes.len() > 2 { Some(bytes) } else { None }
}
