//! Files of digests: one line per file in the layout of GNU's `sha256sum` or of BSD's and OpenSSL's tools, or one bare digest.
//! Lines are matched by file name; what is not a digest of a known length is passed over.

use super::checksum::Algorithm;
use crate::outbound::client::decoded;

/// Why a file of digests does not tell an image's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// No line is for it.
    #[error("has no line for {0}")]
    NotNamed(String),
    /// Two lines contradict each other.
    #[error("names {0} more than once, with different digests")]
    Ambiguous(String),
}

/// A line: a digest and the path that it is for.
struct Line {
    algorithm: Algorithm,
    digest: String,
    path: String,
}

/// Finds the digest of the image at this URL: of the wanted algorithm when there is one, else the strongest.
pub fn find(text: &str, image_url: &str, wanted: Option<Algorithm>) -> Result<String, FileError> {
    let lines: Vec<_> = text
        .trim_start_matches('\u{feff}')
        .lines()
        .map(str::trim)
        .filter(|l| !l.is_empty() && !l.starts_with('#'))
        .collect();
    if let [single] = lines[..]
        && !single.contains(char::is_whitespace)
    {
        return Ok(single.to_owned());
    }
    let name = base_name(image_url);
    let plain = String::from_utf8_lossy(&decoded(name)).into_owned();
    let mut named: Vec<_> = lines.iter().filter_map(|line| parse(line)).collect();
    named.retain(|line| [name, plain.as_str()].contains(&base_name(&line.path)));
    if named.iter().any(|line| line.path == name) {
        // A file in the same folder goes before its namesakes in others.
        named.retain(|line| line.path == name);
    }
    let best = named
        .iter()
        .map(|line| line.algorithm)
        .max_by_key(|algorithm| (Some(*algorithm) == wanted, *algorithm))
        .ok_or_else(|| FileError::NotNamed(name.to_owned()))?;
    let mut digests = named.iter().filter(|line| line.algorithm == best);
    let first = digests.next().map(|line| line.digest.clone());
    if digests.any(|line| Some(&line.digest) != first.as_ref()) {
        return Err(FileError::Ambiguous(name.to_owned()));
    }
    first.ok_or_else(|| FileError::NotNamed(name.to_owned()))
}

/// The last part of a URL's path.
pub fn base_name(url: &str) -> &str {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    path.rsplit('/').next().unwrap_or_default()
}

fn parse(line: &str) -> Option<Line> {
    let (digest, path) = bsd(line).or_else(|| gnu(line))?;
    let digest = digest.to_lowercase();
    Some(Line {
        algorithm: Algorithm::of_digest(&digest)?,
        digest,
        path,
    })
}

/// `SHA256 (name) = digest`, and OpenSSL's `SHA2-256(name)= digest`.
fn bsd(line: &str) -> Option<(&str, String)> {
    let (left, digest) = line.rsplit_once('=')?;
    let (_, path) = left.trim_end().strip_suffix(')')?.split_once('(')?;
    Some((digest.trim(), without_dot(path)))
}

/// `digest  name` and `digest *name`; a backslash before the digest says that the name has escapes (GNU coreutils).
fn gnu(line: &str) -> Option<(&str, String)> {
    let (escaped, line) = match line.strip_prefix('\\') {
        Some(line) => (true, line),
        None => (false, line),
    };
    let (digest, path) = line.split_once(char::is_whitespace)?;
    let path = path.trim_start();
    let path = path.strip_prefix('*').unwrap_or(path);
    let path = if escaped {
        path.replace("\\n", "\n").replace("\\\\", "\\")
    } else {
        path.to_owned()
    };
    Some((digest, without_dot(&path)))
}

fn without_dot(path: &str) -> String {
    path.strip_prefix("./").unwrap_or(path).to_owned()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn of(c: &str, algorithm: Algorithm) -> String {
        c.repeat(algorithm.digits())
    }

    #[test]
    fn digests_are_found_in_the_usual_layouts() {
        let (wanted, other) = (of("a", Algorithm::Sha256), of("b", Algorithm::Sha256));
        for text in [
            format!("{wanted}\n"),
            format!("# note\n{other}  other.img\n{wanted}  disk.img\n"),
            format!("\u{feff}{other} *other.img\r\n{wanted} *./disk.img\r\n"),
            format!("SHA256 (other.img) = {other}\nSHA256 (disk.img) = {wanted}\n"),
            format!("SHA2-256(dir/disk.img)= {wanted}\nSHA2-256(x)= {other}\n"),
            format!("\\{wanted}  a\\\\b/disk.img\n{other}  c\n"),
            format!(
                "{}\n{}",
                wanted.to_uppercase() + "  disk.img",
                other + "  x"
            ),
        ] {
            let found = find(&text, "http://h/dir/disk.img?x=1", None);
            assert_eq!(found.as_ref(), Ok(&wanted), "{text}");
        }
        let missing = find(&format!("{wanted}  other.img"), "http://h/disk.img", None);
        assert_eq!(missing, Err(FileError::NotNamed("disk.img".to_owned())));
    }

    #[test]
    fn an_encoded_name_is_matched_as_it_is_and_decoded() {
        let digest = of("a", Algorithm::Sha512);
        for name in ["my disk.img", "my%20disk.img"] {
            let text = format!("{digest}  {name}\n{digest}  other\n");
            assert_eq!(
                find(&text, "http://h/my%20disk.img", None).as_ref(),
                Ok(&digest),
                "{name}"
            );
        }
    }

    #[test]
    fn of_several_algorithms_the_wanted_or_the_strongest_is_taken() {
        let digests = [Algorithm::Md5, Algorithm::Sha512, Algorithm::Sha256].map(|a| of("a", a));
        let sha1 = "c".repeat(40);
        let lines = digests
            .iter()
            .chain([&sha1])
            .map(|d| format!("X (d) = {d}\n"));
        let text: String = lines.collect();
        let take = |wanted| find(&text, "http://h/d", wanted).unwrap().len();
        assert_eq!(take(None), 128);
        assert_eq!(take(Some(Algorithm::Sha256)), 64);
        assert_eq!(take(Some(Algorithm::Md5)), 32);
    }

    #[test]
    fn lines_that_contradict_each_other_are_refused() {
        let (a, b) = (of("a", Algorithm::Sha256), of("b", Algorithm::Sha256));
        let twice = format!("{a}  x/d\n{b}  y/d\n");
        let found = find(&twice, "http://h/d", None);
        assert_eq!(found, Err(FileError::Ambiguous("d".to_owned())));
        let nearest = format!("{a}  x/d\n{b}  d\n");
        assert_eq!(find(&nearest, "http://h/d", None), Ok(b));
        assert!(find(&format!("{a}  d\n{a} *d\n"), "http://h/d", None).is_ok());
    }

    proptest::proptest! {
        #[test]
        fn no_file_panics(text in ".*", url in ".*") {
            let _ = find(&text, &url, None);
        }
    }
}
