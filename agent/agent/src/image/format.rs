//! Which images are written: what is declared, read from an image's description, and how its first bytes look.

use agent_image::{Content, Declared};

use crate::failure::Failure;
use crate::partition_image::wishes::is_partition_image;

/// What can be written, for messages.
pub const SUPPORTED: &str = "raw (plain, or compressed with gzip, zstd or xz) and qcow2";

/// The declared format. Refuses others.
pub fn declared(image: &agent_wire::ImageInfo) -> Result<Declared, Failure> {
    let format = image.disk_format.as_deref();
    let Some(declared) = Declared::parse(format) else {
        return Err(Failure::image(format!(
            "the image's disk_format is {:?}; supported are {SUPPORTED}. Convert it (qemu-img convert -O qcow2) and set disk_format to qcow2",
            format
                .unwrap_or_default()
                .chars()
                .take(40)
                .collect::<String>()
        )));
    };
    if declared == Declared::Gpt && is_partition_image(image) {
        return Err(Failure::image(
            "the image's disk_format is gpt, which is a whole disk, but its image_type is partition; correct one of them",
        ));
    }
    Ok(declared)
}

/// Whether a file that begins so has as many bytes as the disk it describes.
pub fn is_plain(head: &[u8]) -> bool {
    agent_image::sniff(head) == Ok(Content::Raw)
}
