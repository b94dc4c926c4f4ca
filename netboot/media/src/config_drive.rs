//! Config drives: the small ISO labelled `config-2` from which a booted system takes its host name, keys and user
//! data (OpenStack metadata service format; cloud-init's ConfigDrive data source reads it). It builds one from the
//! document form that the Ironic API accepts; compressing and encoding are the caller's business.

pub mod large_sectors;

use crate::iso::{IsoError, iso_image};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::fmt;

/// The label that data sources look for.
pub const LABEL: &str = "config-2";
/// Both metadata versions that Ironic's client library writes.
const VERSIONS: [&str; 2] = ["2012-08-10", "latest"];
/// Ironic's limit for what is written to a disk.
const SIZE_MAX: usize = 64 << 20;

/// A config drive as an API document: `{meta_data?, network_data?, user_data?, vendor_data?}`. Unknown keys are
/// refused. It may hold secrets, so `Debug` shows only which parts are present.
#[derive(Clone, Default, PartialEq, Deserialize)]
#[serde(try_from = "Map<String, Value>")]
pub struct ConfigDrive {
    /// Metadata of the instance; `uuid` and `name` are filled in where absent.
    pub meta_data: Map<String, Value>,
    /// User data: text as it is, or an array or object that becomes JSON text.
    pub user_data: Option<UserData>,
    /// Network configuration; `None` and empty write no file.
    pub network_data: Option<Map<String, Value>>,
    /// Vendor data; `None` and empty write no file.
    pub vendor_data: Option<Map<String, Value>>,
}

/// User data in the shapes that the API takes.
#[derive(Clone, PartialEq)]
pub enum UserData {
    /// Written as it is.
    Text(String),
    /// Written as JSON.
    List(Vec<Value>),
    /// Written as JSON.
    Object(Map<String, Value>),
}

/// Why a document is not a config drive. It names keys only: values may be secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ShapeError {
    /// A value has a type that this key does not take.
    #[error("{key} of a config drive must be {allowed}")]
    Type {
        /// The key.
        key: String,
        /// What it takes.
        allowed: &'static str,
    },
    /// The key is unknown.
    #[error(
        "{0:?} is no key of a config drive; known are meta_data, network_data, user_data, vendor_data"
    )]
    Unknown(String),
}

impl TryFrom<Map<String, Value>> for ConfigDrive {
    type Error = ShapeError;

    fn try_from(document: Map<String, Value>) -> Result<Self, ShapeError> {
        let mut drive = Self::default();
        for (key, value) in document {
            match (key.as_str(), value) {
                ("meta_data", Value::Object(data)) => drive.meta_data = data,
                ("network_data", Value::Object(data)) => drive.network_data = Some(data),
                ("vendor_data", Value::Object(data)) => drive.vendor_data = Some(data),
                ("user_data", Value::Null) => drive.user_data = None,
                ("user_data", Value::String(text)) => drive.user_data = Some(UserData::Text(text)),
                ("user_data", Value::Array(list)) => drive.user_data = Some(UserData::List(list)),
                ("user_data", Value::Object(data)) => {
                    drive.user_data = Some(UserData::Object(data));
                }
                ("user_data", _) => {
                    return Err(ShapeError::Type {
                        key,
                        allowed: "text, an array, an object or null",
                    });
                }
                ("meta_data" | "network_data" | "vendor_data", _) => {
                    return Err(ShapeError::Type {
                        key,
                        allowed: "an object",
                    });
                }
                _ => return Err(ShapeError::Unknown(key)),
            }
        }
        Ok(drive)
    }
}

impl fmt::Debug for ConfigDrive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConfigDrive")
            .field("meta_data", &self.meta_data.len())
            .field("user_data", &self.user_data.is_some())
            .field("network_data", &self.network_data.is_some())
            .field("vendor_data", &self.vendor_data.is_some())
            .finish()
    }
}

