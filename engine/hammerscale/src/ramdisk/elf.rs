//! The little of the ELF format that the build needs: one section's content, and whether a program is static. Reads
//! 64-bit little-endian files; every access is checked.

use anyhow::{Context, Result, bail, ensure};

const SHOFF: usize = 0x28;
const PHOFF: usize = 0x20;
const PHENTSIZE: usize = 0x36;
const PHNUM: usize = 0x38;
const SHENTSIZE: usize = 0x3a;
const SHNUM: usize = 0x3c;
const SHSTRNDX: usize = 0x3e;
const PT_INTERP: u64 = 3;

/// A file whose identification was checked.
pub(super) struct Elf<'a>(&'a [u8]);

impl<'a> Elf<'a> {
    /// Checks that this is a 64-bit little-endian ELF file.
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self> {
        ensure!(bytes.starts_with(b"\x7fELF"), "not an ELF file");
        ensure!(
            bytes.get(4..6) == Some(&[2, 1]),
            "not a 64-bit little-endian ELF file"
        );
        Ok(Self(bytes))
    }

    fn number<const N: usize>(&self, at: usize) -> Result<u64> {
        let end = at.checked_add(N).context("cut short")?;
        let mut value = [0; 8];
        let from = self.0.get(at..end).context("the ELF file is cut short")?;
        value
            .iter_mut()
            .zip(from)
            .for_each(|(to, from)| *to = *from);
        Ok(u64::from_le_bytes(value))
    }

    fn offset(&self, at: usize) -> Result<usize> {
        usize::try_from(self.number::<8>(at)?).context("an offset beyond the file")
    }

    fn short(&self, at: usize) -> Result<usize> {
        Ok(usize::try_from(self.number::<2>(at)?)?)
    }

    /// The header of section or segment `n` of a table.
    fn entry(&self, table: usize, size: usize, n: usize) -> Result<usize> {
        n.checked_mul(size)
            .and_then(|skip| table.checked_add(skip))
            .context("a table beyond the file")
    }

    /// The content of the section with this name, if there is one.
    pub(super) fn section(&self, name: &str) -> Result<Option<&'a [u8]>> {
        let (table, size) = (self.offset(SHOFF)?, self.short(SHENTSIZE)?);
        let names = self.section_content(self.entry(table, size, self.short(SHSTRNDX)?)?)?;
        for n in 0..self.short(SHNUM)? {
            let header = self.entry(table, size, n)?;
            let start = usize::try_from(self.number::<4>(header)?)?;
            let found = names
                .get(start..)
                .and_then(|rest| rest.split(|b| *b == 0).next());
            if found == Some(name.as_bytes()) {
                return self.section_content(header).map(Some);
            }
        }
        Ok(None)
    }

    fn section_content(&self, header: usize) -> Result<&'a [u8]> {
        let field = |skip: usize| self.offset(header.checked_add(skip).context("cut short")?);
        let (start, len) = (field(0x18)?, field(0x20)?);
        let end = start
            .checked_add(len)
            .context("a section beyond the file")?;
        self.0.get(start..end).context("a section beyond the file")
    }

    /// Refuses programs that need a loader: nothing in an initramfs could load them.
    pub(super) fn require_static(&self) -> Result<()> {
        let (table, size) = (self.offset(PHOFF)?, self.short(PHENTSIZE)?);
        for n in 0..self.short(PHNUM)? {
            if self.number::<4>(self.entry(table, size, n)?)? == PT_INTERP {
                bail!(
                    "the program is dynamically linked; an initramfs has no libraries: build it static"
                );
            }
        }
        Ok(())
    }
}

#[cfg(test)]
pub(super) mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// A relocatable file with a `.modinfo` section, as small as it gets.
    pub(crate) fn module(modinfo: &[u8]) -> Vec<u8> {
        let names = b"\0.modinfo\0.shstrtab\0";
        let (info_at, names_at) = (64, 64 + modinfo.len());
        let table = names_at + names.len();
        let mut file = vec![0; 64];
        file[..6].copy_from_slice(b"\x7fELF\x02\x01");
        file[SHOFF..SHOFF + 8].copy_from_slice(&(table as u64).to_le_bytes());
        file[SHENTSIZE] = 64;
        file[SHNUM] = 3;
        file[SHSTRNDX] = 2;
        file.extend(modinfo);
        file.extend(names);
        for (name, at, len) in [
            (0_u32, 0, 0),
            (1, info_at, modinfo.len()),
            (10, names_at, names.len()),
        ] {
            let mut header = [0; 64];
            header[..4].copy_from_slice(&name.to_le_bytes());
            header[0x18..0x20].copy_from_slice(&(at as u64).to_le_bytes());
            header[0x20..0x28].copy_from_slice(&(len as u64).to_le_bytes());
            file.extend(header);
        }
        file
    }

    #[test]
    fn sections_are_found_by_name() {
        let file = module(b"license=GPL\0");
        let elf = Elf::parse(&file).unwrap();
        assert_eq!(
            elf.section(".modinfo").unwrap(),
            Some(b"license=GPL\0".as_slice())
        );
        assert_eq!(elf.section(".text").unwrap(), None);
    }

    #[test]
    fn every_cut_is_an_error_or_harmless() {
        let file = module(b"license=GPL\0");
        for len in 0..file.len() {
            if let Ok(elf) = Elf::parse(&file[..len]) {
                assert!(elf.section(".modinfo").is_err() || len > 64);
                let _ = elf.require_static();
            }
        }
        assert!(Elf::parse(b"MZ").is_err());
    }

    #[test]
    fn a_loader_is_refused() {
        let mut file = vec![0; 64 + 56];
        file[..6].copy_from_slice(b"\x7fELF\x02\x01");
        file[PHOFF] = 64;
        file[PHENTSIZE] = 56;
        file[PHNUM] = 1;
        file[64] = 1;
        assert!(Elf::parse(&file).unwrap().require_static().is_ok());
        file[64] = 3;
        let refused = Elf::parse(&file).unwrap().require_static().unwrap_err();
        assert!(refused.to_string().contains("dynamically linked"));
    }
}
