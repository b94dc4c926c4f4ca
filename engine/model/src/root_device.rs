//! Root device hints: which disk an image goes to. Pure matching over [`DiskFacts`]; it never looks at a machine.
//!
//! Hint names, operators and their defaults are those of Ironic (`instance_info.root_device`, else
//! `properties.root_device`). Where Ironic only says that no disk was found, [`Choice::Refused`] says for each disk which
//! hint it failed.

use std::fmt;

use serde_json::{Map, Value};

mod operator;

use operator::{Order, Test, flag, fold, number, operator_test};

const GIB: u64 = 1 << 30;
/// Without hints, disks smaller than this are never chosen (4 GiB, as in ironic-python-agent).
pub const MINIMUM_WITHOUT_HINTS: u64 = 4 * GIB;

/// What is known of one disk. Strings are as the kernel gives them, in any case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DiskFacts {
    /// Device node, `/dev/sda`.
    pub name: String,
    /// Bytes.
    pub size_bytes: u64,
    /// Whether it spins.
    pub rotational: bool,
    /// Model.
    pub model: Option<String>,
    /// Vendor.
    pub vendor: Option<String>,
    /// Serial numbers; any of them may match.
    pub serial: Vec<String>,
    /// World wide names; any of them may match.
    pub wwn: Vec<String>,
    /// World wide names with vendor extension.
    pub wwn_with_extension: Vec<String>,
    /// Vendor extensions alone.
    pub wwn_vendor_extension: Vec<String>,
    /// SCSI host:channel:target:lun.
    pub hctl: Option<String>,
    /// `/dev/disk/by-path/...`.
    pub by_path: Option<String>,
    /// Transport.
    pub tran: Option<String>,
    /// Name of the RAID volume.
    pub volume_name: Option<String>,
}

/// Why hints were not understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HintError {
    /// The hints are not an object.
    #[error("root device hints must be an object of hint names and values, not {0}")]
    NotAnObject(String),
    /// A name that no version of Ironic knows.
    #[error("unknown root device hint \"{0}\"; known: {known}", known = KNOWN.map(|k| k.0).join(", "))]
    Unknown(String),
    /// A value that does not fit its hint.
    #[error("root device hint {name} has the value {value}; {expected}")]
    BadValue {
        /// The hint.
        name: String,
        /// What was given.
        value: String,
        /// What is allowed.
        expected: &'static str,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    Gib,
    Flag,
}

const KNOWN: [(&str, Kind); 13] = [
    ("model", Kind::Text),
    ("vendor", Kind::Text),
    ("serial", Kind::Text),
    ("wwn", Kind::Text),
    ("wwn_with_extension", Kind::Text),
    ("wwn_vendor_extension", Kind::Text),
    ("name", Kind::Text),
    ("hctl", Kind::Text),
    ("by_path", Kind::Text),
    ("tran", Kind::Text),
    ("volume_name", Kind::Text),
    ("size", Kind::Gib),
    ("rotational", Kind::Flag),
];

#[derive(Clone, Debug, PartialEq)]
struct Hint {
    name: &'static str,
    wanted: String,
    test: Test,
}

/// Parsed hints. All must hold for a disk to match.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RootDeviceHints(Vec<Hint>);

/// The outcome of choosing a root disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// Index of the chosen disk in the list that was given.
    Disk(usize),
    /// No disk will do; one reason for each disk, in the order given: `(device node, reason)`.
    Refused(Vec<(String, String)>),
}

impl RootDeviceHints {
    /// Parses the value of a `root_device` property. Null and an empty object are no hints.
    ///
    /// # Errors
    /// Names the hint and what is allowed.
    pub fn parse(value: &Value) -> Result<Self, HintError> {
        match value {
            Value::Null => Ok(Self::default()),
            Value::Object(hints) => Self::from_object(hints),
            other => Err(HintError::NotAnObject(other.to_string())),
        }
    }

