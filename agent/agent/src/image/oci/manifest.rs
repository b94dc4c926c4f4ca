//! Manifests and indexes of a registry, and which artefact of several is taken. The order is Ironic's for images that the agent
//! fetches itself (`OciImageService`, Ironic 2025.1 and later): by the annotation `disktype` raw, applehv (which is raw), qcow2,
//! qemu (which is qcow2), then those without one; others are passed over. A container image is none of them.

use serde::Deserialize;
use std::collections::BTreeMap;

/// What a client of this kind asks for.
pub const ACCEPTED: &str = "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.docker.distribution.manifest.v2+json";
/// `mediaType` of the configuration of an artefact that has none.
const EMPTY: &str = "application/vnd.oci.empty.v1+json";
/// No image has more; a longer list is an attack.
const MOST_ENTRIES: usize = 1024;

/// Why a manifest holds no disk image.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ManifestError {
    /// Not JSON of the right shape.
    #[error("the registry's manifest is not understood (line {line}, column {column})")]
    Json {
        /// Of the document.
        line: usize,
        /// Of the line.
        column: usize,
    },
    /// Too many entries.
    #[error("the registry's index has more than {MOST_ENTRIES} entries")]
    TooMany,
    /// Neither.
    #[error("the registry's document is neither a manifest nor an index of manifests")]
    Neither,
    /// A container.
    #[error(
        "it is a container image, not a disk image; push the disk image as an artefact of one layer (for example with oras push)"
    )]
    Container,
    /// Several files.
    #[error(
        "the artefact has {0} layers, and nothing says which is the disk image; push the disk image alone"
    )]
    Layers(usize),
}

/// A manifest or an index.
#[derive(Debug)]
pub enum Document {
    /// Names manifests.
    Index(Index),
    /// Names layers.
    Manifest(Manifest),
}

