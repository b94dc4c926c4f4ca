//! Where an image really is and what its digest must be, before its first byte is fetched: credentials, the checksum's source,
//! and what an `oci://` name stands for.

use agent_wire::ImageInfo;

use super::checksum::{self, Expected};
use super::oci::reference::strip_scheme;
use super::{credentials, oci};
use crate::failure::Failure;
use crate::outbound::client::{Fetcher, Get};
use crate::outbound::document::Retries;

/// A resolved image.
#[derive(Debug)]
pub struct Source {
    /// The description, with URLs that can be fetched and the format that a registry names.
    pub image: ImageInfo,
    /// How to ask for it.
    pub get: Get,
    /// What the digest of the downloaded file must be.
    pub expected: Expected,
}

/// Resolves an image's description.
pub async fn resolve(
    image: &ImageInfo,
    fetcher: &Fetcher,
    retries: Retries,
    md5_allowed: bool,
) -> Result<Source, Failure> {
    let get = Get {
        authorization: credentials::authorization(image)?,
        ..Get::default()
    };
    let registered = image.urls.iter().any(|url| strip_scheme(url).is_some());
    if !registered {
        let expected = checksum::expected(image, fetcher, &get, retries, md5_allowed).await?;
        let image = image.clone();
        return Ok(Source {
            image,
            get,
            expected,
        });
    }
    from_registry(image, fetcher, retries, md5_allowed).await
}

/// Of an image in a registry only one URL is taken: others could have another digest.
async fn from_registry(
    image: &ImageInfo,
    fetcher: &Fetcher,
    retries: Retries,
    md5_allowed: bool,
) -> Result<Source, Failure> {
    let [url] = &image.urls[..] else {
        return Err(Failure::params(
            "an image in a registry (oci://) has exactly one URL",
        ));
    };
    let secret = credentials::pull_secret(image)?;
    let architecture = std::env::consts::ARCH;
    let found = oci::find(url, secret.as_ref(), fetcher, retries, architecture).await?;
    let given = if checksum::is_given(image) {
        // The registry's credentials are not for whoever serves a checksum file.
        let plain = Get::default();
        Some(checksum::expected(image, fetcher, &plain, retries, md5_allowed).await?)
    } else {
        None
    };
    let expected = agreed(given, found.expected)?;
    let mut image = image.clone();
    image.urls = vec![found.url];
    if let Some(format) = found.disk_format {
        image.disk_format = Some(format.to_owned());
    }
    Ok(Source {
        image,
        get: found.get,
        expected,
    })
}

/// A digest that was given goes before the registry's own; where both are of one kind they must agree.
fn agreed(given: Option<Expected>, layer: Expected) -> Result<Expected, Failure> {
    match given {
        Some(given) if given.algorithm == layer.algorithm && given.hex != layer.hex => {
            Err(Failure::checksum(format!(
                "the registry's image has the digest {}, but {} is expected; correct image_checksum, or leave it out: the registry names the digest",
                layer.hex, given.hex
            )))
        }
        Some(given) => Ok(given),
        None => Ok(layer),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_given_digest_goes_first_and_must_not_contradict() {
        let of = |c: &str, n: usize| checksum::judge(&c.repeat(n), None, true).unwrap();
        assert_eq!(agreed(None, of("a", 64)).unwrap(), of("a", 64));
        assert_eq!(
            agreed(Some(of("b", 128)), of("a", 64)).unwrap(),
            of("b", 128)
        );
        assert_eq!(agreed(Some(of("a", 64)), of("a", 64)).unwrap(), of("a", 64));
        assert!(agreed(Some(of("b", 64)), of("a", 64)).is_err());
    }
}
