//! The config drive of a deployment: parts that the engine makes one of, or a finished one.

use crate::cli::exit::usage;
use crate::cli::pairs::{self, Pair, pair};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use clap::Args;
use flate2::{Compression, write::GzEncoder};
use model::Object;
use serde_json::{Value, json};
use std::io::Write;
use std::path::{Path, PathBuf};

/// A config drive is at most so long (the bound of the API's request).
const LONGEST: u64 = 40 << 20;

/// What the deployed system reads at its first boot.
#[derive(Args)]
pub struct ConfigDriveArgs {
    /// Host name of the deployed system
    #[arg(long, value_name = "NAME")]
    hostname: Option<String>,
    /// File of user data, such as a cloud-init document
    #[arg(long, value_name = "FILE")]
    user_data: Option<PathBuf>,
    /// Metadata
    #[arg(long, value_name = "KEY=VALUE", value_parser = pair)]
    meta_data: Vec<Pair>,
    /// File of network data (OpenStack's network_data.json)
    #[arg(long, value_name = "FILE")]
    network_data: Option<PathBuf>,
    /// A finished config drive: an ISO image, gzipped or not, its base64 text, a JSON object of parts, or a URL
    #[arg(long, value_name = "FILE|URL", conflicts_with_all = ["hostname", "user_data", "meta_data", "network_data"])]
    config_drive: Option<String>,
}

impl ConfigDriveArgs {
    /// As the API takes it; none when nothing was said.
    pub fn value(&self) -> anyhow::Result<Option<Value>> {
        match &self.config_drive {
            Some(url) if url.contains("://") => Ok(Some(Value::from(url.as_str()))),
            Some(path) => finished(Path::new(path)).map(Some),
            None => self.parts(),
        }
    }

    fn parts(&self) -> anyhow::Result<Option<Value>> {
        let mut drive = Object::new();
        let mut meta_data = pairs::object(&self.meta_data);
        if let Some(hostname) = &self.hostname {
            // cloud-init reads either; the config drive's format names `hostname`, `name` is the instance's.
            for key in ["hostname", "name"] {
                meta_data.entry(key).or_insert_with(|| json!(hostname));
            }
        }
        if !meta_data.is_empty() {
            drive.insert("meta_data".to_owned(), Value::Object(meta_data));
        }
        if let Some(path) = &self.user_data {
            let text = String::from_utf8(read(path)?);
            let text = text.map_err(|_| usage(format!("{} is not UTF-8 text", path.display())))?;
            drive.insert("user_data".to_owned(), Value::String(text));
        }
        if let Some(path) = &self.network_data {
            drive.insert("network_data".to_owned(), pairs::json_file(path)?);
        }
        Ok((!drive.is_empty()).then_some(Value::Object(drive)))
    }
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    let failed = |error: &dyn std::fmt::Display| usage(format!("{}: {error}", path.display()));
    let length = std::fs::metadata(path)
        .map_err(|error| failed(&error))?
        .len();
    if length > LONGEST {
        return Err(failed(&"is longer than 40 MiB"));
    }
    std::fs::read(path).map_err(|error| failed(&error))
}

fn finished(path: &Path) -> anyhow::Result<Value> {
    let content = read(path)?;
    let refuse = || usage(format!("{} is no config drive", path.display()));
    if content.starts_with(&[0x1f, 0x8b]) {
        return Ok(Value::String(BASE64_STANDARD.encode(content)));
    }
    // An ISO 9660 image has its mark in the 17th sector of 2 KiB.
    if content.get(0x8001..0x8006) == Some(b"CD001") {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
        gzip.write_all(&content)?;
        return Ok(Value::String(BASE64_STANDARD.encode(gzip.finish()?)));
    }
    let text = String::from_utf8(content).map_err(|_| refuse())?;
    if let Ok(Value::Object(parts)) = serde_json::from_str(&text) {
        return Ok(Value::Object(parts));
    }
    let compact: String = text.split_whitespace().collect();
    match BASE64_STANDARD.decode(&compact) {
        Ok(decoded) if decoded.starts_with(&[0x1f, 0x8b]) => Ok(Value::String(compact)),
        _ => Err(refuse()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::io::Read;

    fn value_of(content: &[u8]) -> anyhow::Result<Value> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(content).unwrap();
        finished(file.path())
    }

    #[test]
    fn a_finished_drive_is_understood_in_each_form() {
        let mut iso = vec![0u8; 0x9000];
        iso[0x8001..0x8006].copy_from_slice(b"CD001");
        let Value::String(text) = value_of(&iso).unwrap() else {
            panic!("not text")
        };
        let gzip = BASE64_STANDARD.decode(&text).unwrap();
        let mut back = Vec::new();
        flate2::read::GzDecoder::new(&gzip[..])
            .read_to_end(&mut back)
            .unwrap();
        assert_eq!(back, iso);
        assert_eq!(value_of(&gzip).unwrap(), json!(text));
        let (first, second) = text.split_at(20);
        assert_eq!(
            value_of(format!("{first}\n{second}\n").as_bytes()).unwrap(),
            json!(text)
        );
        assert_eq!(
            value_of(br#"{"user_data":"x"}"#).unwrap(),
            json!({"user_data": "x"})
        );
        assert!(value_of(b"hello").is_err());
        assert!(value_of(b"\xff\xfe").is_err());
    }

    #[test]
    fn parts_are_put_together() {
        let mut user_data = tempfile::NamedTempFile::new().unwrap();
        user_data.write_all(b"#cloud-config\n").unwrap();
        let mut args = ConfigDriveArgs {
            hostname: Some("web1".to_owned()),
            user_data: Some(user_data.path().to_owned()),
            meta_data: vec![pair("name=other").unwrap(), pair("n=1").unwrap()],
            network_data: None,
            config_drive: None,
        };
        let expected = json!({"meta_data": {"hostname": "web1", "name": "other", "n": 1}, "user_data": "#cloud-config\n"});
        assert_eq!(args.value().unwrap(), Some(expected));
        args = ConfigDriveArgs {
            hostname: None,
            user_data: None,
            meta_data: Vec::new(),
            network_data: None,
            config_drive: None,
        };
        assert_eq!(args.value().unwrap(), None);
        args.config_drive = Some("https://x/y".to_owned());
        assert_eq!(args.value().unwrap(), Some(json!("https://x/y")));
    }
}
