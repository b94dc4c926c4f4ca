//! Reads an iPXE script as far as boot scripts go: `kernel`, `initrd`, `chain`, `sanboot`, `exit`. It executes nothing; retries and
//! branches are the caller's business, so only what stands before `||` and `&&` of a line counts.

/// What a script asks for.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::machines) enum Script {
    /// A kernel with its ramdisks.
    Ramdisk(Ramdisk),
    /// Give the machine to its disk.
    Disk,
    /// Ask there.
    Chain(String),
}

/// A kernel, its arguments and its ramdisks.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::machines) struct Ramdisk {
    /// URL of the kernel.
    pub kernel: String,
    /// Kernel arguments.
    pub args: Vec<String>,
    /// Ramdisks: name (may be empty) and URL.
    pub initrds: Vec<(String, String)>,
}

/// Why a text is no boot script.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(in crate::machines) enum ScriptError {
    /// The first line is another one.
    #[error("the script does not begin with #!ipxe")]
    NoScript,
    /// A command lacks its URL.
    #[error("line {0} of the script names no URL")]
    NoUrl(usize),
    /// Nothing in it boots anything.
    #[error("the script boots nothing")]
    Nothing,
}

/// Reads a script for the machine with this MAC address.
pub(in crate::machines) fn parse(text: &str, mac: &str) -> Result<Script, ScriptError> {
    let mut lines = text.lines().enumerate();
    if lines.next().is_none_or(|(_, line)| line.trim() != "#!ipxe") {
        return Err(ScriptError::NoScript);
    }
    let mut ramdisk = Ramdisk::default();
    let mut disk = false;
    for (number, line) in lines {
        let line = line.replace("${mac}", mac);
        let words = words(&line);
        let url = || first_plain(&words).ok_or(ScriptError::NoUrl(number + 1));
        match words.first().copied() {
            Some("kernel") => {
                ramdisk.kernel = url()?.to_owned();
                ramdisk.args = after_url(&words);
            }
            Some("initrd") => {
                let name = option(&words, "--name").unwrap_or_default();
                ramdisk.initrds.push((name.to_owned(), url()?.to_owned()));
            }
            Some("chain") => return Ok(Script::Chain(url()?.to_owned())),
            Some("sanboot" | "exit") => disk = true,
            _ => {}
        }
    }
    match (ramdisk.kernel.is_empty(), disk) {
        (false, _) => Ok(Script::Ramdisk(ramdisk)),
        (true, true) => Ok(Script::Disk),
        (true, false) => Err(ScriptError::Nothing),
    }
}

fn words(line: &str) -> Vec<&str> {
    line.split_whitespace()
        .take_while(|word| !matches!(*word, "||" | "&&"))
        .collect()
}

/// Options that iPXE's image commands take with a value.
fn takes_value(word: &str) -> bool {
    matches!(word, "--name" | "--timeout" | "-n" | "-t")
}

fn positions_of_plain(words: &[&str]) -> Option<usize> {
    let mut at = 1;
    while let Some(word) = words.get(at) {
        if takes_value(word) {
            at += 2;
        } else if word.starts_with('-') {
            at += 1;
        } else {
            return Some(at);
        }
    }
    None
}

fn first_plain<'a>(words: &[&'a str]) -> Option<&'a str> {
    words.get(positions_of_plain(words)?).copied()
}

fn after_url(words: &[&str]) -> Vec<String> {
    let start = positions_of_plain(words).map_or(words.len(), |at| at + 1);
    words[start..]
        .iter()
        .map(|word| (*word).to_owned())
        .collect()
}

fn option<'a>(words: &[&'a str], name: &str) -> Option<&'a str> {
    let at = words.iter().position(|word| *word == name)?;
    words.get(at + 1).copied()
}

impl Ramdisk {
    /// The value of a kernel argument; the last one counts.
    pub fn arg(&self, name: &str) -> Option<&str> {
        let values = self.args.iter().filter_map(|arg| arg.split_once('='));
        values
            .filter(|(key, value)| *key == name && !value.is_empty())
            .map(|(_, value)| value)
            .next_back()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const MAC: &str = "52:54:00:00:00:01";

    #[test]
    fn a_ramdisk_script_is_read() {
        let text = "#!ipxe\nset attempt:int32 0\n:again\nimgfree\n\
            kernel --name kernel http://h:8080/artefacts/vmlinuz initrd=identity initrd=ramdisk quiet ipa-api-url=https://h:9999 BOOTIF=01-52 || goto failed\n\
            initrd --name identity http://h:8080/identity?mac=52:54:00:00:00:01 || goto failed\n\
            initrd --name ramdisk http://h:8080/artefacts/agent.img || goto failed\n\
            boot || goto failed\n:failed\niseq ${attempt} 8 && exit 1 ||\ngoto again\n";
        let Script::Ramdisk(ramdisk) = parse(text, MAC).unwrap() else {
            panic!("no ramdisk")
        };
        assert_eq!(ramdisk.kernel, "http://h:8080/artefacts/vmlinuz");
        assert_eq!(ramdisk.arg("ipa-api-url"), Some("https://h:9999"));
        assert_eq!(ramdisk.arg("initrd"), Some("ramdisk"));
        assert_eq!(ramdisk.arg("quiet"), None);
        let names: Vec<_> = ramdisk
            .initrds
            .iter()
            .map(|(name, _)| name.as_str())
            .collect();
        assert_eq!(names, ["identity", "ramdisk"]);
        assert!(!ramdisk.args.iter().any(|arg| arg.contains("goto")));
    }

    #[test]
    fn a_disk_script_is_read() {
        let efi = "#!ipxe\niseq ${platform} efi && exit 1 ||\nsanboot --no-describe --drive 0x80 || exit 1\n";
        assert_eq!(parse(efi, MAC), Ok(Script::Disk));
        assert_eq!(parse("#!ipxe\nexit 1\n", MAC), Ok(Script::Disk));
    }

    #[test]
    fn a_chain_is_followed_with_the_cards_address() {
        let text = "#!ipxe\nchain http://h/boot.ipxe?mac=${mac} || exit 1\n";
        let expected = format!("http://h/boot.ipxe?mac={MAC}");
        assert_eq!(parse(text, MAC), Ok(Script::Chain(expected)));
    }

    #[test]
    fn what_is_no_script_is_refused() {
        assert_eq!(parse("<html>", MAC), Err(ScriptError::NoScript));
        assert_eq!(parse("", MAC), Err(ScriptError::NoScript));
        assert_eq!(
            parse("#!ipxe\nkernel --name k\n", MAC),
            Err(ScriptError::NoUrl(2))
        );
        assert_eq!(
            parse("#!ipxe\necho hello\n", MAC),
            Err(ScriptError::Nothing)
        );
    }
}
