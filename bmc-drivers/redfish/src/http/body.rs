//! Reading an answer's body: capped, also after decompression.

use std::io::Read;

use bmc_core::{BmcError, Target};
use reqwest::{Response, header};

use super::{failure, malformed};

/// The largest body that is read (bytes): the largest registries are about 2 MiB.
const LARGEST: usize = 4 << 20;

/// The whole body, or an error if it is too large or breaks off.
pub(super) async fn read(
    target: &Target,
    doing: &str,
    mut response: Response,
) -> Result<Vec<u8>, BmcError> {
    let too_large = || malformed(target, doing, &format!("it is larger than {LARGEST} bytes"));
    if response
        .content_length()
        .is_some_and(|length| length > LARGEST as u64)
    {
        return Err(too_large());
    }
    let gzip = response
        .headers()
        .get(header::CONTENT_ENCODING)
        .is_some_and(|encoding| encoding == "gzip");
    let mut body = Vec::new();
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|error| failure::classify(target, doing, error))?
    {
        if body.len() + chunk.len() > LARGEST {
            return Err(too_large());
        }
        body.extend_from_slice(&chunk);
    }
    if !gzip {
        return Ok(body);
    }
    let mut plain = Vec::new();
    flate2::read::GzDecoder::new(&body[..])
        .take(LARGEST as u64 + 1)
        .read_to_end(&mut plain)
        .map_err(|_| malformed(target, doing, "its compression is broken"))?;
    if plain.len() > LARGEST {
        Err(too_large())
    } else {
        Ok(plain)
    }
}
