//! How much of its memory a virtual machine has touched since it was powered on, seen from outside: so it holds for any system inside.

use std::fs;

/// In bytes: what is resident of the mapping that is the guest's memory (proc_pid_smaps(5)). It holds all that was ever used, page cache and
/// what firmware loaded included, because a guest gives nothing back.
pub fn touched(qemu: i32, memory_mib: u32) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{qemu}/smaps")).ok()?;
    resident(&text, u64::from(memory_mib) << 10).map(|kib| kib << 10)
}

/// The mapping of exactly this size; neighbours of a few pages may have been joined to it.
fn resident(smaps: &str, wanted_kib: u64) -> Option<u64> {
    let number = |line: &str, name: &str| -> Option<u64> {
        let rest = line.strip_prefix(name)?.trim().strip_suffix("kB")?;
        rest.trim().parse().ok()
    };
    let mut lines = smaps.lines();
    while let Some(line) = lines.next() {
        let size = number(line, "Size:");
        if size.is_some_and(|size| (wanted_kib..wanted_kib + 1024).contains(&size)) {
            return lines.find_map(|line| number(line, "Rss:"));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_guests_memory_is_found_by_its_size() {
        let text = "7f00-7f01 rw-p 0 0:0 0\nSize: 128 kB\nRss: 4 kB\n7f10-7f20 rw-p 0 0:0 0\nSize:  524292 kB\nKernelPageSize: 4 kB\nRss:  77 kB\nPss: 5 kB\n";
        assert_eq!(resident(text, 524_288), Some(77));
        assert_eq!(resident(text, 1_048_576), None);
    }
}
