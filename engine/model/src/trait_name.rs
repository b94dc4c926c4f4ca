//! How a trait may be named.

/// The name spaces of standard traits; `CUSTOM` is everybody's own.
const NAME_SPACES: &[&str] = &["CUSTOM", "HW", "COMPUTE", "STORAGE", "MISC", "OWNER"];

/// What a trait is, for a person.
pub const EXPECTED: &str =
    "a trait is a standard trait or CUSTOM_ followed by A-Z, 0-9 and _, at most 255 characters";

/// A node or a runbook has at most so many traits.
pub const MOST: usize = 50;

/// `CUSTOM_` and upper-case letters, digits and underscores, or a name in one of the standard name spaces.
pub fn is_trait(name: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_';
    let spaced = name.split_once('_');
    name.len() <= 255
        && name.bytes().all(allowed)
        && spaced.is_some_and(|(space, rest)| NAME_SPACES.contains(&space) && !rest.is_empty())
}

#[cfg(test)]
mod tests {
    use super::is_trait;

    #[test]
    fn traits_are_upper_case_in_a_name_space() {
        for good in ["CUSTOM_A", "HW_CPU_X86_VMX", "CUSTOM_1_2"] {
            assert!(is_trait(good), "{good}");
        }
        for bad in [
            "",
            "a",
            "CUSTOM",
            "CUSTOM_",
            "CUSTOM_a",
            "NOPE_A",
            "CUSTOM_Ä",
        ] {
            assert!(!is_trait(bad), "{bad}");
        }
    }
}
