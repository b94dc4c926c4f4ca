//! What a machine shall boot when it asks the network, as typed values: no paths, no URLs, no free text that a script could be made of.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The standing answer to "what shall this machine boot?".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BootOrder {
    /// The node that the machine belongs to.
    pub node: Uuid,
    /// What to boot.
    pub what: BootWhat,
}

/// What a machine boots.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum BootWhat {
    /// A kernel and its ramdisk over the network.
    Ramdisk {
        /// The kernel's name in the map of artefacts.
        kernel: ArtefactName,
        /// The ramdisk's name in the map of artefacts.
        initrd: ArtefactName,
        /// The kernel's arguments.
        args: KernelArgs,
    },
    /// The kernel and ramdisk of another agent that the node itself names; the machine fetches them from where they are.
    NamedRamdisk {
        /// Where the kernel is.
        kernel: BootUrl,
        /// Where the ramdisk is.
        initrd: BootUrl,
        /// The kernel's arguments.
        args: KernelArgs,
    },
    /// The deployed system itself, as a kernel and a ramdisk; the machine fetches them from where they are.
    Instance {
        /// Where the kernel is.
        kernel: BootUrl,
        /// Where the ramdisk is.
        initrd: BootUrl,
        /// The kernel's arguments.
        args: KernelArgs,
    },
    /// The deployed system itself, as an image of a bootable medium.
    Medium {
        /// Where the image is.
        url: BootUrl,
    },
    /// Nothing from the network: the firmware goes on to its next boot entry.
    Disk,
}

/// Why a text was not accepted as an artefact's name or as kernel arguments.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BootTextError {
    /// A name is empty or too long.
    #[error("an artefact's name has 1 to {max} characters")]
    NameLength {
        /// The longest name accepted.
        max: usize,
    },
    /// A name has a character, or a first character, that is not accepted.
    #[error(
        "an artefact's name starts with a letter or digit and has only letters, digits, '.', '_', '+' and '-': {found:?}"
    )]
    NameCharacter {
        /// The character found.
        found: char,
    },
    /// A URL has another scheme, no host, or is too long.
    #[error(
        "a boot file's URL begins with http:// or https://, names a host and a file, and has at most {max} characters"
    )]
    UrlShape {
        /// The longest URL accepted.
        max: usize,
    },
    /// A URL has a character that is not accepted.
    #[error(
        "a boot file's URL has only letters, digits and '._~:/%+=,[]-', no query and no user: {found:?}"
    )]
    UrlCharacter {
        /// The character found.
        found: char,
    },
    /// A kernel argument has a character that is not accepted.
    #[error("kernel argument {position} has a character that is not accepted: {found:?}")]
    ArgumentCharacter {
        /// Which argument, counted from 1.
        position: usize,
        /// The character found.
        found: char,
    },
    /// A kernel argument starts with something else than a letter, a digit, `_` or `-`.
    #[error("kernel argument {position} must start with a letter, a digit, '_' or '-'")]
    ArgumentStart {
        /// Which argument, counted from 1.
        position: usize,
    },
    /// `initrd=` is written by the engine alone, because EFI kernels load the file it names.
    #[error("kernel argument {position} is 'initrd=', which the engine writes itself")]
    ArgumentReserved {
        /// Which argument, counted from 1.
        position: usize,
    },
    /// An argument was empty.
    #[error("kernel argument {position} is empty")]
    ArgumentEmpty {
        /// Which argument, counted from 1.
        position: usize,
    },
    /// All arguments together are too long.
    #[error("the kernel arguments together have more than {max} characters")]
    ArgumentsLength {
        /// The longest line accepted.
        max: usize,
    },
}

/// The name of something that a machine may fetch while it boots: a key of a map, never a path.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ArtefactName(String);

impl ArtefactName {
    /// The longest name: firmware's boot file fields hold 127 characters, and a URL or prefix must fit too.
    pub const MAX_LENGTH: usize = 80;

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ArtefactName {
    type Err = BootTextError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.is_empty() || text.len() > Self::MAX_LENGTH {
            return Err(BootTextError::NameLength {
                max: Self::MAX_LENGTH,
            });
        }
        for (i, c) in text.chars().enumerate() {
            let accepted =
                c.is_ascii_alphanumeric() || (i > 0 && matches!(c, '.' | '_' | '+' | '-'));
            if !accepted {
                return Err(BootTextError::NameCharacter { found: c });
            }
        }
        Ok(Self(text.to_owned()))
    }
}

