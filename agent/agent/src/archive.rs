//! A gzipped tar of the agent's logs, as conductors expect them.

use std::io::{self, Write};

use flate2::Compression;
use flate2::write::GzEncoder;

/// Packs the newest log lines and the kernel's messages.
pub fn logs() -> io::Result<Vec<u8>> {
    let mut files = vec![("hammerscale-agent.log", crate::log::recent().into_bytes())];
    if let Ok(kernel) = kernel_messages() {
        files.push(("dmesg", kernel));
    }
    pack(&files)
}

/// Reads what `/dev/kmsg` has now, at most a MiB.
fn kernel_messages() -> io::Result<Vec<u8>> {
    use std::io::Read;
    use std::os::unix::fs::OpenOptionsExt;
    let mut kmsg = std::fs::OpenOptions::new()
        .read(true)
        .custom_flags(nix::libc::O_NONBLOCK)
        .open("/dev/kmsg")?;
    let (mut all, mut record) = (Vec::new(), [0u8; 8192]);
    while all.len() < 1 << 20 {
        match kmsg.read(&mut record) {
            Ok(0) => break,
            Ok(n) => all.extend_from_slice(&record[..n]),
            // A record that was overwritten meanwhile.
            Err(error) if error.raw_os_error() == Some(nix::libc::EPIPE) => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
            Err(error) => return Err(error),
        }
    }
    Ok(all)
}

fn pack(files: &[(&str, Vec<u8>)]) -> io::Result<Vec<u8>> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    for (name, content) in files {
        gzip.write_all(&header(name, content.len()))?;
        gzip.write_all(content)?;
        gzip.write_all(&vec![
            0;
            content.len().next_multiple_of(512) - content.len()
        ])?;
    }
    gzip.write_all(&[0; 1024])?;
    gzip.finish()
}

/// A ustar header (POSIX.1-1988) of an ordinary file.
fn header(name: &str, size: usize) -> [u8; 512] {
    let mut block = [0u8; 512];
    let mut put = |at: usize, text: &[u8]| block[at..at + text.len()].copy_from_slice(text);
    put(0, &name.as_bytes()[..name.len().min(99)]);
    put(100, b"0000644\0");
    put(108, b"0000000\0");
    put(116, b"0000000\0");
    put(124, format!("{size:011o}\0").as_bytes());
    put(136, b"00000000000\0");
    put(148, b"        ");
    put(156, b"0");
    put(257, b"ustar\x0000");
    let sum: u32 = block.iter().map(|b| u32::from(*b)).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    block
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn tar_reads_the_archive() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.tgz");
        std::fs::write(
            &path,
            pack(&[("one", b"first\n".to_vec()), ("two", vec![b'x'; 512])]).unwrap(),
        )
        .unwrap();
        let out = std::process::Command::new("tar")
            .arg("tzvf")
            .arg(&path)
            .output()
            .unwrap();
        let text = String::from_utf8(out.stdout).unwrap();
        assert!(
            out.status.success() && text.contains("one") && text.contains("512"),
            "{text}"
        );
    }
}
