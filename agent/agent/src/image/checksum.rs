//! The expected digest of an image, from its arguments or from a file of digests, and the running digest of a download.

use agent_wire::ImageInfo;
use md5::Digest;

use crate::failure::Failure;
use crate::outbound::client::{Fetcher, Get, shown_text};

const MAX_CHECKSUM_FILE: usize = 4 << 20;

/// Digest algorithms that images come with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// 128 bits; only where the conductor permits it.
    Md5,
    /// 256 bits.
    Sha256,
    /// 512 bits.
    Sha512,
}

impl Algorithm {
    fn of_length(length: usize) -> Option<Self> {
        match length {
            32 => Some(Self::Md5),
            64 => Some(Self::Sha256),
            128 => Some(Self::Sha512),
            _ => None,
        }
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

/// Finds the expected digest: `os_hash_value` first, else `checksum`; either may be the URL of a file of digests.
pub async fn expected(
    image: &ImageInfo,
    fetcher: &Fetcher,
    get: &Get,
    md5_allowed: bool,
) -> Result<Expected, Failure> {
    let filled = |v: &Option<String>| v.clone().filter(|v| !v.trim().is_empty());
    let source = filled(&image.os_hash_value)
        .or_else(|| filled(&image.checksum))
        .ok_or_else(|| Failure::checksum("the image has no checksum: set image_checksum, or image_os_hash_algo and image_os_hash_value"))?;
    let source = source.trim();
    let digest = if source.starts_with("http://") || source.starts_with("https://") {
        let text = fetch(source, fetcher, get).await?;
        let image_url = image.urls.first().map_or("", String::as_str);
        find_in_file(&text, image_url).ok_or_else(|| {
            Failure::checksum(format!(
                "the checksum file {} has no line for {}",
                shown_text(source),
                base_name(image_url)
            ))
        })?
    } else {
        source.to_owned()
    };
    judge(&digest, md5_allowed)
}

/// The digest that a text is, and its algorithm.
pub fn judge(digest: &str, md5_allowed: bool) -> Result<Expected, Failure> {
    let hex = digest.trim().to_lowercase();
    let algorithm =
        Algorithm::of_length(hex.len()).filter(|_| hex.bytes().all(|b| b.is_ascii_hexdigit()));
    match algorithm {
        None => Err(Failure::checksum(format!(
            "\"{}\" is no digest: 32 (md5), 64 (sha256) or 128 (sha512) hex digits are expected",
            digest.chars().take(140).collect::<String>()
        ))),
        Some(Algorithm::Md5) if !md5_allowed => Err(Failure::checksum(
            "the image's checksum is MD5, which the conductor does not permit; use sha256 or sha512",
        )),
        Some(algorithm) => Ok(Expected { algorithm, hex }),
    }
}

async fn fetch(url: &str, fetcher: &Fetcher, get: &Get) -> Result<String, Failure> {
    let mut response = fetcher
        .get(url, get)
        .await
        .map_err(|e| Failure::checksum(format!("checksum file: {e}")))?;
    if !response.status().is_success() {
        return Err(Failure::checksum(format!(
            "the checksum file {} answers {}; correct image_checksum",
            shown_text(url),
            response.status()
        )));
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|e| Failure::checksum(crate::outbound::client::reason(&e)))?
    {
        if bytes.len() + chunk.len() > MAX_CHECKSUM_FILE {
            return Err(Failure::checksum(format!(
                "the checksum file {} is larger than 4 MiB",
                shown_text(url)
            )));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn base_name(url: &str) -> &str {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    path.rsplit('/').next().unwrap_or_default()
}

/// Finds a digest in the usual layouts: a bare digest, `<hash>  [*]name`, or `ALGO (name) = <hash>`.
pub fn find_in_file(text: &str, image_url: &str) -> Option<String> {
    let lines: Vec<_> = text
        .lines()
        .map(str::trim)
        .filter(|l| !l.is_empty() && !l.starts_with('#'))
        .collect();
    if let [single] = lines[..]
        && !single.contains(char::is_whitespace)
    {
        return Some(single.to_owned());
    }
    let name = base_name(image_url);
    lines.iter().find_map(|line| {
        if let Some((left, hash)) = line.rsplit_once(" = ") {
            let inner = left.split_once('(')?.1.strip_suffix(')')?;
            return (base_name(inner) == name).then(|| hash.trim().to_owned());
        }
        let (hash, file) = line.split_once(char::is_whitespace)?;
        (base_name(file.trim().trim_start_matches('*')) == name).then(|| hash.to_owned())
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_found_in_the_usual_layouts() {
        let url = "http://h/dir/disk.img?x=1";
        for text in [
            "abc123\n",
            "# note\nfff  other.img\nabc123  disk.img\n",
            "fff *other.img\nabc123 *./disk.img",
            "SHA256 (other.img) = fff\nSHA256 (disk.img) = abc123\n",
        ] {
            assert_eq!(find_in_file(text, url).as_deref(), Some("abc123"), "{text}");
        }
        assert_eq!(find_in_file("fff  other.img\neee  third.img", url), None);
    }

    #[test]
    fn only_digests_are_digests() {
        assert_eq!(
            judge(&"A".repeat(64), false).unwrap().algorithm,
            Algorithm::Sha256
        );
        assert_eq!(
            judge(&"a".repeat(128), false).unwrap().algorithm,
            Algorithm::Sha512
        );
        assert!(judge(&"a".repeat(32), false).is_err());
        assert_eq!(
            judge(&"a".repeat(32), true).unwrap().algorithm,
            Algorithm::Md5
        );
        assert!(judge("xyz", true).is_err());
        assert!(judge(&"g".repeat(64), true).is_err());
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

    proptest::proptest! {
        #[test]
        fn no_checksum_file_panics(text in ".*", url in ".*") {
            let _ = find_in_file(&text, &url);
        }
    }
}
