//! Chooses modules: those asked for and all that they need. Pure: it works on what the modules say of themselves.

use super::kernel::{Kernel, Module};
use super::modinfo::canonical;
use anyhow::{Result, bail};
use std::collections::{BTreeMap, BTreeSet};

/// The modules chosen from a kernel.
pub(super) struct Selection<'a> {
    /// By canonical name.
    pub modules: BTreeMap<&'a str, &'a Module>,
    /// Asked for, and part of the kernel itself.
    pub builtin: Vec<String>,
    /// Asked for, but not in this kernel.
    pub missing: Vec<String>,
}

/// Chooses `wanted` with everything they depend on, soft dependencies included where the kernel has them.
pub(super) fn select<'a>(kernel: &'a Kernel, wanted: &[String]) -> Result<Selection<'a>> {
    let aliases = exact_aliases(kernel);
    let mut chosen = Selection {
        modules: BTreeMap::new(),
        builtin: Vec::new(),
        missing: Vec::new(),
    };
    let mut queue = Vec::new();
    for name in wanted.iter().map(|name| canonical(name)) {
        if let Some((name, module)) = kernel.modules.get_key_value(&name) {
            queue.push((name.as_str(), module));
        } else if kernel.builtin.contains(&name) {
            chosen.builtin.push(name);
        } else {
            chosen.missing.push(name);
        }
    }
    while let Some((name, module)) = queue.pop() {
        if chosen.modules.insert(name, module).is_some() {
            continue;
        }
        for need in &module.info.depends {
            match kernel.modules.get_key_value(need) {
                Some((name, module)) => queue.push((name, module)),
                None if kernel.builtin.contains(need) => {}
                None => bail!("the module {name} needs {need}, which this kernel does not have"),
            }
        }
        for soft in module
            .info
            .soft_before
            .iter()
            .chain(&module.info.soft_after)
        {
            queue.extend(named(kernel, &aliases, soft));
        }
    }
    Ok(chosen)
}

/// What a soft dependency's word stands for: a module, or all modules that have the word as an alias.
fn named<'a>(
    kernel: &'a Kernel,
    aliases: &BTreeMap<String, BTreeSet<&'a str>>,
    word: &str,
) -> Vec<(&'a str, &'a Module)> {
    let word = canonical(word);
    if kernel.builtin.contains(&word)
        || kernel.builtin_aliases.contains(&word) && !kernel.modules.contains_key(&word)
    {
        return Vec::new();
    }
    let direct = kernel
        .modules
        .get_key_value(&word)
        .map(|(name, module)| (name.as_str(), module));
    let by_alias = aliases.get(&word).into_iter().flatten();
    let others = by_alias.filter_map(|name| {
        kernel
            .modules
            .get_key_value(*name)
            .map(|(n, m)| (n.as_str(), m))
    });
    direct.into_iter().chain(others).collect()
}

/// Aliases without wildcards; the others describe devices and are nothing that a soft dependency names.
fn exact_aliases(kernel: &Kernel) -> BTreeMap<String, BTreeSet<&str>> {
    let mut aliases: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for (name, module) in &kernel.modules {
        for alias in module
            .info
            .aliases
            .iter()
            .filter(|alias| !alias.contains(['*', '?', '[']))
        {
            aliases.entry(canonical(alias)).or_default().insert(name);
        }
    }
    aliases
}

impl<'a> Selection<'a> {
    /// All that `name` needs, in an order in which it can be loaded (what comes first needs nothing that comes later).
    pub(super) fn load_order(&self, name: &str) -> Vec<&'a Module> {
        let (mut order, mut seen) = (Vec::new(), BTreeSet::new());
        if let Some(module) = self.modules.get(name) {
            for need in &module.info.depends {
                self.visit(need, &mut seen, &mut order);
            }
        }
        order
    }

    fn visit<'s>(
        &'s self,
        name: &'s str,
        seen: &mut BTreeSet<&'s str>,
        order: &mut Vec<&'a Module>,
    ) {
        let Some(module) = self.modules.get(name).filter(|_| seen.insert(name)) else {
            return;
        };
        for need in &module.info.depends {
            self.visit(need, seen, order);
        }
        order.push(module);
    }
}

#[cfg(test)]
pub(super) mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::modinfo::ModuleInfo;
    use super::*;

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    pub(crate) fn module(
        name: &str,
        depends: &[&str],
        soft: &[&str],
        aliases: &[&str],
    ) -> (String, Module) {
        let info = ModuleInfo {
            depends: words(depends),
            soft_before: words(soft),
            aliases: words(aliases),
            release: "6.1".to_owned(),
            ..ModuleInfo::default()
        };
        (
            name.to_owned(),
            Module {
                file: name.into(),
                path: format!("kernel/{name}.ko"),
                info,
            },
        )
    }

    pub(crate) fn kernel() -> Kernel {
        let modules = [
            module("ext4", &["jbd2", "mbcache"], &["crc32c"], &["fs-ext4"]),
            module("jbd2", &[], &[], &[]),
            module("mbcache", &[], &[], &[]),
            module("crc32c_generic", &[], &[], &["crc32c", "crypto-crc32c"]),
            module("crc32c_intel", &[], &[], &["crypto-crc32c", "crc32c"]),
            module("crc64_x", &[], &[], &["crc64"]),
            module("nvme", &["nvme_core"], &["crc64"], &["pci:v*"]),
            module("nvme_core", &["t10_pi"], &[], &[]),
            module("t10_pi", &["builtin_thing"], &[], &[]),
            module("broken", &["absent"], &[], &[]),
        ];
        Kernel {
            image: b"MZ".to_vec(),
            release: "6.1".to_owned(),
            modules: modules.into(),
            builtin: words(&["builtin_thing", "vfat"]).into_iter().collect(),
            builtin_aliases: words(&["crc64"]).into_iter().collect(),
            builtin_list: b"kernel/fs/vfat.ko\n".to_vec(),
        }
    }

    #[test]
    fn needs_are_followed_to_the_end() {
        let kernel = kernel();
        let chosen = select(&kernel, &words(&["nvme", "ext4", "vfat", "no-such"])).unwrap();
        assert_eq!(
            chosen.modules.keys().copied().collect::<Vec<_>>(),
            [
                "crc32c_generic",
                "crc32c_intel",
                "ext4",
                "jbd2",
                "mbcache",
                "nvme",
                "nvme_core",
                "t10_pi"
            ]
        );
        assert_eq!(chosen.builtin, ["vfat"]);
        assert_eq!(chosen.missing, ["no_such"]);
    }

    #[test]
    fn load_order_puts_needs_first() {
        let kernel = kernel();
        let chosen = select(&kernel, &words(&["nvme"])).unwrap();
        let order: Vec<_> = chosen
            .load_order("nvme")
            .iter()
            .map(|module| module.path.as_str())
            .collect();
        assert_eq!(order, ["kernel/t10_pi.ko", "kernel/nvme_core.ko"]);
    }

    #[test]
    fn a_hard_need_that_is_nowhere_is_an_error() {
        let kernel = kernel();
        let refused = select(&kernel, &words(&["broken"]))
            .map(|_| ())
            .unwrap_err();
        assert!(refused.to_string().contains("needs absent"));
    }
}