impl fmt::Debug for UserData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UserData(***)")
    }
}

/// Why a config drive could not be built.
#[derive(Debug, thiserror::Error)]
pub enum ConfigDriveError {
    /// A part could not be formatted as JSON.
    #[error("formatting {0} as JSON")]
    Format(&'static str, #[source] serde_json::Error),
    /// The result is larger than what may be written to a disk.
    #[error("the config drive has {0} bytes; at most 67108864 are allowed")]
    TooLarge(usize),
    /// The ISO image could not be made.
    #[error("making the config drive's ISO image")]
    Image(#[from] IsoError),
}

impl ConfigDrive {
    /// True if nothing at all was given: the API treats such a document like an absent one.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The files by path, for the node with this UUID and name.
    pub fn files(
        &self,
        uuid: &str,
        name: Option<&str>,
    ) -> Result<Vec<(String, Vec<u8>)>, ConfigDriveError> {
        let mut meta_data = self.meta_data.clone();
        let mut default = |key: &str, value: &str| {
            meta_data
                .entry(key)
                .or_insert_with(|| Value::String(value.to_owned()));
        };
        default("uuid", uuid);
        if let Some(name) = name {
            default("name", name);
        }
        let mut parts = vec![("meta_data.json", json("meta_data", &meta_data)?)];
        if let Some(data) = self.user_data.as_ref().filter(|data| !data.is_empty()) {
            parts.push(("user_data", data.bytes()?));
        }
        for (file, label, data) in [
            ("network_data.json", "network_data", &self.network_data),
            ("vendor_data2.json", "vendor_data", &self.vendor_data),
        ] {
            if let Some(data) = data.as_ref().filter(|data| !data.is_empty()) {
                parts.push((file, json(label, data)?));
            }
        }
        let placed = |version| {
            parts.iter().map(move |(file, content)| {
                (format!("openstack/{version}/{file}"), content.clone())
            })
        };
        Ok(VERSIONS.into_iter().flat_map(placed).collect())
    }

    /// The ISO image, uncompressed.
    pub fn iso(&self, uuid: &str, name: Option<&str>) -> Result<Vec<u8>, ConfigDriveError> {
        let files = self.files(uuid, name)?;
        let total = files.iter().map(|(_, content)| content.len()).sum();
        if total > SIZE_MAX {
            return Err(ConfigDriveError::TooLarge(total));
        }
        let borrowed: Vec<_> = files
            .iter()
            .map(|(path, content)| (path.as_str(), content.as_slice()))
            .collect();
        let image = iso_image(LABEL, &borrowed, None)?;
        if image.len() > SIZE_MAX {
            Err(ConfigDriveError::TooLarge(image.len()))
        } else {
            Ok(image)
        }
    }
}

impl UserData {
    fn is_empty(&self) -> bool {
        match self {
            Self::Text(text) => text.is_empty(),
            Self::List(list) => list.is_empty(),
            Self::Object(object) => object.is_empty(),
        }
    }

    fn bytes(&self) -> Result<Vec<u8>, ConfigDriveError> {
        match self {
            Self::Text(text) => Ok(text.clone().into_bytes()),
            Self::List(list) => json("user_data", list),
            Self::Object(object) => json("user_data", object),
        }
    }
}

fn json(label: &'static str, value: &impl serde::Serialize) -> Result<Vec<u8>, ConfigDriveError> {
    serde_json::to_vec(value).map_err(|error| ConfigDriveError::Format(label, error))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    const UUID: &str = "1be26c0b-03f2-4d2e-ae87-c02d7f33c781";

    fn drive(document: Value) -> ConfigDrive {
        serde_json::from_value(document).unwrap()
    }

    fn file(drive: &ConfigDrive, path: &str) -> Option<String> {
        let files = drive.files(UUID, Some("node-1")).unwrap();
        let found = files.into_iter().find(|(name, _)| name == path)?;
        Some(String::from_utf8(found.1).unwrap())
    }

    #[test]
    fn meta_data_gets_defaults_and_keeps_its_own() {
        let meta = |document| {
            serde_json::from_str::<Value>(
                &file(&drive(document), "openstack/latest/meta_data.json").unwrap(),
            )
            .unwrap()
        };
        assert_eq!(
            meta(json!({"meta_data": {"a": 1}})),
            json!({"a": 1, "uuid": UUID, "name": "node-1"})
        );
        assert_eq!(
            meta(json!({"meta_data": {"uuid": "x", "name": "y"}})),
            json!({"uuid": "x", "name": "y"})
        );
        let unnamed = drive(json!({})).files(UUID, None).unwrap();
        assert_eq!(
            unnamed[0].1,
            format!("{{\"uuid\":\"{UUID}\"}}").into_bytes()
        );
    }

    #[test]
    fn both_versions_hold_every_part() {
        let drive = drive(
            json!({"user_data": "#!/bin/sh\n", "network_data": {"links": []}, "vendor_data": {"v": 1}}),
        );
        let paths: Vec<_> = drive
            .files(UUID, None)
            .unwrap()
            .into_iter()
            .map(|(path, _)| path)
            .collect();
        let expected: Vec<_> = ["2012-08-10", "latest"]
            .iter()
            .flat_map(|v| {
                [
                    "meta_data.json",
                    "user_data",
                    "network_data.json",
                    "vendor_data2.json",
                ]
                .map(|f| format!("openstack/{v}/{f}"))
            })
            .collect();
        assert_eq!(paths, expected);
        assert_eq!(
            file(&drive, "openstack/2012-08-10/user_data").unwrap(),
            "#!/bin/sh\n"
        );
    }

    #[test]
    fn user_data_objects_and_arrays_become_json() {
        let user = |document| file(&drive(document), "openstack/latest/user_data");
        assert_eq!(
            user(json!({"user_data": {"a": [1]}})).unwrap(),
            r#"{"a":[1]}"#
        );
        assert_eq!(user(json!({"user_data": ["b"]})).unwrap(), r#"["b"]"#);
        for empty in [
            json!({"user_data": null}),
            json!({"user_data": ""}),
            json!({"user_data": {}}),
        ] {
            assert_eq!(user(empty), None);
        }
    }

    #[test]
    fn other_shapes_are_refused() {
        for bad in [
            json!({"user_data": 1}),
            json!({"user_data": true}),
            json!({"meta_data": []}),
            json!({"meta_data": null}),
            json!({"network_data": null}),
            json!({"vendor_data": "s3cret"}),
            json!({"unknown": {}}),
            json!([]),
        ] {
            let refused = serde_json::from_value::<ConfigDrive>(bad.clone());
            let message = refused.map(|_| ()).unwrap_err().to_string();
            assert!(!message.contains("s3cret"), "{bad}: {message}");
        }
    }

    #[test]
    fn empty_is_known_and_secrets_stay_out_of_debug() {
        assert!(drive(json!({})).is_empty());
        let full = drive(json!({"user_data": "passw0rd", "meta_data": {"k": "passw0rd"}}));
        assert!(!full.is_empty());
        assert!(!format!("{full:?} {:?}", full.user_data).contains("passw0rd"));
    }

    #[test]
    fn image_has_the_label_and_repeats() {
        let drive = drive(json!({"user_data": "hello"}));
        let image = drive.iso(UUID, None).unwrap();
        assert_eq!(&image[16 * 2048 + 40..16 * 2048 + 49], b"config-2 ");
        assert_eq!(image, drive.iso(UUID, None).unwrap());
        let huge = ConfigDrive {
            user_data: Some(UserData::Text("x".repeat(33 << 20))),
            ..drive
        };
        assert!(matches!(
            huge.iso(UUID, None),
            Err(ConfigDriveError::TooLarge(_))
        ));
    }
}
