//! The expected digest of an image, from its arguments or from a file of digests, and the running digest of a download.

use std::fmt;

use agent_wire::ImageInfo;
use md5::Digest;

use super::checksum_file;
use crate::failure::Failure;
use crate::log::info;
use crate::outbound::client::{Fetcher, Get, same_origin, shown_text};
use crate::outbound::document::{self, Retries};

const MAX_CHECKSUM_FILE: usize = 4 << 20;

/// Digest algorithms that images come with, the weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Algorithm {
    /// 128 bits; only where the conductor permits it.
    Md5,
    /// 256 bits.
    Sha256,
    /// 512 bits.
    Sha512,
}

impl Algorithm {
    const ALL: [Self; 3] = [Self::Md5, Self::Sha256, Self::Sha512];

    /// Hex digits of a digest.
    pub fn digits(self) -> usize {
        match self {
            Self::Md5 => 32,
            Self::Sha256 => 64,
            Self::Sha512 => 128,
        }
    }

    /// The algorithm of a digest in hex, by its length.
    pub fn of_digest(hex: &str) -> Option<Self> {
        let digits = hex.bytes().all(|b| b.is_ascii_hexdigit());
        Self::ALL
            .into_iter()
            .find(|a| digits && a.digits() == hex.len())
    }

    /// By its name, with or without a hyphen, in any case.
    pub fn named(name: &str) -> Option<Self> {
        let plain = name.trim().to_lowercase().replace('-', "");
        Self::ALL.into_iter().find(|a| a.to_string() == plain)
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Md5 => "md5",
            Self::Sha256 => "sha256",
            Self::Sha512 => "sha512",
        })
    }
}

/// What the digest must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// Algorithm.
    pub algorithm: Algorithm,
    /// Lower-case hex.
    pub hex: String,
}

/// A digest being computed.
#[derive(Clone)]
pub enum Running {
    /// MD5.
    Md5(Box<md5::Md5>),
    /// SHA-256.
    Sha256(Box<sha2::Sha256>),
    /// SHA-512.
    Sha512(Box<sha2::Sha512>),
}

