//! Decompression of files that distributions ship packed: chosen by content, never by name, and bounded.

use anyhow::{Context, Result, bail};
use std::io::{Cursor, Read};

/// No kernel module and no firmware file comes near this.
const FILE_MAX: u64 = 512 << 20;

const XZ: &[u8] = &[0xfd, b'7', b'z', b'X', b'Z', 0];
const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];
const GZIP: &[u8] = &[0x1f, 0x8b];

/// A reader of what `packed` holds; content in no known format is passed on as it is.
pub(super) fn reader<'a>(mut packed: impl Read + 'a) -> Result<Box<dyn Read + 'a>> {
    let mut magic = Vec::new();
    packed.by_ref().take(6).read_to_end(&mut magic)?;
    let whole = Cursor::new(magic.clone()).chain(packed);
    Ok(if magic.starts_with(XZ) {
        Box::new(liblzma::read::XzDecoder::new_multi_decoder(whole))
    } else if magic.starts_with(ZSTD) {
        Box::new(zstd::stream::read::Decoder::new(whole)?)
    } else if magic.starts_with(GZIP) {
        Box::new(flate2::read::MultiGzDecoder::new(whole))
    } else {
        Box::new(whole)
    })
}

/// The content of `packed`, decompressed if it is compressed.
pub(super) fn unpacked(packed: Vec<u8>) -> Result<Vec<u8>> {
    if ![XZ, ZSTD, GZIP]
        .iter()
        .any(|magic| packed.starts_with(magic))
    {
        return Ok(packed);
    }
    let mut content = Vec::new();
    let mut bounded = reader(packed.as_slice())?.take(FILE_MAX + 1);
    bounded.read_to_end(&mut content).context("decompressing")?;
    if content.len() as u64 > FILE_MAX {
        bail!("the file decompresses to more than {FILE_MAX} bytes");
    }
    Ok(content)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::io::Write;

    #[test]
    fn each_format_is_known_by_its_content() {
        let plain = b"kernel module".repeat(50);
        let mut xz = liblzma::write::XzEncoder::new(Vec::new(), 6);
        xz.write_all(&plain).unwrap();
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        gzip.write_all(&plain).unwrap();
        let zstd = zstd::encode_all(plain.as_slice(), 3).unwrap();
        for packed in [
            xz.finish().unwrap(),
            gzip.finish().unwrap(),
            zstd,
            plain.clone(),
        ] {
            assert_eq!(unpacked(packed).unwrap(), plain);
        }
    }

    #[test]
    fn damage_is_an_error() {
        let mut zstd = zstd::encode_all(b"content".repeat(100).as_slice(), 3).unwrap();
        zstd.truncate(zstd.len() - 3);
        assert!(unpacked(zstd).is_err());
    }
}
