//! The hidden truth of a machine: what really happened to it, whatever its BMC and its agent say. Tests compare it with what the engine
//! believes; nothing here reaches the engine.

/// Everything about one machine that a test may want to know. Counters count from the fleet's start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Truth {
    /// Whether it has power.
    pub power: Power,
    /// Where an accepted power order is leading to.
    pub turning: Option<Power>,
    /// What executes on its processors.
    pub runs: Runs,
    /// The firmware's boot override.
    pub boot: BootOverride,
    /// What its disk holds.
    pub disk: DiskContent,
    /// The config drive on its disk.
    pub config_drive: Option<ReceivedConfigDrive>,
    /// The host name that the running deployed system has from its config drive; empty text when it was given none.
    pub phoned_home: Option<String>,
    /// The number of this stretch of power or run; whatever belongs to an older one is dead.
    pub life: u64,
    /// Power-ons that took effect.
    pub power_ons: u32,
    /// Power-offs that took effect.
    pub power_offs: u32,
    /// Times that the firmware started.
    pub boots: u32,
    /// Times that an agent came up and had a token.
    pub agent_boots: u32,
    /// Times that a deployed system started.
    pub deployed_boots: u32,
    /// Times that the disk's metadata was erased to the end.
    pub erases: u32,
    /// Image writes that began.
    pub writes_begun: u32,
    /// Image writes that ended well.
    pub writes_done: u32,
    /// Image writes that began although the disk still held a finished image.
    pub writes_over_image: u32,
    /// Times that an agent died with a step running.
    pub deaths_in_step: u32,
    /// Inventories that were accepted.
    pub inspections: u32,
    /// Non-maskable interrupts that arrived.
    pub nmis: u32,
    /// Why the last boot or lookup did not succeed, in words; gone with the next success.
    pub trouble: Option<String>,
}

/// Power.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Power {
    /// Without.
    #[default]
    Off,
    /// With.
    On,
}

/// What executes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Runs {
    /// Nothing: it is off, or nothing could be booted, or what ran has died.
    #[default]
    Nothing,
    /// The firmware or the boot loader.
    Firmware,
    /// A ramdisk whose agent has no token (yet).
    Ramdisk,
    /// The agent.
    Agent,
    /// What was deployed.
    DeployedSystem,
}

/// The content of the disk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum DiskContent {
    /// Nothing that boots.
    #[default]
    Blank,
    /// A write that has not ended, and may never.
    HalfWritten,
    /// A finished image.
    Image(WrittenImage),
}

/// An image as it was ordered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenImage {
    /// The `id` of `image_info`.
    pub id: String,
    /// The first of its URLs.
    pub url: String,
    /// The digest it was to be checked with.
    pub digest: String,
    /// Bytes that it counts as.
    pub bytes: u64,
    /// Whether it is a root file system alone, around which the agent made the partitions.
    pub partition: bool,
}

/// What was found inside a config drive.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReceivedConfigDrive {
    /// `meta_data.json`: `hostname`, else `local-hostname`, else `name`.
    pub hostname: Option<String>,
    /// `meta_data.json`: `uuid`.
    pub uuid: Option<String>,
    /// Bytes of `user_data`.
    pub user_data_bytes: usize,
    /// Bytes of the ISO image.
    pub bytes: usize,
}

/// The boot override as the BMC shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BootOverride {
    /// What to boot.
    pub target: BootTarget,
    /// For how long.
    pub enabled: OverrideEnabled,
    /// How.
    pub mode: BootMode,
}

impl Default for BootOverride {
    fn default() -> Self {
        Self {
            target: BootTarget::None,
            enabled: OverrideEnabled::Disabled,
            mode: BootMode::Uefi,
        }
    }
}

/// A list of words that stand for values, both ways.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$word_doc:meta])* $value:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $($(#[$word_doc])* $value,)* }

        impl $name {
            /// All of Redfish's words for it that these BMCs know.
            pub const WORDS: &[&str] = &[$($word),*];

            /// Redfish's word.
            pub fn word(self) -> &'static str {
                match self { $(Self::$value => $word,)* }
            }

            /// The value of a word.
            pub fn of(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$value),)* _ => None }
            }
        }
    };
}
pub(super) use words;

words! {
    /// What the firmware boots (`BootSourceOverrideTarget`).
    BootTarget {
        /// As the persistent order says.
        None = "None",
        /// The network.
        Pxe = "Pxe",
        /// The disk.
        Hdd = "Hdd",
        /// The CD drive, which is empty.
        Cd = "Cd",
    }
}

words! {
    /// For how long the override holds (`BootSourceOverrideEnabled`).
    OverrideEnabled {
        /// Not at all.
        Disabled = "Disabled",
        /// For the next boot.
        Once = "Once",
        /// Until it is changed.
        Continuous = "Continuous",
    }
}

words! {
    /// The firmware's mode (`BootSourceOverrideMode`).
    BootMode {
        /// UEFI.
        Uefi = "UEFI",
        /// BIOS.
        Legacy = "Legacy",
    }
}

impl Truth {
    /// The finished image on the disk.
    pub fn image(&self) -> Option<&WrittenImage> {
        match &self.disk {
            DiskContent::Image(image) => Some(image),
            DiskContent::Blank | DiskContent::HalfWritten => None,
        }
    }
}
