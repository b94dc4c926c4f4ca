//! Which images are written: what is declared, read from an image's description, and how its first bytes look.

use agent_image::{Content, Declared};

use crate::failure::Failure;

/// What can be written, for messages.
pub const SUPPORTED: &str =
    "whole-disk images, raw (plain, or compressed with gzip, zstd or xz) or qcow2";

/// The declared format. Refuses others, and partition images.
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
    let partition = image.image_type.as_deref() == Some("partition")
        || ["kernel", "ramdisk"]
            .iter()
            .any(|k| image.extra.get(*k).is_some_and(|v| !v.is_null()));
    if partition {
        return Err(Failure::image(format!(
            "this is a partition image; supported are {SUPPORTED}. Use a whole-disk image and set neither kernel nor ramdisk"
        )));
    }
    Ok(declared)
}

/// Whether a file that begins so has as many bytes as the disk it describes.
pub fn is_plain(head: &[u8]) -> bool {
    agent_image::sniff(head) == Ok(Content::Raw)
}
