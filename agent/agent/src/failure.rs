//! Why a command failed, in the shape the protocol wants: a class name, a status, what was attempted, and details that
//! name the cause and the remedy.

use agent_wire::CommandError;

/// A failed command. The class names are those of ironic-python-agent, because conductors match some of them.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{message}: {details}")]
pub struct Failure {
    /// Class name on the wire.
    pub kind: &'static str,
    /// HTTP status that fits.
    pub code: u16,
    /// What was attempted.
    pub message: &'static str,
    /// What happened and what to do.
    pub details: String,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $kind:literal, $code:literal, $message:literal;)*) => {
        impl Failure {
            $($(#[$doc])*
            pub fn $name(details: impl Into<String>) -> Self {
                Self { kind: $kind, code: $code, message: $message, details: details.into() }
            })*
        }
    };
}

kinds! {
    /// The arguments do not fit the command.
    params = "InvalidCommandParamsError", 400, "Invalid command parameters";
    /// The content of a request is wrong.
    content = "InvalidContentError", 400, "Invalid request body";
    /// There is no such command or extension.
    not_found = "RequestedObjectNotFoundError", 404, "Not found";
    /// The manager versions differ from those the steps were listed with.
    version_mismatch = "VersionMismatch", 409, "Hardware manager version mismatch";
    /// A command could not do its work.
    execution = "CommandExecutionError", 500, "Command execution failed";
    /// An image could not be had.
    download = "ImageDownloadError", 500, "Error downloading image";
    /// The bytes are not the expected ones.
    checksum = "ImageChecksumError", 500, "Error verifying image checksum";
    /// An image could not be written.
    image_write = "ImageWriteError", 500, "Error writing image to device";
    /// The image is of a kind that is not written here.
    image = "InvalidImage", 500, "Error validating image";
    /// What follows the writing went wrong.
    deployment = "DeploymentError", 500, "Deploy step failed";
    /// A disk could not be erased.
    erase = "BlockDeviceEraseError", 500, "Error erasing block device";
    /// A disk was not found.
    device = "DeviceNotFound", 500, "Device not found";
    /// A boot entry could not be made.
    boot_entry = "EFIBootEntryError", 500, "Error setting the EFI boot entry";
}

impl From<&Failure> for CommandError {
    fn from(failure: &Failure) -> Self {
        Self {
            kind: failure.kind.to_owned(),
            code: failure.code,
            message: failure.message.to_owned(),
            details: Some(failure.details.clone()),
        }
    }
}