    fn from_object(hints: &Map<String, Value>) -> Result<Self, HintError> {
        hints
            .iter()
            .map(|(name, value)| parse_hint(name, value))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The first hint that a disk fails, in words; `None` when it meets all.
    pub fn mismatch(&self, disk: &DiskFacts) -> Option<String> {
        self.0.iter().find_map(|hint| hint.mismatch(disk))
    }

    /// Chooses among disks: with hints the first by name that meets all of them, without hints the smallest of at least
    /// [`MINIMUM_WITHOUT_HINTS`] bytes, ties by name.
    pub fn choose(&self, disks: &[DiskFacts]) -> Choice {
        let mut order: Vec<usize> = (0..disks.len()).collect();
        order.sort_by(|a, b| disks[*a].name.cmp(&disks[*b].name));
        if self.is_empty() {
            order.sort_by_key(|i| disks[*i].size_bytes);
        }
        match order
            .into_iter()
            .find(|i| self.objection(&disks[*i]).is_none())
        {
            Some(index) => Choice::Disk(index),
            None => Choice::Refused(
                disks
                    .iter()
                    .filter_map(|d| Some((d.name.clone(), self.objection(d)?)))
                    .collect(),
            ),
        }
    }

    fn objection(&self, disk: &DiskFacts) -> Option<String> {
        if self.is_empty() && disk.size_bytes < MINIMUM_WITHOUT_HINTS {
            return Some(format!(
                "has {} bytes, but without hints a root disk has at least {MINIMUM_WITHOUT_HINTS}",
                disk.size_bytes
            ));
        }
        self.mismatch(disk)
    }
}

impl fmt::Display for RootDeviceHints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, hint) in self.0.iter().enumerate() {
            write!(
                f,
                "{}{}: {}",
                if i == 0 { "" } else { ", " },
                hint.name,
                hint.wanted
            )?;
        }
        Ok(())
    }
}

impl Hint {
    fn mismatch(&self, disk: &DiskFacts) -> Option<String> {
        let values = facts(disk, self.name);
        if values.iter().any(|value| self.test.holds(value)) {
            return None;
        }
        let seen = if values.is_empty() {
            "not known".to_owned()
        } else {
            values.join(", ")
        };
        Some(format!(
            "{} is {seen}, the hint asks for {}",
            self.name, self.wanted
        ))
    }
}

/// A disk's values for a hint; sizes in whole GiB as Ironic counts them.
fn facts(disk: &DiskFacts, name: &str) -> Vec<String> {
    let one = |value: &Option<String>| value.iter().cloned().collect::<Vec<_>>();
    match name {
        "model" => one(&disk.model),
        "vendor" => one(&disk.vendor),
        "serial" => disk.serial.clone(),
        "wwn" => disk.wwn.clone(),
        "wwn_with_extension" => disk.wwn_with_extension.clone(),
        "wwn_vendor_extension" => disk.wwn_vendor_extension.clone(),
        "name" => vec![disk.name.clone()],
        "hctl" => one(&disk.hctl),
        "by_path" => one(&disk.by_path),
        "tran" => one(&disk.tran),
        "volume_name" => one(&disk.volume_name),
        "size" => vec![(disk.size_bytes / GIB).to_string()],
        "rotational" => vec![disk.rotational.to_string()],
        _ => Vec::new(),
    }
}

fn parse_hint(name: &str, value: &Value) -> Result<Hint, HintError> {
    let (name, kind) = KNOWN
        .into_iter()
        .find(|k| k.0 == name)
        .ok_or_else(|| HintError::Unknown(name.to_owned()))?;
    let bad = |expected| HintError::BadValue {
        name: name.to_owned(),
        value: value.to_string(),
        expected,
    };
    let wanted = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(_) | Value::Bool(_) => value.to_string(),
        _ => return Err(bad("it must be a text, a number or a boolean")),
    };
    let test = match kind {
        Kind::Flag => flag(&wanted)
            .map(Test::Flag)
            .ok_or_else(|| bad("it must be true or false"))?,
        Kind::Gib => operator_test(&wanted)
            .or_else(|| number(&wanted).map(|n| Test::Number(Order::Equal, n)))
            .ok_or_else(|| {
                bad("it must be a number of GiB, with an operator if need be (\">= 100\")")
            })?,
        Kind::Text if wanted.is_empty() => return Err(bad("it must not be empty")),
        Kind::Text => {
            operator_test(&wanted).unwrap_or_else(|| Test::Text(Order::Equal, fold(&wanted)))
        }
    };
    Ok(Hint { name, wanted, test })
}

#[cfg(test)]
mod tests;
