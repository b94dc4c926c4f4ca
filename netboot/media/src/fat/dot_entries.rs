//! Puts `.` and `..` where they belong: into the first two slots of each directory (Microsoft's FAT specification, section 6.5).
//! The library that fills our images gives both a long name, which takes the slot before; checkers call that damage, and one that
//! repairs it takes the directory apart. It works on images that were just made here and on nothing else.

const SLOT: usize = 32;
const ATTRIBUTES: usize = 11;
const LONG_NAME: u8 = 0x0f;
const DIRECTORY: u8 = 0x10;
const DELETED: u8 = 0xe5;
const DOT: &[u8] = b".          ";
const DOT_DOT: &[u8] = b"..         ";
/// Fewer clusters mean FAT12, more FAT16 (the same specification, section 3.5).
const FAT16_FROM: usize = 4085;

/// Where things lie in an image with 12 or 16 bits per cluster.
struct Layout {
    fat: usize,
    root: usize,
    root_length: usize,
    data: usize,
    cluster: usize,
    wide: bool,
}

impl Layout {
    /// `None` with 32 bits: images of that size are not made here.
    fn of(image: &[u8]) -> Option<Self> {
        let byte = |at: usize| image.get(at).map(|b| usize::from(*b));
        let word = |at: usize| Some(byte(at)? | byte(at + 1)? << 8);
        let sector = word(11)?;
        let table = word(22).filter(|sectors| *sectors > 0)?;
        let fat = word(14)? * sector;
        let root = fat + byte(16)? * table * sector;
        let root_length = word(17)? * SLOT;
        let data = root + root_length.next_multiple_of(sector.max(1));
        let cluster = sector * byte(13)?;
        let clusters = image.len().checked_sub(data)?.checked_div(cluster)?;
        Some(Self {
            fat,
            root,
            root_length,
            data,
            cluster,
            wide: clusters >= FAT16_FROM,
        })
    }

    fn place(&self, cluster: usize) -> Option<usize> {
        Some(self.data + cluster.checked_sub(2)? * self.cluster)
    }

    /// The cluster behind this one; `None` at a chain's end.
    fn next(&self, image: &[u8], cluster: usize) -> Option<usize> {
        let word = |at: usize| {
            let pair = image.get(at..at + 2)?.try_into().ok()?;
            Some(usize::from(u16::from_le_bytes(pair)))
        };
        if self.wide {
            return word(self.fat + 2 * cluster).filter(|next| *next < 0xfff8);
        }
        let pair = word(self.fat + cluster + cluster / 2)?;
        let next = if cluster.is_multiple_of(2) {
            pair & 0xfff
        } else {
            pair >> 4
        };
        Some(next).filter(|next| *next < 0xff8)
    }

    fn chain(&self, image: &[u8], first: usize) -> Vec<usize> {
        let most = image.len() / self.cluster.max(1);
        let chain = std::iter::successors(Some(first), |cluster| self.next(image, *cluster));
        chain.take(most).collect()
    }
}

/// Mends every directory below the root.
pub(super) fn put_first(image: &mut [u8]) {
    let Some(layout) = Layout::of(image) else {
        return;
    };
    let root = layout.root..layout.root + layout.root_length;
    let mut open = folders(image.get(root).unwrap_or_default());
    while let Some(first) = open.pop() {
        if let Some(slots) = layout
            .place(first)
            .and_then(|at| image.get_mut(at..at + 4 * SLOT))
        {
            mend(slots);
        }
        for cluster in layout.chain(image, first) {
            let bytes = layout
                .place(cluster)
                .and_then(|at| image.get(at..at + layout.cluster));
            open.extend(folders(bytes.unwrap_or_default()));
        }
    }
}

/// First clusters of the directories that are named here.
fn folders(slots: &[u8]) -> Vec<usize> {
    let (slots, _) = slots.as_chunks::<SLOT>();
    let named = slots.iter().filter(|slot| {
        let attributes = slot[ATTRIBUTES];
        attributes != LONG_NAME
            && attributes & DIRECTORY != 0
            && !matches!(slot[0], 0 | DELETED | b'.')
    });
    named
        .map(|slot| usize::from(u16::from_le_bytes([slot[26], slot[27]])))
        .collect()
}

/// Long name, `.`, long name, `..` becomes `.`, `..` and two free slots.
fn mend(slots: &mut [u8]) {
    let (list, _) = slots.as_chunks_mut::<SLOT>();
    let [first, second, third, fourth, ..] = list else {
        return;
    };
    let long = first[ATTRIBUTES] == LONG_NAME && third[ATTRIBUTES] == LONG_NAME;
    if !long || !second.starts_with(DOT) || !fourth.starts_with(DOT_DOT) {
        return;
    }
    *first = *second;
    *second = *fourth;
    for free in [third, fourth] {
        *free = [0; SLOT];
        free[0] = DELETED;
    }
}
