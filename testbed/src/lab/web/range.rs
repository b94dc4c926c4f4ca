//! Byte ranges of RFC 9110 section 14, one range at a time. It knows nothing of files.

/// What part of a file to send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// All of it: no range was asked, or one that a server ignores (another unit, several ranges, bad syntax).
    Whole,
    /// `length` bytes from `start`.
    Bytes {
        /// Offset of the first byte.
        start: u64,
        /// How many; at least 1.
        length: u64,
    },
    /// Nothing of the range is in the file.
    Unsatisfiable,
}

/// Reads a `Range` header for a file of `size` bytes.
pub fn part(header: Option<&str>, size: u64) -> Part {
    let Some(spec) = header.and_then(|text| text.trim().strip_prefix("bytes=")) else {
        return Part::Whole;
    };
    let Some((first, last)) = spec.split_once('-') else {
        return Part::Whole;
    };
    match (number(first), number(last)) {
        (Ok(Some(first)), Ok(Some(last))) if first > last => Part::Whole,
        (Ok(Some(first)), Ok(last)) if first < size => {
            let last = last.unwrap_or(u64::MAX).min(size - 1);
            Part::Bytes {
                start: first,
                length: last - first + 1,
            }
        }
        (Ok(None), Ok(Some(suffix))) if suffix > 0 && size > 0 => {
            let length = suffix.min(size);
            Part::Bytes {
                start: size - length,
                length,
            }
        }
        (Ok(Some(_)), Ok(_)) | (Ok(None), Ok(Some(_))) => Part::Unsatisfiable,
        _ => Part::Whole,
    }
}

/// `Ok(None)` for an empty text, an error for anything but digits.
fn number(text: &str) -> Result<Option<u64>, ()> {
    match text.trim() {
        "" => Ok(None),
        digits if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            digits.parse().map(Some).map_err(drop)
        }
        _ => Err(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_as_the_standard_has_them() {
        let bytes = |start, length| Part::Bytes { start, length };
        let cases = [
            (None, Part::Whole),
            (Some("bytes=0-0"), bytes(0, 1)),
            (Some("bytes=2-"), bytes(2, 8)),
            (Some("bytes=2-99"), bytes(2, 8)),
            (Some("bytes=-3"), bytes(7, 3)),
            (Some("bytes=-99"), bytes(0, 10)),
            (Some("bytes=10-"), Part::Unsatisfiable),
            (Some("bytes=-0"), Part::Unsatisfiable),
            (Some("bytes=5-2"), Part::Whole),
            (Some("bytes=0-1,4-5"), Part::Whole),
            (Some("lines=0-1"), Part::Whole),
            (Some("bytes=a-b"), Part::Whole),
            (Some("bytes=-"), Part::Whole),
        ];
        for (header, expected) in cases {
            assert_eq!(part(header, 10), expected, "{header:?}");
        }
        assert_eq!(part(Some("bytes=-1"), 0), Part::Unsatisfiable);
    }
}
