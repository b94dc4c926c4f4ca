//! The tables beside the modules, in the text formats of depmod(8): dependencies, aliases, soft dependencies. They
//! name only what was chosen.

use super::selection::Selection;
use std::fmt::Write;

/// A table's file name and content.
pub(super) type Table = (&'static str, Vec<u8>);

/// All tables for a selection; `builtin` is the kernel's own list of what needs no module.
pub(super) fn tables(chosen: &Selection<'_>, builtin: &[u8]) -> Vec<Table> {
    vec![
        ("modules.dep", dependencies(chosen).into_bytes()),
        ("modules.alias", aliases(chosen).into_bytes()),
        ("modules.softdep", soft_dependencies(chosen).into_bytes()),
        ("modules.builtin", builtin.to_vec()),
    ]
}

/// `path: need need`, to be loaded from the last need to the first, as modprobe does.
fn dependencies(chosen: &Selection<'_>) -> String {
    let mut table = String::new();
    for (name, module) in &chosen.modules {
        let _ = write!(table, "{}:", module.path);
        for need in chosen.load_order(name).iter().rev() {
            let _ = write!(table, " {}", need.path);
        }
        table.push('\n');
    }
    table
}

fn aliases(chosen: &Selection<'_>) -> String {
    let mut table = String::from("# Aliases extracted from modules themselves.\n");
    for (name, module) in &chosen.modules {
        for alias in &module.info.aliases {
            let _ = writeln!(table, "alias {alias} {name}");
        }
    }
    table
}

fn soft_dependencies(chosen: &Selection<'_>) -> String {
    let mut table = String::from("# Soft dependencies extracted from modules themselves.\n");
    for (name, module) in &chosen.modules {
        for (word, list) in [
            ("pre:", &module.info.soft_before),
            ("post:", &module.info.soft_after),
        ] {
            if !list.is_empty() {
                let _ = writeln!(table, "softdep {name} {word} {}", list.join(" "));
            }
        }
    }
    table
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::selection::{select, tests::kernel};
    use super::*;

    #[test]
    fn formats_are_those_of_depmod() {
        let kernel = kernel();
        let chosen = select(&kernel, &["nvme".to_owned(), "ext4".to_owned()]).unwrap();
        let tables = tables(&chosen, &kernel.builtin_list);
        let text = |n: usize| String::from_utf8(tables[n].1.clone()).unwrap();
        assert!(text(0).contains("kernel/nvme.ko: kernel/nvme_core.ko kernel/t10_pi.ko\n"));
        assert!(text(0).contains("kernel/jbd2.ko:\n"));
        assert!(text(1).contains("alias pci:v* nvme\n"));
        assert!(text(2).contains("softdep ext4 pre: crc32c\n"));
        assert_eq!(text(3), "kernel/fs/vfat.ko\n");
    }
}
