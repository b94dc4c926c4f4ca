//! Which format an image has, judged by its first bytes, and whether that is the one it was declared to have.

use crate::error::ImageError;

/// How many bytes of the beginning are looked at: enough for a GPT header behind a sector of 4096 bytes.
pub const HEAD: usize = 8192;

/// What an image is packed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// The bytes of the disk as they are.
    Raw,
    /// gzip around the bytes of the disk (RFC 1952).
    Gzip,
    /// zstd around the bytes of the disk (RFC 8878).
    Zstd,
    /// xz around the bytes of the disk.
    Xz,
    /// QEMU's qcow2, version 2 or 3.
    Qcow2,
}

impl Content {
    /// The format's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::Xz => "xz",
            Self::Qcow2 => "qcow2",
        }
    }
}

/// What the image's owner says it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Declared {
    /// Nothing: its content decides.
    Auto,
    /// The bytes of a disk, plain or packed with gzip, zstd or xz.
    Raw,
    /// As [`Declared::Raw`], with a GPT on it.
    Gpt,
    /// QEMU's qcow2.
    Qcow2,
}

impl Declared {
    /// Reads the name of a format, in any case; no name, `auto` and `unknown` leave it to the content.
    pub fn parse(name: Option<&str>) -> Option<Self> {
        match name.unwrap_or("auto").trim().to_ascii_lowercase().as_str() {
            "" | "auto" | "unknown" => Some(Self::Auto),
            "raw" => Some(Self::Raw),
            "gpt" => Some(Self::Gpt),
            "qcow2" => Some(Self::Qcow2),
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Raw => "raw",
            Self::Gpt => "gpt",
            Self::Qcow2 => "qcow2",
        }
    }

    fn admits(self, content: Content) -> bool {
        match self {
            Self::Auto => true,
            Self::Raw | Self::Gpt => content != Content::Qcow2,
            Self::Qcow2 => content == Content::Qcow2,
        }
    }

    /// Looks at the first bytes of the disk that a raw image describes.
    pub(crate) fn check_disk(self, head: &[u8]) -> Result<(), ImageError> {
        let table = |sector: usize| {
            head.get(sector..sector + 8)
                .is_some_and(|it| it == b"EFI PART")
        };
        if self == Self::Gpt && !table(512) && !table(4096) {
            return Err(ImageError::NoGpt);
        }
        Ok(())
    }
}

/// Formats that are told apart only to say what an image is.
const FOREIGN: [(usize, &[u8], &str); 13] = [
    (0, b"KDMV", "VMDK"),
    (0, b"COWD", "VMDK"),
    (0, b"# Disk DescriptorFile", "VMDK"),
    (0, b"vhdxfile", "VHDX"),
    (0, b"conectix", "VHD"),
    (64, b"\x7f\x10\xda\xbe", "VDI"),
    (0, b"QED\0", "QED"),
    (0, b"BZh", "bzip2"),
    (0, b"\x04\x22\x4d\x18", "lz4"),
    (0, b"PK\x03\x04", "ZIP"),
    (0, b"7z\xbc\xaf\x27\x1c", "7z"),
    (0, b"LZIP", "lzip"),
    (257, b"ustar", "tar"),
];

/// What the first bytes are; `Err` holds the name of a format that is not read here. Bytes without a mark are raw.
pub fn sniff(head: &[u8]) -> Result<Content, &'static str> {
    const OURS: [(&[u8], Content); 4] = [
        (b"QFI\xfb", Content::Qcow2),
        (b"\x1f\x8b", Content::Gzip),
        (b"\x28\xb5\x2f\xfd", Content::Zstd),
        (b"\xfd7zXZ\0", Content::Xz),
    ];
    // zstd's skippable frames (RFC 8878, section 3.1.2): pzstd begins with one.
    if let [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] = head {
        return Ok(Content::Zstd);
    }
    if let Some((_, content)) = OURS.iter().find(|(magic, _)| head.starts_with(magic)) {
        return Ok(*content);
    }
    let foreign = FOREIGN
        .iter()
        .find(|(at, magic, _)| head.get(*at..).is_some_and(|it| it.starts_with(magic)));
    foreign.map_or(Ok(Content::Raw), |(_, _, name)| Err(name))
}

/// Judges the first bytes of the file.
pub fn opening(head: &[u8], declared: Declared) -> Result<Content, ImageError> {
    let found = sniff(head);
    let name = found.map_or_else(|name| name, Content::name);
    match found {
        Ok(content) if declared.admits(content) => Ok(content),
        Err(_) if declared == Declared::Auto => Err(ImageError::Foreign { found: name }),
        _ => Err(ImageError::NotAsDeclared {
            declared: declared.name(),
            found: name,
        }),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_is_declared_must_be_what_is_there() {
        let qcow2 = b"QFI\xfb\0\0\0\x03";
        let gzip = b"\x1f\x8b\x08\0";
        let boot = [0xeb; 512];
        for (head, declared, fits) in [
            (&qcow2[..], Declared::Qcow2, true),
            (qcow2, Declared::Auto, true),
            (qcow2, Declared::Raw, false),
            (gzip, Declared::Raw, true),
            (gzip, Declared::Gpt, true),
            (gzip, Declared::Qcow2, false),
            (&boot, Declared::Raw, true),
            (&boot, Declared::Qcow2, false),
            (b"KDMV....", Declared::Auto, false),
            (b"KDMV....", Declared::Raw, false),
        ] {
            assert_eq!(
                opening(head, declared).is_ok(),
                fits,
                "{head:?} {declared:?}"
            );
        }
        let error = opening(b"vhdxfile", Declared::Raw).unwrap_err().to_string();
        assert!(error.contains("raw") && error.contains("VHDX"), "{error}");
    }

    #[test]
    fn a_gpt_is_looked_for_behind_either_sector() {
        for sector in [512, 4096] {
            let mut head = vec![0; HEAD];
            assert!(Declared::Gpt.check_disk(&head).is_err());
            assert!(Declared::Raw.check_disk(&head).is_ok());
            head[sector..sector + 8].copy_from_slice(b"EFI PART");
            assert!(Declared::Gpt.check_disk(&head).is_ok());
        }
    }

    #[test]
    fn names_are_read_leniently_and_only_known_ones() {
        assert_eq!(Declared::parse(None), Some(Declared::Auto));
        assert_eq!(Declared::parse(Some("QCow2")), Some(Declared::Qcow2));
        assert_eq!(Declared::parse(Some("unknown")), Some(Declared::Auto));
        assert_eq!(Declared::parse(Some("vmdk")), None);
    }
}
