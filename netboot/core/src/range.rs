//! The HTTP `Range` header for one range of bytes (RFC 9110 section 14). It touches no content.

/// What part of a content to send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// All of it: no range was asked for, or one that is not understood, which RFC 9110 lets a server pass over.
    Whole,
    /// These bytes; never empty.
    Bytes {
        /// Where they begin.
        offset: u64,
        /// How many.
        length: u64,
    },
    /// The range lies behind the end.
    Unsatisfiable,
}

/// Reads the header's value for a content of `length` bytes.
pub fn part(header: &str, length: u64) -> Part {
    let Some((first, last)) = header
        .strip_prefix("bytes=")
        .and_then(|spec| spec.split_once('-'))
    else {
        return Part::Whole;
    };
    match (number(first), number(last)) {
        (Number::Is(first), Number::Is(last)) if first > last => Part::Whole,
        (Number::Is(first), _) if first >= length => Part::Unsatisfiable,
        (Number::Is(first), Number::Is(last)) => Part::Bytes {
            offset: first,
            length: last.min(length - 1) - first + 1,
        },
        (Number::Is(first), Number::Absent) => Part::Bytes {
            offset: first,
            length: length - first,
        },
        (Number::Absent, Number::Is(tail)) => match tail.min(length) {
            0 => Part::Unsatisfiable,
            tail => Part::Bytes {
                offset: length - tail,
                length: tail,
            },
        },
        _ => Part::Whole,
    }
}

enum Number {
    Absent,
    Is(u64),
    Bad,
}

fn number(text: &str) -> Number {
    let text = text.trim();
    if text.is_empty() {
        Number::Absent
    } else if text.bytes().all(|b| b.is_ascii_digit()) {
        text.parse().map_or(Number::Bad, Number::Is)
    } else {
        Number::Bad
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ranges_are_read() {
        let bytes = |offset, length| Part::Bytes { offset, length };
        for (header, expected) in [
            ("bytes=0-0", bytes(0, 1)),
            ("bytes=5-", bytes(5, 95)),
            ("bytes=90-999", bytes(90, 10)),
            ("bytes=-10", bytes(90, 10)),
            ("bytes=-1000", bytes(0, 100)),
            ("bytes=100-", Part::Unsatisfiable),
            ("bytes=-0", Part::Unsatisfiable),
            ("bytes=5-4", Part::Whole),
            ("bytes=0-1,5-6", Part::Whole),
            ("bytes=-", Part::Whole),
            ("bytes=+1-2", Part::Whole),
            ("lines=0-1", Part::Whole),
            ("bytes=99999999999999999999-", Part::Whole),
            ("", Part::Whole),
        ] {
            assert_eq!(part(header, 100), expected, "{header}");
        }
        assert_eq!(part("bytes=0-", 0), Part::Unsatisfiable);
    }

    proptest! {
        #[test]
        fn a_part_lies_inside(header in "(bytes=)?[0-9]{0,20}-[0-9]{0,20}", length: u64) {
            if let Part::Bytes { offset, length: part } = part(&header, length) {
                prop_assert!(part > 0 && offset.checked_add(part).is_some_and(|end| end <= length));
            }
        }
    }
}
