//! Names of things in a registry: `oci://HOST[:PORT]/REPOSITORY[:TAG][@DIGEST]`. Only characters that the distribution
//! specification permits pass, so what is made of a name is the URL that it seems to be.

use std::fmt;

use crate::image::checksum::{Algorithm, Expected};

const MAX_NAME: usize = 255;
const MAX_TAG: usize = 128;
const DEFAULT_TAG: &str = "latest";

/// Why a text names nothing in a registry.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ReferenceError {
    /// Not of the form.
    #[error("{0:?} is not oci://REGISTRY/REPOSITORY:TAG or oci://REGISTRY/REPOSITORY@DIGEST")]
    Form(String),
    /// Not a digest.
    #[error("{0:?} is not a digest: sha256: and 64, or sha512: and 128 hex digits are understood")]
    Digest(String),
}

/// A content digest as registries write it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digest {
    /// SHA-256 or SHA-512.
    pub algorithm: Algorithm,
    /// Lower-case hex.
    pub hex: String,
}

impl Digest {
    /// Reads `sha256:...` or `sha512:...`.
    pub fn parse(text: &str) -> Result<Self, ReferenceError> {
        let wrong = || ReferenceError::Digest(text.chars().take(160).collect());
        let (name, hex) = text.split_once(':').ok_or_else(wrong)?;
        let algorithm = match name {
            "sha256" => Algorithm::Sha256,
            "sha512" => Algorithm::Sha512,
            _ => return Err(wrong()),
        };
        let plain = |b: u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
        if hex.len() != algorithm.digits() || !hex.bytes().all(plain) {
            return Err(wrong());
        }
        Ok(Self {
            algorithm,
            hex: hex.to_owned(),
        })
    }

    /// As what a download must have.
    pub fn expected(&self) -> Expected {
        Expected {
            algorithm: self.algorithm,
            hex: self.hex.clone(),
        }
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.algorithm, self.hex)
    }
}

/// A named image. Its display is the URL that it was read from, which holds no secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Host and, when given, port.
    pub registry: String,
    /// Path of the repository, without slashes at its ends.
    pub repository: String,
    tag: Option<String>,
    digest: Option<Digest>,
}

impl Reference {
    /// Reads an `oci://` URL. Without tag and digest it means the tag `latest`.
    pub fn parse(url: &str) -> Result<Self, ReferenceError> {
        let wrong = || ReferenceError::Form(url.chars().take(200).collect());
        let rest = strip_scheme(url).ok_or_else(wrong)?;
        let (registry, path) = rest.split_once('/').ok_or_else(wrong)?;
        let (path, digest) = match path.split_once('@') {
            Some((path, digest)) => (path, Some(Digest::parse(digest)?)),
            None => (path, None),
        };
        let (repository, tag) = match path.rsplit_once(':') {
            Some((repository, tag)) => (repository, Some(tag)),
            None => (path, None),
        };
        if !is_registry(registry) || !is_repository(repository) || !tag.is_none_or(is_tag) {
            return Err(wrong());
        }
        Ok(Self {
            registry: registry.to_owned(),
            repository: repository.to_owned(),
            tag: tag.map(str::to_owned),
            digest,
        })
    }

    /// What to ask the registry for: the digest when there is one, else the tag.
    pub fn wanted(&self) -> String {
        match (&self.digest, &self.tag) {
            (Some(digest), _) => digest.to_string(),
            (None, Some(tag)) => tag.clone(),
            (None, None) => DEFAULT_TAG.to_owned(),
        }
    }

    /// Where a manifest is, by tag or digest.
    pub fn manifest_url(&self, wanted: &str) -> String {
        format!("{}/manifests/{wanted}", self.base())
    }

    /// Where a blob is.
    pub fn blob_url(&self, digest: &Digest) -> String {
        format!("{}/blobs/{digest}", self.base())
    }

    /// What a token must allow.
    pub fn scope(&self) -> String {
        format!("repository:{}:pull", self.repository)
    }

    fn base(&self) -> String {
        // The one registry whose API is not at the name that people write.
        let host = match self.registry.as_str() {
            "docker.io" | "index.docker.io" => "registry-1.docker.io",
            other => other,
        };
        format!("https://{host}/v2/{}", self.repository)
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "oci://{}/{}", self.registry, self.repository)?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        match &self.digest {
            Some(digest) => write!(f, "@{digest}"),
            None => Ok(()),
        }
    }
}