impl Running {
    /// Starts from nothing.
    pub fn new(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Md5 => Self::Md5(Box::default()),
            Algorithm::Sha256 => Self::Sha256(Box::default()),
            Algorithm::Sha512 => Self::Sha512(Box::default()),
        }
    }

    /// Adds bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Md5(d) => d.update(bytes),
            Self::Sha256(d) => d.update(bytes),
            Self::Sha512(d) => d.update(bytes),
        }
    }

    /// Lower-case hex of the result.
    pub fn hex(self) -> String {
        match self {
            Self::Md5(d) => hex(&d.finalize()),
            Self::Sha256(d) => hex(&d.finalize()),
            Self::Sha512(d) => hex(&d.finalize()),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Whether the image comes with anything to check it by.
pub fn is_given(image: &ImageInfo) -> bool {
    filled(&image.os_hash_value)
        .or(filled(&image.checksum))
        .is_some()
}

fn filled(text: &Option<String>) -> Option<&str> {
    text.as_deref().map(str::trim).filter(|t| !t.is_empty())
}

/// Finds the expected digest: `os_hash_value` first (unless its algorithm is none of ours), else `checksum`; either may be
/// the URL of a file of digests.
pub async fn expected(
    image: &ImageInfo,
    fetcher: &Fetcher,
    get: &Get,
    retries: Retries,
    md5_allowed: bool,
) -> Result<Expected, Failure> {
    let (text, declared) = chosen(image)?;
    if !is_url(text) {
        return judge(text, declared, md5_allowed);
    }
    let image_url = image.urls.first().map_or("", String::as_str);
    // The image server's credentials are for nobody else.
    let get = if same_origin(text, image_url) {
        get.clone()
    } else {
        Get::default()
    };
    let bytes = document::fetch(fetcher, text, &get, MAX_CHECKSUM_FILE, retries)
        .await
        .map_err(|e| Failure::checksum(format!("checksum file: {e}")))?;
    let file = String::from_utf8_lossy(&bytes);
    let digest = checksum_file::find(&file, image_url, declared).map_err(|e| {
        let url = shown_text(text);
        Failure::checksum(format!(
            "the checksum file {url} {e}; correct image_checksum"
        ))
    })?;
    let found = judge(&digest, None, md5_allowed)?;
    if let Some(declared) = declared.filter(|d| *d != found.algorithm) {
        info!(
            "the checksum file has no {declared} of the image; its {} is taken",
            found.algorithm
        );
    }
    Ok(found)
}

fn is_url(text: &str) -> bool {
    let begins = |scheme: &str| {
        let start = text.get(..scheme.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    };
    begins("http://") || begins("https://")
}

/// The text to go by and the algorithm that was named with it.
fn chosen(image: &ImageInfo) -> Result<(&str, Option<Algorithm>), Failure> {
    let named = filled(&image.os_hash_algo);
    let known = named.and_then(Algorithm::named);
    match (filled(&image.os_hash_value), filled(&image.checksum)) {
        (Some(value), _) if known.is_some() || named.is_none() => Ok((value, known)),
        (_, Some(checksum)) => Ok((checksum, None)),
        (Some(_), None) => Err(Failure::checksum(format!(
            "image_os_hash_algo {:?} is not supported; md5, sha256 and sha512 are",
            named
                .unwrap_or_default()
                .chars()
                .take(40)
                .collect::<String>()
        ))),
        (None, None) => Err(Failure::checksum(
            "the image has no checksum: set image_checksum, or image_os_hash_algo and image_os_hash_value",
        )),
    }
}

/// The digest that a text is: bare, or with its algorithm in front (`sha256:...`). Without any name the length tells.
pub fn judge(
    text: &str,
    declared: Option<Algorithm>,
    md5_allowed: bool,
) -> Result<Expected, Failure> {
    let (prefix, digest) = match text.trim().split_once(':') {
        Some((name, digest)) => (
            Some(Algorithm::named(name).ok_or_else(|| no_digest(text))?),
            digest,
        ),
        None => (None, text),
    };
    let hex = digest.trim().to_lowercase();
    let algorithm = Algorithm::of_digest(&hex).ok_or_else(|| no_digest(text))?;
    if let Some(named) = [prefix, declared]
        .into_iter()
        .flatten()
        .find(|n| *n != algorithm)
    {
        return Err(Failure::checksum(format!(
            "the checksum is said to be {named}, but has {} hex digits, as {algorithm} has; correct image_os_hash_algo or the value",
            hex.len()
        )));
    }
    if algorithm == Algorithm::Md5 && !md5_allowed {
        return Err(Failure::checksum(
            "the image's checksum is MD5, which the conductor does not permit; use sha256 or sha512",
        ));
    }
    Ok(Expected { algorithm, hex })
}

fn no_digest(text: &str) -> Failure {
    Failure::checksum(format!(
        "\"{}\" is no digest: 32 (md5), 64 (sha256) or 128 (sha512) hex digits are expected",
        text.chars().take(140).collect::<String>()
    ))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn only_digests_are_digests() {
        let of = |c: &str, n: usize| judge(&c.repeat(n), None, false).map(|e| e.algorithm);
        assert_eq!(of("A", 64).unwrap(), Algorithm::Sha256);
        assert_eq!(of("a", 128).unwrap(), Algorithm::Sha512);
        assert!(of("a", 32).unwrap_err().details.contains("MD5"));
        assert!(of("g", 64).is_err() && of("a", 40).is_err());
        let permitted = judge(&"a".repeat(32), None, true).unwrap();
        assert_eq!(permitted.algorithm, Algorithm::Md5);
        assert!(judge("xyz", None, true).is_err());
    }

    #[test]
    fn a_named_algorithm_must_fit_the_digest() {
        let long = "a".repeat(128);
        assert_eq!(
            judge(&format!("SHA512:{long}"), None, false).unwrap().hex,
            long
        );
        for (text, declared) in [
            (format!("sha256:{long}"), None),
            (long.clone(), Some(Algorithm::Sha256)),
            (format!("sha512:{long}"), Some(Algorithm::Sha256)),
        ] {
            let refused = judge(&text, declared, true).unwrap_err();
            assert!(refused.details.contains("said to be sha256"), "{refused}");
        }
        assert!(judge("sha256:", None, true).is_err());
        assert!(judge(&format!("crc32:{long}"), None, true).is_err());
    }

    #[test]
    fn the_first_usable_source_is_taken() {
        let image = |algo: Option<&str>, value: Option<&str>, checksum: Option<&str>| ImageInfo {
            os_hash_algo: algo.map(str::to_owned),
            os_hash_value: value.map(str::to_owned),
            checksum: checksum.map(str::to_owned),
            ..ImageInfo::default()
        };
        let taken = |image: &ImageInfo| chosen(image).map(|(text, a)| (text.to_owned(), a));
        let both = image(Some("sha-512"), Some("v"), Some("c"));
        assert_eq!(
            taken(&both).unwrap(),
            ("v".to_owned(), Some(Algorithm::Sha512))
        );
        let foreign = image(Some("sha3-256"), Some("v"), Some("c"));
        assert_eq!(taken(&foreign).unwrap(), ("c".to_owned(), None));
        assert!(taken(&image(Some("sha3-256"), Some("v"), None)).is_err());
        assert!(taken(&image(Some("sha256"), Some(" "), None)).is_err());
        assert!(!is_given(&image(Some("sha256"), None, Some(""))));
    }

    #[test]
    fn known_answers() {
        let digest = |algorithm| {
            let mut running = Running::new(algorithm);
            running.update(b"abc");
            running.hex()
        };
        assert_eq!(digest(Algorithm::Md5), "900150983cd24fb0d6963f7d28e17f72");
        assert!(digest(Algorithm::Sha256).starts_with("ba7816bf8f01cfea"));
        assert!(digest(Algorithm::Sha512).starts_with("ddaf35a193617aba"));
    }
}
