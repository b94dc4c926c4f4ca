//! The part of the PE format that adding sections needs (Microsoft "PE Format": headers and section table). It
//! reads only the stub's headers, with every access checked, and changes nothing in existing sections.

use super::UkiError;

const SECTION_HEADER: usize = 40;
/// Offsets inside the COFF header, which follows the four bytes "PE\0\0".
const COFF_SECTIONS: usize = 2;
const COFF_OPTIONAL_SIZE: usize = 16;
const COFF_LEN: usize = 20;
/// Offsets inside the optional header; the same for PE32 and PE32+ as far as used.
const OPT_INITIALIZED: usize = 8;
const OPT_SECTION_ALIGNMENT: usize = 32;
const OPT_FILE_ALIGNMENT: usize = 36;
const OPT_IMAGE_SIZE: usize = 56;
const OPT_HEADERS_SIZE: usize = 60;
const OPT_CHECKSUM: usize = 64;
/// The certificate table is the fifth directory; directories begin at 112 in PE32+.
const OPT_CERTIFICATES: usize = 112 + 4 * 8;
const PE32_PLUS: u16 = 0x20b;
/// Initialised data, readable.
const CHARACTERISTICS: u32 = 0x4000_0040;
/// Addresses of added sections are multiples of a page, whatever smaller alignment the stub asks for.
const PAGE: u32 = 4096;
const IMAGE_MAX: u64 = 1 << 31;

/// A parsed stub: where the fields are that change when sections are added.
pub(super) struct Stub<'a> {
    bytes: &'a [u8],
    coff: usize,
    optional: usize,
    table: usize,
    sections: usize,
    headers_size: usize,
    section_alignment: u32,
    file_alignment: u32,
}

impl<'a> Stub<'a> {
    /// Reads and judges the headers.
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self, UkiError> {
        if !bytes.starts_with(b"MZ") {
            return Err(UkiError::Stub("it lacks the MZ signature"));
        }
        let pe = u32_at(bytes, 0x3c)? as usize;
        if bytes.get(pe..pe.saturating_add(4)) != Some(b"PE\0\0") {
            return Err(UkiError::Stub("it lacks the PE signature"));
        }
        let coff = pe + 4;
        let optional = coff + COFF_LEN;
        if u16_at(bytes, optional)? != PE32_PLUS {
            return Err(UkiError::Stub("it is not a 64-bit program"));
        }
        let stub = Self {
            bytes,
            coff,
            optional,
            table: optional + usize::from(u16_at(bytes, coff + COFF_OPTIONAL_SIZE)?),
            sections: usize::from(u16_at(bytes, coff + COFF_SECTIONS)?),
            headers_size: u32_at(bytes, optional + OPT_HEADERS_SIZE)? as usize,
            section_alignment: u32_at(bytes, optional + OPT_SECTION_ALIGNMENT)?,
            file_alignment: u32_at(bytes, optional + OPT_FILE_ALIGNMENT)?,
        };
        stub.judge()?;
        Ok(stub)
    }

    fn judge(&self) -> Result<(), UkiError> {
        let sane = |alignment: u32| alignment.is_power_of_two() && alignment <= 1 << 16;
        if !sane(self.section_alignment) || !sane(self.file_alignment) {
            return Err(UkiError::Stub("its alignments are odd"));
        }
        if self.headers_size > self.bytes.len() || self.table_end() > self.headers_size {
            return Err(UkiError::Stub("its section table is cut short"));
        }
        if u32_at(self.bytes, self.optional + OPT_CERTIFICATES + 4)? != 0 {
            return Err(UkiError::Signed);
        }
        Ok(())
    }

    fn table_end(&self) -> usize {
        self.table + self.sections * SECTION_HEADER
    }

    /// How many further headers fit before the first section's data.
    fn room(&self) -> Result<usize, UkiError> {
        let mut limit = self.headers_size;
        for n in 0..self.sections {
            let header = self.table + n * SECTION_HEADER;
            let data = u32_at(self.bytes, header + 20)? as usize;
            if u32_at(self.bytes, header + 16)? != 0 {
                limit = limit.min(data);
            }
        }
        Ok(limit.saturating_sub(self.table_end()) / SECTION_HEADER)
    }

    /// The first address behind all existing sections.
    fn memory_end(&self) -> Result<u64, UkiError> {
        let mut end = self.headers_size as u64;
        for n in 0..self.sections {
            let header = self.table + n * SECTION_HEADER;
            let size = u32_at(self.bytes, header + 8)?.max(u32_at(self.bytes, header + 16)?);
            end = end.max(u64::from(u32_at(self.bytes, header + 12)?) + u64::from(size));
        }
        Ok(end)
    }

    fn has_section(&self, name: &str) -> bool {
        (0..self.sections).any(|n| {
            let at = self.table + n * SECTION_HEADER;
            self.bytes.get(at..at + 8) == Some(section_name(name).as_slice())
        })
    }

