//! The path of a patch operation.

use std::fmt;

/// A path such as `/driver_info/redfish_address`, taken apart. Has at least one segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pointer {
    root: String,
    rest: Vec<String>,
}

impl Pointer {
    /// Takes a path apart. Segments have letters, digits, `_` and `-`; from 1.98 on (`escapes`) also `.`, and `~0` and `~1` for `~`
    /// and `/`. A line break at the very end is a part of the last one, as in Ironic.
    pub fn parse(path: &str, escapes: bool) -> Result<Self, String> {
        let shown = || {
            let shown: String = path.chars().take(80).collect();
            format!("Invalid path in a patch: {shown:?}.")
        };
        let inner = path.strip_prefix('/').ok_or_else(shown)?;
        let (inner, end) = match inner.strip_suffix('\n') {
            Some(inner) => (inner, "\n"),
            None => (inner, ""),
        };
        let mut segments = Vec::new();
        for segment in inner.split('/') {
            segments.push(plain(segment, escapes).ok_or_else(shown)?);
        }
        if let Some(last) = segments.last_mut() {
            last.push_str(end);
        }
        let root = segments.remove(0);
        Ok(Self {
            root,
            rest: segments,
        })
    }

    /// The first segment.
    pub fn root(&self) -> &str {
        &self.root
    }

    /// Whether there is only one segment.
    pub fn is_root(&self) -> bool {
        self.rest.is_empty()
    }

    /// All segments: the ones that lead to the parent, and the last.
    pub fn parent_and_last(&self) -> (Vec<&str>, &str) {
        let mut way: Vec<&str> = vec![&self.root];
        way.extend(self.rest.iter().map(String::as_str));
        let last = way.pop().unwrap_or_default();
        (way, last)
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/{}", self.root)?;
        self.rest.iter().try_for_each(|part| write!(f, "/{part}"))
    }
}

/// A segment with its escapes resolved; none when it has characters that are not accepted.
fn plain(segment: &str, escapes: bool) -> Option<String> {
    let mut out = String::with_capacity(segment.len());
    let mut rest = segment.chars();
    while let Some(c) = rest.next() {
        match c {
            c if c.is_alphanumeric() || matches!(c, '_' | '-') => out.push(c),
            '.' if escapes => out.push('.'),
            '~' if escapes => out.push(match rest.next()? {
                '0' => '~',
                '1' => '/',
                _ => return None,
            }),
            _ => return None,
        }
    }
    (!out.is_empty()).then_some(out)
}
