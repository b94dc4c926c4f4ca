//! Unified kernel images: a kernel, its initramfs and its command line as sections of systemd's UEFI stub, one file
//! that firmware starts (UAPI specification "Unified Kernel Image"). Sections are added only; nothing is signed.

mod pe;
#[cfg(test)]
mod tests;

use pe::Stub;

/// Longest command line that Linux on x86 takes (`COMMAND_LINE_SIZE`), with room for the closing NUL.
const CMDLINE_MAX: usize = 2047;

/// What goes into an image.
#[derive(Debug, Clone, Copy)]
pub struct UkiParts<'a> {
    /// systemd's stub (Debian: package `systemd-boot-efi`, `linuxx64.efi.stub`).
    pub stub: &'a [u8],
    /// The content of an os-release file.
    pub os_release: &'a str,
    /// The kernel's command line: printable ASCII.
    pub cmdline: &'a str,
    /// The initramfs: one archive or several.
    pub initrd: &'a [u8],
    /// The kernel, itself an EFI program (any kernel with `CONFIG_EFI_STUB`).
    pub linux: &'a [u8],
}

/// Why an image could not be made.
#[derive(Debug, thiserror::Error)]
pub enum UkiError {
    /// The stub is cut short or is no PE program.
    #[error("the stub is not a usable PE program: {0}")]
    Stub(&'static str),
    /// The stub has such a section already, so it is a finished image.
    #[error("the stub already has a section {0}: is it a finished kernel image?")]
    AlreadyHas(String),
    /// The stub carries a signature, which adding sections would break.
    #[error("the stub is signed; adding sections would make the signature wrong")]
    Signed,
    /// The headers of the stub have no space left for further section headers.
    #[error("the stub's headers have room for {room} further sections, {needed} are needed")]
    NoRoom {
        /// How many would fit.
        room: usize,
        /// How many are to be added.
        needed: usize,
    },
    /// The image would exceed what 32-bit addresses in PE can express.
    #[error("the image would exceed 2 GiB")]
    TooLarge,
    /// The command line is too long or not printable ASCII.
    #[error("the kernel command line must be printable ASCII of at most 2047 characters")]
    Cmdline,
    /// The kernel is no EFI program.
    #[error("the kernel is not an EFI program (it lacks the MZ signature)")]
    Kernel,
}

/// Joins the parts to one EFI program. The result has checksum 0, which UEFI firmware does not look at.
pub fn unified_kernel_image(parts: &UkiParts<'_>) -> Result<Vec<u8>, UkiError> {
    if parts.cmdline.len() > CMDLINE_MAX
        || !parts.cmdline.bytes().all(|b| (b' '..=b'~').contains(&b))
    {
        return Err(UkiError::Cmdline);
    }
    if !parts.linux.starts_with(b"MZ") {
        return Err(UkiError::Kernel);
    }
    // The kernel comes last: a kernel may use memory behind its file's end, and nothing may lie there.
    let sections: [(&str, &[u8]); 4] = [
        (".osrel", parts.os_release.as_bytes()),
        (".cmdline", parts.cmdline.as_bytes()),
        (".initrd", parts.initrd),
        (".linux", parts.linux),
    ];
    Stub::parse(parts.stub)?.with_sections(&sections)
}