impl Document {
    /// Tells them apart by what they hold: not every registry fills in `mediaType`.
    pub fn parse(bytes: &[u8]) -> Result<Self, ManifestError> {
        let raw: Raw = serde_json::from_slice(bytes).map_err(|error| ManifestError::Json {
            line: error.line(),
            column: error.column(),
        })?;
        if raw.manifests.len().max(raw.layers.len()) > MOST_ENTRIES {
            return Err(ManifestError::TooMany);
        }
        if !raw.manifests.is_empty() {
            return Ok(Self::Index(Index {
                manifests: raw.manifests,
            }));
        }
        if raw.layers.is_empty() {
            return Err(ManifestError::Neither);
        }
        Ok(Self::Manifest(Manifest {
            artefact: is_artefact(&raw.artifact_type, raw.config.as_ref()),
            layers: raw.layers,
            annotations: raw.annotations,
        }))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Raw {
    #[serde(default)]
    manifests: Vec<Descriptor>,
    #[serde(default)]
    layers: Vec<Descriptor>,
    #[serde(default)]
    artifact_type: Option<String>,
    #[serde(default)]
    config: Option<Config>,
    #[serde(default)]
    annotations: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Config {
    #[serde(default)]
    media_type: Option<String>,
}

fn is_artefact(artifact_type: &Option<String>, config: Option<&Config>) -> bool {
    artifact_type.as_ref().is_some_and(|t| !t.is_empty())
        || config.is_some_and(|c| c.media_type.as_deref() == Some(EMPTY))
}

/// What an index or a manifest says of one of its parts.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Descriptor {
    /// `sha256:...`.
    pub digest: String,
    #[serde(default)]
    artifact_type: Option<String>,
    #[serde(default)]
    annotations: BTreeMap<String, String>,
    #[serde(default)]
    platform: Option<Platform>,
}

#[derive(Clone, Debug, Deserialize)]
struct Platform {
    #[serde(default)]
    architecture: Option<String>,
}

/// Manifests to choose from.
#[derive(Debug)]
pub struct Index {
    manifests: Vec<Descriptor>,
}

/// An entry of an index that may be the disk image.
#[derive(Debug)]
pub struct Candidate {
    /// Of its manifest.
    pub digest: String,
    disk_format: Option<&'static str>,
    artefact: bool,
}

/// One artefact.
#[derive(Debug)]
pub struct Manifest {
    artefact: bool,
    layers: Vec<Descriptor>,
    annotations: BTreeMap<String, String>,
}

/// What was chosen.
#[derive(Debug)]
pub struct Choice {
    /// The blob.
    pub layer: Descriptor,
    /// `raw`, `qcow2`, or not said.
    pub disk_format: Option<&'static str>,
}

/// Rank and format of a `disktype`; `None` for one that is not a disk image for a machine.
fn disk_type(annotations: &BTreeMap<String, String>) -> Option<(u8, Option<&'static str>)> {
    match annotations.get("disktype").map(String::as_str) {
        Some("raw") => Some((1, Some("raw"))),
        Some("applehv") => Some((2, Some("raw"))),
        Some("qcow2") => Some((3, Some("qcow2"))),
        Some("qemu") => Some((4, Some("qcow2"))),
        None | Some("") => Some((100, None)),
        Some(_) => None,
    }
}

/// Registries hold both the specification's names of architectures and the kernel's.
fn same_architecture(named: &str, own: &str) -> bool {
    let plain = |name| match name {
        "amd64" => "x86_64",
        "arm64" => "aarch64",
        other => other,
    };
    plain(named) == plain(own)
}

impl Index {
    /// What may be the image for this architecture, best first. Entries that name no architecture are for all.
    pub fn candidates(&self, architecture: &str) -> Vec<Candidate> {
        let fits = |entry: &&Descriptor| {
            let platform = entry.platform.as_ref();
            platform
                .and_then(|p| p.architecture.as_deref())
                .filter(|named| !named.is_empty())
                .is_none_or(|named| same_architecture(named, architecture))
        };
        let mut ranked: Vec<_> = self
            .manifests
            .iter()
            .filter(fits)
            .filter_map(|entry| Some((disk_type(&entry.annotations)?, entry)))
            .collect();
        // A stable sort: among equals the registry's order holds.
        ranked.sort_by_key(|((rank, _), _)| *rank);
        let candidate = |((_, disk_format), entry): ((u8, _), &Descriptor)| Candidate {
            digest: entry.digest.clone(),
            disk_format,
            artefact: is_artefact(&entry.artifact_type, None),
        };
        ranked.into_iter().map(candidate).collect()
    }
}

impl Candidate {
    /// Whether the manifest is a disk image after all.
    pub fn judge(&self, manifest: &Manifest) -> Result<Choice, ManifestError> {
        let disk_format = self.disk_format.or_else(|| manifest.disk_format());
        if disk_format.is_none() && !self.artefact && !manifest.artefact {
            return Err(ManifestError::Container);
        }
        Ok(Choice {
            layer: manifest.one_layer()?,
            disk_format,
        })
    }
}

impl Manifest {
    /// The format that the manifest's own annotation names.
    pub fn disk_format(&self) -> Option<&'static str> {
        disk_type(&self.annotations).and_then(|(_, format)| format)
    }

    /// The one layer of an artefact that was named directly.
    pub fn only_layer(&self) -> Result<Descriptor, ManifestError> {
        if !self.artefact && self.disk_format().is_none() {
            return Err(ManifestError::Container);
        }
        self.one_layer()
    }

    fn one_layer(&self) -> Result<Descriptor, ManifestError> {
        match &self.layers[..] {
            [layer] => Ok(layer.clone()),
            layers => Err(ManifestError::Layers(layers.len())),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn document(value: &Value) -> Document {
        Document::parse(&serde_json::to_vec(value).unwrap()).unwrap()
    }

    fn entry(name: &str, disk: Option<&str>, architecture: Option<&str>) -> Value {
        let mut entry =
            json!({"digest": name, "mediaType": "application/vnd.oci.image.manifest.v1+json"});
        if let Some(disk) = disk {
            entry["annotations"] = json!({"disktype": disk});
        }
        if let Some(architecture) = architecture {
            entry["platform"] = json!({"architecture": architecture, "os": "linux"});
        }
        entry
    }

    fn order(entries: &[Value], architecture: &str) -> Vec<String> {
        let Document::Index(index) = document(&json!({"manifests": entries})) else {
            panic!("not an index");
        };
        let candidates = index.candidates(architecture);
        candidates.into_iter().map(|c| c.digest).collect()
    }

    #[test]
    fn the_order_is_ironics() {
        let entries = [
            entry("none", None, None),
            entry("qemu", Some("qemu"), Some("amd64")),
            entry("hyperv", Some("hyperv"), Some("amd64")),
            entry("qcow2", Some("qcow2"), Some("x86_64")),
            entry("applehv", Some("applehv"), None),
            entry("raw-arm", Some("raw"), Some("arm64")),
            entry("raw", Some("raw"), Some("amd64")),
        ];
        assert_eq!(
            order(&entries, "x86_64"),
            ["raw", "applehv", "qcow2", "qemu", "none"]
        );
        assert_eq!(order(&entries, "aarch64"), ["raw-arm", "applehv", "none"]);
    }

    fn artefact(layers: usize) -> Value {
        let layers: Vec<_> = (0..layers)
            .map(|n| json!({"digest": format!("l{n}")}))
            .collect();
        json!({"artifactType": "application/x-disk", "layers": layers})
    }

    fn layer(value: &Value) -> Result<String, ManifestError> {
        let Document::Manifest(manifest) = document(value) else {
            panic!("not a manifest");
        };
        manifest.only_layer().map(|layer| layer.digest)
    }

    #[test]
    fn an_artefact_of_one_layer_is_a_disk_image() {
        assert_eq!(layer(&artefact(1)).as_deref(), Ok("l0"));
        assert_eq!(layer(&artefact(2)), Err(ManifestError::Layers(2)));
        let oras = json!({"config": {"mediaType": EMPTY}, "layers": [{"digest": "l"}]});
        assert_eq!(layer(&oras).as_deref(), Ok("l"));
        let container = json!({
            "config": {"mediaType": "application/vnd.oci.image.config.v1+json"},
            "layers": [{"digest": "l"}],
        });
        assert_eq!(layer(&container), Err(ManifestError::Container));
        let told = json!({"annotations": {"disktype": "qcow2"}, "layers": [{"digest": "l"}]});
        assert_eq!(layer(&told).as_deref(), Ok("l"));
    }

    #[test]
    fn an_entry_without_a_disk_type_shows_what_it_is_in_its_manifest() {
        let Document::Index(index) = document(&json!({"manifests": [entry("e", None, None)]}))
        else {
            panic!("not an index");
        };
        let candidates = index.candidates("x86_64");
        let judged = |value: &Value| match document(value) {
            Document::Manifest(manifest) => candidates[0].judge(&manifest).map(|c| c.layer.digest),
            Document::Index(_) => panic!("not a manifest"),
        };
        assert_eq!(judged(&artefact(1)).as_deref(), Ok("l0"));
        assert_eq!(
            judged(&json!({"layers": [{"digest": "l"}]})),
            Err(ManifestError::Container)
        );
    }

    #[test]
    fn what_is_neither_is_refused() {
        assert_eq!(Document::parse(b"{}").unwrap_err(), ManifestError::Neither);
        assert!(matches!(
            Document::parse(b"{\"layers\": 1}").unwrap_err(),
            ManifestError::Json { .. }
        ));
        let many: Vec<_> = (0..2000).map(|_| json!({"digest": "d"})).collect();
        let bytes = serde_json::to_vec(&json!({"manifests": many})).unwrap();
        assert_eq!(Document::parse(&bytes).unwrap_err(), ManifestError::TooMany);
    }

    proptest::proptest! {
        #[test]
        fn no_document_panics(text in ".*", bytes: Vec<u8>) {
            let _ = (Document::parse(text.as_bytes()).is_ok(), Document::parse(&bytes).is_ok());
        }
    }
}
