//! Moments of a deployment, and how each is known from outside: by the machine's serial port, its power, and what the image server has sent.

use std::fmt;

use super::plan::Deploy;

/// A moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// The machine is powered on.
    PowerOn,
    /// Its firmware boots from the network.
    Network,
    /// The agent's kernel runs.
    Ramdisk,
    /// The agent is known to the engine.
    Heartbeat,
    /// The image is asked for.
    ImageStart,
    /// So many percent of it were sent.
    Writing(u8),
    /// All of it was sent; its checksum is compared next.
    Digest,
    /// The partition table was written; the config drive is next.
    Table,
    /// The boot entry is made.
    BootEntry,
    /// The machine powers itself off.
    PowerOff,
    /// The deployed system boots.
    FirstBoot,
}

/// What can be seen from outside.
pub struct Seen<'a> {
    /// Whether the machine is on.
    pub on: bool,
    /// What its serial port said since the order.
    pub serial: &'a str,
    /// How often the image server was asked since the order.
    pub requests: u64,
    /// What it has sent since then, and the bytes of the image.
    pub sent: (u64, u64),
}

const DIRECT: [Moment; 14] = [
    Moment::PowerOn,
    Moment::Network,
    Moment::Ramdisk,
    Moment::Heartbeat,
    Moment::ImageStart,
    Moment::Writing(10),
    Moment::Writing(35),
    Moment::Writing(60),
    Moment::Writing(90),
    Moment::Digest,
    Moment::Table,
    Moment::BootEntry,
    Moment::PowerOff,
    Moment::FirstBoot,
];
const RAMDISK: [Moment; 5] = [
    Moment::PowerOn,
    Moment::Network,
    Moment::ImageStart,
    Moment::Writing(50),
    Moment::FirstBoot,
];
/// Around a root file system the table comes last, right before the boot entry.
const PARTITION: [Moment; 12] = [
    Moment::PowerOn,
    Moment::Network,
    Moment::Ramdisk,
    Moment::Heartbeat,
    Moment::ImageStart,
    Moment::Writing(10),
    Moment::Writing(50),
    Moment::Writing(90),
    Moment::Digest,
    Moment::BootEntry,
    Moment::PowerOff,
    Moment::FirstBoot,
];

impl Moment {
    /// Those that such a deployment has, in their order.
    pub fn of(deploy: Deploy) -> &'static [Self] {
        match deploy {
            Deploy::Direct => &DIRECT,
            Deploy::Partition => &PARTITION,
            Deploy::Ramdisk => &RAMDISK,
        }
    }

    /// Whether it has come.
    pub fn has_come(self, seen: &Seen<'_>) -> bool {
        let said = |words: &str| seen.serial.contains(words);
        let (sent, size) = seen.sent;
        match self {
            Self::PowerOn => seen.on,
            Self::Network => said("Start PXE") || said("iPXE"),
            Self::Ramdisk => said("Linux version"),
            Self::Heartbeat => said("first heartbeat accepted"),
            Self::ImageStart => seen.requests > 0,
            Self::Writing(percent) => sent * 100 >= size * u64::from(percent),
            Self::Digest => sent >= size,
            Self::Table => said("moved to the end of the disk"),
            Self::BootEntry => said("install_bootloader started"),
            Self::PowerOff => said("standby.power_off started"),
            Self::FirstBoot => said("target: started"),
        }
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PowerOn => out.write_str("power-on"),
            Self::Network => out.write_str("DHCP and iPXE"),
            Self::Ramdisk => out.write_str("ramdisk booting"),
            Self::Heartbeat => out.write_str("first heartbeat"),
            Self::ImageStart => out.write_str("image asked for"),
            Self::Writing(percent) => write!(out, "image at {percent} %"),
            Self::Digest => out.write_str("end of the image"),
            Self::Table => out.write_str("partition table"),
            Self::BootEntry => out.write_str("boot entry"),
            Self::PowerOff => out.write_str("power-off"),
            Self::FirstBoot => out.write_str("first boot"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_come_in_their_order() {
        let seen = |serial, sent| Seen {
            on: true,
            serial,
            requests: u64::from(sent > 0),
            sent: (sent, 100),
        };
        let come = |seen: &Seen<'_>| DIRECT.iter().filter(|it| it.has_come(seen)).count();
        assert_eq!(come(&seen("", 0)), 1);
        assert_eq!(come(&seen(">>Start PXE over IPv4.", 0)), 2);
        let agent = "iPXE\nLinux version 6\nfirst heartbeat accepted\n";
        assert_eq!(come(&seen(agent, 0)), 4);
        assert_eq!(come(&seen(agent, 40)), 7);
        assert_eq!(come(&seen(agent, 100)), 10);
    }
}