/// Where a machine fetches a boot file that this engine does not have: a URL without anything that a boot script could misread.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BootUrl(String);

impl BootUrl {
    /// The longest URL: boot programs have short lines.
    pub const MAX_LENGTH: usize = 500;

    /// The URL as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for BootUrl {
    type Err = BootTextError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let accepted = |c: char| c.is_ascii_alphanumeric() || "._~:/%+=,[]-".contains(c);
        if let Some(found) = text.chars().find(|c| !accepted(*c)) {
            return Err(BootTextError::UrlCharacter { found });
        }
        let rest = ["http://", "https://"].map(|scheme| text.strip_prefix(scheme));
        let place = rest
            .into_iter()
            .flatten()
            .find_map(|rest| rest.split_once('/'));
        let whole = place.is_some_and(|(host, file)| !host.is_empty() && !file.is_empty());
        if !whole || text.len() > Self::MAX_LENGTH {
            return Err(BootTextError::UrlShape {
                max: Self::MAX_LENGTH,
            });
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Debug for BootUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for BootUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for BootUrl {
    type Error = BootTextError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<BootUrl> for String {
    fn from(url: BootUrl) -> Self {
        url.0
    }
}

/// The arguments of a kernel that boots over the network, each checked by itself.
///
/// A token has only letters, digits and `._-+=,:/@%~[]*?&!`. So it can hold neither white space nor anything that iPXE, GRUB
/// or a boot loader's configuration would read as its own syntax (`${…}`, quotes, `;`, `|`, `#`, a backslash).
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct KernelArgs(Vec<String>);

impl KernelArgs {
    /// The longest line: Linux takes 2048 bytes on x86 and arm64, and the engine adds `initrd=` and `BOOTIF=` itself.
    pub const MAX_LENGTH: usize = 1536;

    /// The arguments one by one.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Adds one argument at the end.
    ///
    /// # Errors
    /// When the token is empty, has a character outside the set, is reserved, or makes the line too long.
    pub fn push(&mut self, token: &str) -> Result<(), BootTextError> {
        check_token(token, self.0.len() + 1)?;
        let length: usize = self.0.iter().map(|t| t.len() + 1).sum::<usize>() + token.len();
        if length > Self::MAX_LENGTH {
            return Err(BootTextError::ArgumentsLength {
                max: Self::MAX_LENGTH,
            });
        }
        self.0.push(token.to_owned());
        Ok(())
    }

    /// Adds `key=value`.
    ///
    /// # Errors
    /// As [`KernelArgs::push`].
    pub fn set(&mut self, key: &str, value: &str) -> Result<(), BootTextError> {
        self.push(&format!("{key}={value}"))
    }
}

fn check_token(token: &str, position: usize) -> Result<(), BootTextError> {
    let Some(first) = token.chars().next() else {
        return Err(BootTextError::ArgumentEmpty { position });
    };
    if let Some(found) = token.chars().find(|c| !is_argument_character(*c)) {
        return Err(BootTextError::ArgumentCharacter { position, found });
    }
    if !(first.is_ascii_alphanumeric() || first == '_' || first == '-') {
        return Err(BootTextError::ArgumentStart { position });
    }
    if token == "initrd" || token.starts_with("initrd=") {
        return Err(BootTextError::ArgumentReserved { position });
    }
    Ok(())
}

fn is_argument_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || "._-+=,:/@%~[]*?&!".contains(c)
}

impl FromStr for KernelArgs {
    type Err = BootTextError;

    /// Splits at spaces and checks each token. A tab, a newline or any other white space is refused, not split at.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut args = Self::default();
        for token in text.split(' ').filter(|t| !t.is_empty()) {
            args.push(token)?;
        }
        Ok(args)
    }
}

impl fmt::Display for KernelArgs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(" "))
    }
}

impl fmt::Debug for KernelArgs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.0).finish()
    }
}

