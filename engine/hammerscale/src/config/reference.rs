//! The reference of all keys, rendered from their table.

use super::keys::{KEYS, Key, Preset};

const HEAD: &str = "# Configuration reference

Generated from the table of keys; do not edit. How file, variables and flags work together: docs/guide/configuration.md.
Each key's flag is given to `hammerscale serve`. Lists are arrays in the file and comma separated in variables and flags.
";

/// The whole reference in Markdown.
pub fn reference() -> String {
    let mut text = HEAD.to_owned();
    let mut section = None;
    for key in KEYS {
        if section != Some(key.section()) {
            section = Some(key.section());
            text.push_str(&heading(key.section()));
        }
        text.push_str(&row(key));
    }
    text
}

fn heading(section: &str) -> String {
    let title = match section {
        "" => "At the top".to_owned(),
        section => format!("`[{section}]`"),
    };
    format!("\n## {title}\n\n| key | value | default | meaning |\n|---|---|---|---|\n")
}

fn row(key: &Key) -> String {
    let preset = match key.preset {
        Preset::Fixed(text) => format!("`{text}`"),
        Preset::Unset(what) => format!("not set: {what}"),
        Preset::Computed(how) => how.to_owned(),
    };
    format!(
        "| `{}`<br>`{}`<br>`--{}` | {} | {preset} | {} |\n",
        key.path,
        key.variable(),
        key.flag(),
        key.kind.allowed(),
        key.meaning
    )
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    /// `UPDATE=1` writes the file anew.
    #[test]
    fn the_committed_reference_is_current() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../docs/generated/configuration.md"
        );
        let current = super::reference();
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(path, &current).unwrap();
        }
        let committed = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            committed == current,
            "docs/generated/configuration.md is stale: run this test with UPDATE=1"
        );
    }
}
