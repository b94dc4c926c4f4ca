//! What a BMC said, fit to be quoted: one line, at most 300 characters, nothing that could steer a terminal. Nothing else of a
//! BMC's answer may reach an error or a log.

use std::fmt;

/// The most that is quoted of a BMC (characters).
const LONGEST: usize = 300;

/// Quoted words of a BMC.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BmcMessage(String);

impl BmcMessage {
    /// Cleans and shortens what a BMC sent.
    pub fn new(text: &str) -> Self {
        let mut clean = String::new();
        let mut blank = false;
        for c in text.chars() {
            if c.is_whitespace() || c.is_control() {
                blank = !clean.is_empty();
            } else if !invisible(c) {
                if std::mem::take(&mut blank) {
                    clean.push(' ');
                }
                clean.push(c);
            }
            if clean.len() > LONGEST * 8 {
                break;
            }
        }
        if clean.chars().count() > LONGEST {
            clean = clean.chars().take(LONGEST - 1).chain(['…']).collect();
        }
        Self(clean)
    }

    /// The words.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Nothing was said.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for BmcMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() {
            "(the BMC gave no reason)"
        } else {
            &self.0
        })
    }
}

/// Zero-width characters and those that reverse the direction of text: they could hide or reorder words.
fn invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_and_no_control_characters() {
        assert_eq!(
            BmcMessage::new("  a\r\n\tb\u{1b}[31mc\u{202e}d\u{0}").as_str(),
            "a b [31mcd"
        );
    }

    #[test]
    fn three_hundred_characters_at_most() {
        let long = BmcMessage::new(&"ä".repeat(10_000));
        assert_eq!(long.as_str().chars().count(), 300);
        assert!(long.as_str().ends_with('…'));
        assert_eq!(BmcMessage::new(&"b".repeat(300)).as_str().len(), 300);
    }

    #[test]
    fn silence_is_said() {
        assert_eq!(
            BmcMessage::new("\n").to_string(),
            "(the BMC gave no reason)"
        );
    }
}