/// What follows `oci://`, whose letters may be of either case.
pub fn strip_scheme(url: &str) -> Option<&str> {
    let scheme = url.get(..6)?;
    scheme
        .eq_ignore_ascii_case("oci://")
        .then(|| url.get(6..))
        .flatten()
}

fn is_registry(text: &str) -> bool {
    let (host, port) = match text.strip_prefix('[').and_then(|t| t.split_once(']')) {
        Some((address, rest)) => (address, rest.strip_prefix(':').map_or(Some(rest), Some)),
        None => match text.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (text, None),
        },
    };
    let address = text.starts_with('[');
    let plain = |b: u8| match b {
        b'.' | b'-' => !address,
        b':' => address,
        other => other.is_ascii_alphanumeric(),
    };
    let port = port.filter(|p| !(address && p.is_empty()));
    !host.is_empty()
        && host.len() <= MAX_NAME
        && host.bytes().all(plain)
        && port.is_none_or(|p| p.parse::<u16>().is_ok_and(|p| p > 0))
}

/// Distribution specification 1.1, "Pulling manifests": components of lower-case letters, digits and separators.
fn is_repository(text: &str) -> bool {
    let component = |part: &str| {
        let inner = |b: u8| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-');
        let outer = |b: Option<u8>| b.is_some_and(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9'));
        part.bytes().all(inner) && outer(part.bytes().next()) && outer(part.bytes().last())
    };
    text.len() <= MAX_NAME && text.split('/').all(component)
}

fn is_tag(text: &str) -> bool {
    let inner = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-');
    (1..=MAX_TAG).contains(&text.len()) && text.bytes().all(inner) && !text.starts_with(['.', '-'])
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const DIGEST: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    #[test]
    fn names_become_addresses() {
        let by_tag = Reference::parse("oci://registry.example:5000/os/debian:12").unwrap();
        assert_eq!(
            by_tag.manifest_url(&by_tag.wanted()),
            "https://registry.example:5000/v2/os/debian/manifests/12"
        );
        assert_eq!(by_tag.scope(), "repository:os/debian:pull");
        let both = Reference::parse(&format!("OCI://h/a:tag@{DIGEST}")).unwrap();
        assert_eq!(both.wanted(), DIGEST);
        assert_eq!(both.to_string(), format!("oci://h/a:tag@{DIGEST}"));
        assert_eq!(Reference::parse("oci://h/a").unwrap().wanted(), "latest");
        assert_eq!(
            Reference::parse("oci://docker.io/a")
                .unwrap()
                .manifest_url("1"),
            "https://registry-1.docker.io/v2/a/manifests/1"
        );
        assert!(Reference::parse("oci://[2001:db8::1]:5000/a").is_ok());
        assert!(Reference::parse("oci://[2001:db8::1]/a").is_ok());
    }

    #[test]
    fn what_could_become_another_address_is_refused() {
        for bad in [
            "",
            "oci://",
            "oci://h",
            "oci://h/",
            "oci:///a",
            "oci://h/a//b",
            "oci://h/../a",
            "oci://h/A",
            "oci://h/a:t?x",
            "oci://h/a:",
            "oci://h/a:.t",
            "oci://h/a#b",
            "oci://u:p@h/a",
            "oci://h:0/a",
            "oci://h:99999/a",
            "oci://h/a@sha256:abc",
            "oci://h/a@md5:d41d8cd98f00b204e9800998ecf8427e",
            "https://h/a",
            "oci://h/a b",
            "oci://[::1/a",
        ] {
            assert!(Reference::parse(bad).is_err(), "{bad}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_accepted_makes_a_url_of_the_same_host_and_path(text in "oci://[a-z0-9.:@/_\\[\\]-]{0,40}") {
            if let Ok(reference) = Reference::parse(&text) {
                let url = reqwest::Url::parse(&reference.manifest_url(&reference.wanted()));
                let url = url.map_err(|e| proptest::test_runner::TestCaseError::fail(e.to_string()))?;
                let expected = format!("/v2/{}/manifests/{}", reference.repository, reference.wanted());
                proptest::prop_assert_eq!(url.path(), expected);
                proptest::prop_assert!(url.query().is_none() && url.username().is_empty());
            }
        }
    }
}
