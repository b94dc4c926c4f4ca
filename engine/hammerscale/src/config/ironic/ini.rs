//! Reads the form of ironic.conf (oslo.config): sections, `option = value`, continued lines, comments. It judges nothing.

/// A file is at most so long.
pub const LONGEST: u64 = 1 << 20;

/// One option of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Its section in lower case.
    pub section: String,
    /// Its name in lower case, with `_` for `-`.
    pub option: String,
    /// Its value without quotes around it.
    pub value: String,
}

/// The options of a text, in order. `Err` is the number of the line that is none.
pub fn parse(text: &str) -> Result<Vec<Line>, usize> {
    let mut section = "default".to_owned();
    let mut lines: Vec<Line> = Vec::new();
    let mut open = false;
    for (index, raw) in text.lines().enumerate() {
        let line = raw.trim();
        if line.is_empty() {
            open = false;
        } else if line.starts_with(['#', ';']) {
            continue;
        } else if open && raw.starts_with([' ', '\t']) {
            if let Some(last) = lines.last_mut() {
                last.value.push('\n');
                last.value.push_str(line);
            }
        } else if let Some(name) = line.strip_prefix('[').and_then(|it| it.strip_suffix(']')) {
            section = name.trim().to_ascii_lowercase();
            open = false;
        } else {
            let (name, value) = line.split_once(['=', ':']).ok_or(index + 1)?;
            lines.push(Line {
                section: section.clone(),
                option: option_name(name),
                value: unquoted(value.trim()).to_owned(),
            });
            open = true;
        }
    }
    Ok(lines)
}

/// As options are looked up.
pub fn option_name(name: &str) -> String {
    name.trim().to_ascii_lowercase().replace('-', "_")
}

fn unquoted(value: &str) -> &str {
    ['"', '\'']
        .into_iter()
        .find_map(|quote| value.strip_prefix(quote)?.strip_suffix(quote))
        .unwrap_or(value)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn sections_quotes_comments_and_continued_lines_are_read() {
        let text = "host = a\n# no\n[API]\nport: 6385\n; no\npublic_endpoint=\"http://h\"\n[deploy]\nx-y = 1,\n    2\n\n";
        let lines = parse(text).unwrap();
        let seen: Vec<_> = lines
            .iter()
            .map(|it| (it.section.as_str(), it.option.as_str(), it.value.as_str()))
            .collect();
        assert_eq!(
            seen,
            [
                ("default", "host", "a"),
                ("api", "port", "6385"),
                ("api", "public_endpoint", "http://h"),
                ("deploy", "x_y", "1,\n2"),
            ]
        );
    }

    #[test]
    fn a_line_that_is_none_is_numbered() {
        assert_eq!(parse("a = 1\nnonsense\n"), Err(2));
        assert_eq!(parse(""), Ok(Vec::new()));
    }
}