    /// The stub with `added` behind its own sections, in the order given.
    pub(super) fn with_sections(&self, added: &[(&str, &[u8])]) -> Result<Vec<u8>, UkiError> {
        if let Some((name, _)) = added.iter().find(|(name, _)| self.has_section(name)) {
            return Err(UkiError::AlreadyHas((*name).to_owned()));
        }
        let room = self.room()?;
        if room < added.len() {
            return Err(UkiError::NoRoom {
                room,
                needed: added.len(),
            });
        }
        let content: usize = added
            .iter()
            .map(|(_, content)| content.len() + PAGE as usize)
            .sum();
        let mut image = Vec::with_capacity(self.bytes.len() + content);
        image.extend_from_slice(self.bytes);
        let mut address = self.memory_end()?;
        let mut raw_total = 0;
        for (n, (name, content)) in added.iter().enumerate() {
            let at = self.table_end() + n * SECTION_HEADER;
            address = address.next_multiple_of(u64::from(self.section_alignment.max(PAGE)));
            raw_total += self.append(&mut image, at, name, address, content)?;
            address += content.len() as u64;
        }
        self.update_headers(&mut image, added.len(), address, raw_total)?;
        Ok(image)
    }

    /// Appends one section's data and fills in its header; gives the data's size in the file.
    fn append(
        &self,
        image: &mut Vec<u8>,
        at: usize,
        name: &str,
        address: u64,
        content: &[u8],
    ) -> Result<u64, UkiError> {
        let alignment = self.file_alignment as usize;
        image.resize(image.len().next_multiple_of(alignment), 0);
        let offset = image.len();
        image.extend_from_slice(content);
        image.resize(image.len().next_multiple_of(alignment), 0);
        let raw = image.len() - offset;
        if image.len() as u64 >= IMAGE_MAX || address + content.len() as u64 >= IMAGE_MAX {
            return Err(UkiError::TooLarge);
        }
        // Name, size in memory, address, size in the file, offset in the file, relocations and line numbers (none).
        let mut header = Vec::with_capacity(SECTION_HEADER);
        header.extend_from_slice(&section_name(name));
        for field in [
            content.len() as u64,
            address,
            raw as u64,
            offset as u64,
            0,
            0,
            0,
        ] {
            header.extend_from_slice(
                &u32::try_from(field)
                    .map_err(|_| UkiError::TooLarge)?
                    .to_le_bytes(),
            );
        }
        header.extend_from_slice(&CHARACTERISTICS.to_le_bytes());
        put(image, at, &header)?;
        Ok(raw as u64)
    }

    fn update_headers(
        &self,
        image: &mut [u8],
        added: usize,
        end: u64,
        raw_total: u64,
    ) -> Result<(), UkiError> {
        let count = u16::try_from(self.sections + added).map_err(|_| UkiError::TooLarge)?;
        let size = end.next_multiple_of(u64::from(self.section_alignment));
        let data = u64::from(u32_at(self.bytes, self.optional + OPT_INITIALIZED)?) + raw_total;
        let narrow = |value: u64| u32::try_from(value).map_err(|_| UkiError::TooLarge);
        put(image, self.coff + COFF_SECTIONS, &count.to_le_bytes())?;
        put(
            image,
            self.optional + OPT_INITIALIZED,
            &narrow(data)?.to_le_bytes(),
        )?;
        put(
            image,
            self.optional + OPT_IMAGE_SIZE,
            &narrow(size)?.to_le_bytes(),
        )?;
        put(image, self.optional + OPT_CHECKSUM, &[0; 4])
    }
}

fn section_name(name: &str) -> [u8; 8] {
    let mut field = [0; 8];
    field
        .iter_mut()
        .zip(name.bytes())
        .for_each(|(to, from)| *to = from);
    field
}

fn put(image: &mut [u8], at: usize, bytes: &[u8]) -> Result<(), UkiError> {
    let place = at
        .checked_add(bytes.len())
        .and_then(|end| image.get_mut(at..end));
    place
        .ok_or(UkiError::Stub("its headers are cut short"))?
        .copy_from_slice(bytes);
    Ok(())
}

fn u16_at(bytes: &[u8], at: usize) -> Result<u16, UkiError> {
    let found = at
        .checked_add(2)
        .and_then(|end| bytes.get(at..end))
        .and_then(|b| b.try_into().ok());
    found
        .map(u16::from_le_bytes)
        .ok_or(UkiError::Stub("its headers are cut short"))
}

fn u32_at(bytes: &[u8], at: usize) -> Result<u32, UkiError> {
    let found = at
        .checked_add(4)
        .and_then(|end| bytes.get(at..end))
        .and_then(|b| b.try_into().ok());
    found
        .map(u32::from_le_bytes)
        .ok_or(UkiError::Stub("its headers are cut short"))
}
