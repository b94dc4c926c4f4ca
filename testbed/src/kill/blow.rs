//! The blows: what happens at a moment, for how long, and what a failure after it has to say.

use std::fmt;

/// How long something lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lasting {
    /// So many seconds.
    Seconds(u64),
    /// Until the node has come to rest.
    ForGood,
}

/// What happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blow {
    /// The machine is reset.
    Reset,
    /// The machine loses its power.
    PowerLoss,
    /// The machine stands still until its deployment has failed, and goes on then.
    Freeze {
        /// Whether its BMC answers meanwhile: else nobody can power it off before it goes on.
        bmc_answers: bool,
    },
    /// The agent and the engine do not reach each other; image servers and BMC are there.
    CutOff(Lasting),
    /// The daemon is killed and started again after so many seconds.
    KillDaemon {
        /// So many.
        back: u64,
    },
    /// The image server is killed.
    KillImages(Lasting),
    /// The image server's answers end early, so many of them, after this part of the file.
    BreakOff {
        /// How many.
        answers: u32,
        /// Percent of the file that each of them gives.
        percent: u8,
    },
    /// The image server is killed and has another file of this name when it is back.
    OtherContent {
        /// Whether the other file is larger, or as large.
        larger: bool,
    },
    /// The image server answers 503.
    Unavailable(Lasting),
    /// The machine's network port is down.
    LinkDown(Lasting),
    /// No packet reaches the machine, and none of its packets reaches anybody.
    Silence(Lasting),
    /// The engine does not reach the BMC.
    BmcGone(Lasting),
}

/// How long an image server is away before it is back with another file.
const AWAY: u64 = 2;

impl Blow {
    /// How long it lasts; what is over at once is lifted at once.
    pub fn lasting(self) -> Lasting {
        match self {
            Self::Reset | Self::PowerLoss | Self::BreakOff { .. } => Lasting::Seconds(0),
            Self::Freeze { .. } => Lasting::ForGood,
            Self::KillDaemon { back } => Lasting::Seconds(back),
            Self::OtherContent { .. } => Lasting::Seconds(AWAY),
            Self::CutOff(lasting)
            | Self::KillImages(lasting)
            | Self::Unavailable(lasting)
            | Self::LinkDown(lasting)
            | Self::Silence(lasting)
            | Self::BmcGone(lasting) => lasting,
        }
    }

    /// Whether the deployment has to become active in spite of it.
    pub fn must_be_survived(self) -> bool {
        matches!(self, Self::KillDaemon { .. })
    }

    /// Whether the engine can power the machine off when the deployment fails.
    pub fn leaves_bmc(self) -> bool {
        !matches!(
            self,
            Self::Freeze { bmc_answers: false } | Self::BmcGone(Lasting::ForGood)
        )
    }

    /// Whether an agent may live on that its engine has given up.
    pub fn may_leave_an_agent(self) -> bool {
        !self.leaves_bmc()
    }

    /// Words of which a failure's message must have one: what does not answer, or what is wrong. In small letters.
    pub fn words(self, image_host: &str) -> Vec<String> {
        let own: &[&str] = match self {
            Self::Reset | Self::PowerLoss | Self::Freeze { bmc_answers: true } => &["agent"],
            Self::Freeze { bmc_answers: false } => &["agent", "bmc"],
            Self::CutOff(_) | Self::LinkDown(_) | Self::Silence(_) => &["agent"],
            Self::KillDaemon { .. } => &[],
            Self::OtherContent { .. } => &["checksum"],
            Self::KillImages(_) | Self::BreakOff { .. } | Self::Unavailable(_) => &[],
            Self::BmcGone(_) => &["bmc", "redfish"],
        };
        let mut words: Vec<String> = own.iter().map(|word| (*word).to_owned()).collect();
        // Whoever fetches the image may be the first to see that the network is gone.
        words.push(image_host.to_owned());
        words
    }
}

impl fmt::Display for Lasting {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Seconds(seconds) => write!(out, "for {seconds} s"),
            Self::ForGood => out.write_str("for good"),
        }
    }
}

impl fmt::Display for Blow {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reset => out.write_str("machine reset"),
            Self::PowerLoss => out.write_str("machine without power"),
            Self::Freeze { bmc_answers: true } => out.write_str("machine frozen past its deadline"),
            Self::Freeze { bmc_answers: false } => {
                out.write_str("machine frozen past its deadline, BMC away, then thawed")
            }
            Self::CutOff(lasting) => write!(out, "agent cut off from the engine {lasting}"),
            Self::KillDaemon { back } => write!(out, "daemon killed, back after {back} s"),
            Self::KillImages(lasting) => write!(out, "image server killed {lasting}"),
            Self::BreakOff { answers, percent } => write!(
                out,
                "image server breaks off {answers} answers after {percent} %"
            ),
            Self::OtherContent { larger: true } => {
                out.write_str("image server back with a larger file")
            }
            Self::OtherContent { larger: false } => {
                out.write_str("image server back with another file of the same size")
            }
            Self::Unavailable(lasting) => write!(out, "image server answers 503 {lasting}"),
            Self::LinkDown(lasting) => write!(out, "machine's link down {lasting}"),
            Self::Silence(lasting) => write!(out, "no packets {lasting}"),
            Self::BmcGone(lasting) => write!(out, "BMC away {lasting}"),
        }
    }
}
