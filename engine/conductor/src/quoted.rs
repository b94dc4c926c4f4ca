//! Words of a machine or an agent, fit to be quoted: one line, no control characters, bounded.

/// Longer words are cut.
const LONGEST: usize = 300;

/// The text on one line, at most 300 characters.
pub(crate) fn quoted(text: &str) -> String {
    let visible = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let mut short: String = visible.take(LONGEST).collect();
    if text.chars().nth(LONGEST).is_some() {
        short.push_str(" ...");
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_cut_and_kept_on_one_line() {
        assert_eq!(quoted("a\nb"), "a b");
        assert_eq!(quoted(&"x".repeat(400)).chars().count(), LONGEST + 4);
    }
}
