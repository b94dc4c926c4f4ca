//! Which image formats are written, judged by the declaration and by the first bytes.

use crate::failure::Failure;

/// What can be written, for messages.
pub const SUPPORTED: &str = "raw whole-disk images, plain or gzip-compressed";

/// How the bytes of the download become bytes of the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// As they are.
    Plain,
    /// Through a gzip decoder.
    Gzip,
}

/// Refuses what is declared as another format or as a partition image.
pub fn check_declared(image: &agent_wire::ImageInfo) -> Result<(), Failure> {
    let format = image.disk_format.as_deref().unwrap_or("raw").to_lowercase();
    if !matches!(format.as_str(), "raw" | "gpt" | "unknown") {
        return Err(Failure::image(format!(
            "the image's disk_format is {format}; supported are {SUPPORTED}. Convert it (qemu-img convert -O raw) and set disk_format to raw"
        )));
    }
    let partition = image.image_type.as_deref() == Some("partition")
        || ["kernel", "ramdisk"]
            .iter()
            .any(|k| image.extra.get(*k).is_some_and(|v| !v.is_null()));
    if partition {
        return Err(Failure::image(format!(
            "this is a partition image; supported are {SUPPORTED}. Use a whole-disk image and set neither kernel nor ramdisk"
        )));
    }
    Ok(())
}

/// Looks at the first bytes of the download.
pub fn sniff(head: &[u8]) -> Result<Encoding, Failure> {
    const FOREIGN: [(&[u8], &str); 8] = [
        (b"QFI\xfb", "qcow2"),
        (b"KDMV", "VMDK"),
        (b"# Disk DescriptorFile", "VMDK"),
        (b"vhdxfile", "VHDX"),
        (b"conectix", "VHD"),
        (b"\xfd7zXZ\0", "xz-compressed data"),
        (b"\x28\xb5\x2f\xfd", "zstd-compressed data"),
        (b"BZh", "bzip2-compressed data"),
    ];
    if head.starts_with(&[0x1f, 0x8b]) {
        return Ok(Encoding::Gzip);
    }
    match FOREIGN.iter().find(|(magic, _)| head.starts_with(magic)) {
        Some((_, name)) => Err(Failure::image(format!(
            "the image is declared as raw but its content is {name}; supported are {SUPPORTED}"
        ))),
        None => Ok(Encoding::Plain),
    }
}

/// Looks at the first bytes that would go to the disk.
pub fn check_decoded(head: &[u8]) -> Result<(), Failure> {
    match sniff(head)? {
        Encoding::Plain => Ok(()),
        Encoding::Gzip => Err(Failure::image(format!(
            "the image is gzip-compressed twice; supported are {SUPPORTED}"
        ))),
    }
}