impl fmt::Display for ArtefactName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ArtefactName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for ArtefactName {
    type Error = BootTextError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<ArtefactName> for String {
    fn from(name: ArtefactName) -> Self {
        name.0
    }
}

impl TryFrom<String> for KernelArgs {
    type Error = BootTextError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<KernelArgs> for String {
    fn from(args: KernelArgs) -> Self {
        args.to_string()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_arguments_pass_and_read_back() {
        let line = "console=ttyS0,115200n8 ipa-api-url=https://[fd00::1]:6385/v1 selinux=0 -- quiet memmap=1G@4G";
        let args: KernelArgs = line.parse().unwrap();
        assert_eq!(args.to_string(), line);
        assert_eq!(args.iter().count(), 6);
        let again: KernelArgs =
            serde_json::from_str(&serde_json::to_string(&args).unwrap()).unwrap();
        assert_eq!(again, args);
        assert_eq!("  a   b ".parse::<KernelArgs>().unwrap().to_string(), "a b");
    }

    #[test]
    fn whatever_a_script_could_be_made_of_is_refused() {
        for bad in [
            "a\nb",
            "a\tb",
            "a\r",
            "x=${net0/mac}",
            "a;b",
            "a|b",
            "a\"b",
            "a'b",
            "a`b",
            "a\\",
            "a#b",
            "a<b",
            "a(b)",
            "a\u{0}",
            "é",
            "a\u{a0}b",
        ] {
            assert!(
                matches!(
                    bad.parse::<KernelArgs>(),
                    Err(BootTextError::ArgumentCharacter { .. })
                ),
                "{bad:?}"
            );
        }
        for bad in ["&&", "=a", "!x", "/x"] {
            assert_eq!(
                bad.parse::<KernelArgs>(),
                Err(BootTextError::ArgumentStart { position: 1 }),
                "{bad}"
            );
        }
        assert_eq!(
            "a initrd=x".parse::<KernelArgs>(),
            Err(BootTextError::ArgumentReserved { position: 2 })
        );
        assert_eq!(
            KernelArgs::default().push("a b"),
            Err(BootTextError::ArgumentCharacter {
                position: 1,
                found: ' '
            })
        );
        assert_eq!(
            KernelArgs::default().push(""),
            Err(BootTextError::ArgumentEmpty { position: 1 })
        );
    }

    #[test]
    fn the_line_is_bounded() {
        let long = vec!["abcdefg"; KernelArgs::MAX_LENGTH / 8 + 1].join(" ");
        assert!(matches!(
            long.parse::<KernelArgs>(),
            Err(BootTextError::ArgumentsLength { .. })
        ));
        let fits = vec!["abcdefg"; KernelArgs::MAX_LENGTH / 8].join(" ");
        assert!(fits.parse::<KernelArgs>().is_ok());
    }

    #[test]
    fn a_name_is_never_a_path() {
        for good in [
            "snponly.efi",
            "kernel-1f3a",
            "a",
            "vmlinuz-6.1.0+deb12_amd64",
        ] {
            assert_eq!(good.parse::<ArtefactName>().unwrap().as_str(), good);
        }
        for bad in [
            "",
            "..",
            ".hidden",
            "a/b",
            "a\\b",
            "-x",
            "a b",
            "a%2e",
            "é",
            &"a".repeat(81),
        ] {
            assert!(bad.parse::<ArtefactName>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_url_holds_nothing_that_a_script_could_misread() {
        for good in [
            "http://192.0.2.1:6180/images/ironic-python-agent.kernel",
            "https://[fd00::1]/a",
            "http://files.example/~x/a%20b+c=1,2",
        ] {
            assert_eq!(good.parse::<BootUrl>().unwrap().as_str(), good);
        }
        for bad in [
            "",
            "http://",
            "http://h",
            "http:///x",
            "file:///x",
            "ftp://h/x",
        ] {
            assert!(
                matches!(bad.parse::<BootUrl>(), Err(BootTextError::UrlShape { .. })),
                "{bad}"
            );
        }
        for bad in [
            "http://h/x y",
            "http://h/${mac}",
            "http://h/x||y",
            "http://u@h/x",
            "http://h/x?y&z",
            "http://h/x#y",
            "http://h/x\ny",
            "http://h/\u{e9}",
        ] {
            assert!(
                matches!(
                    bad.parse::<BootUrl>(),
                    Err(BootTextError::UrlCharacter { .. })
                ),
                "{bad}"
            );
        }
        let long = format!("http://h/{}", "x".repeat(BootUrl::MAX_LENGTH));
        assert!(long.parse::<BootUrl>().is_err());
    }

    #[test]
    fn an_order_reads_back() {
        let order = BootOrder {
            node: Uuid::nil(),
            what: BootWhat::Ramdisk {
                kernel: "k".parse().unwrap(),
                initrd: "i".parse().unwrap(),
                args: "a=b".parse().unwrap(),
            },
        };
        let text = serde_json::to_string(&order).unwrap();
        assert_eq!(serde_json::from_str::<BootOrder>(&text).unwrap(), order);
        assert!(serde_json::from_str::<BootOrder>(&text.replace("a=b", "a\\nb")).is_err());
    }
}
