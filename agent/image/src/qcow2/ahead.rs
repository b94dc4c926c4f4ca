//! Tables fetched ahead of the stream. They are used at once and believed later: the stream must bring the same bytes.

use sha2::{Digest, Sha256};

use super::layout::Layout;
use super::pieces::{Active, Wanted, What};
use crate::error::{ImageError, Qcow2Error};
use crate::ports::Kept;

/// Tables so near to each other are fetched with one request.
const NEAR: u64 = 64 << 10;
/// Bytes of one request, unless one table is larger.
const REQUEST: u64 = 4 << 20;

impl Layout<'_> {
    /// Fetches all tables that are not known yet.
    pub(crate) fn fetch_ahead(&mut self, source: &mut Kept<'_>) -> Result<(), ImageError> {
        let mut left = self.limits.requests;
        while self.tables > 0 {
            let tables = self.take_tables();
            if tables.is_empty() {
                // Each table that is not known is among the pieces; anything else would never end.
                return Err(Qcow2Error::TooManyPieces.into());
            }
            for group in groups(tables, self.at) {
                left = left
                    .checked_sub(1)
                    .ok_or(Qcow2Error::TablesScattered(self.limits.requests))?;
                self.fetch_group(group, source)?;
            }
        }
        Ok(())
    }

    /// The tables that the stream has not brought whole, in the file's order.
    fn take_tables(&mut self) -> Vec<Active> {
        let mut tables: Vec<Active> = self
            .active
            .extract_if(.., |piece| piece.is_table())
            .collect();
        let coming = self.pieces.extract_if(.., |_, wanted| {
            matches!(wanted.what, What::L1 | What::L2(_))
        });
        tables.extend(coming.map(|(start, wanted)| Active::new(start, wanted)));
        tables
    }

    fn fetch_group(&mut self, group: Vec<Active>, source: &mut Kept<'_>) -> Result<(), ImageError> {
        let (Some(first), Some(last)) = (group.first(), group.last()) else {
            return Ok(());
        };
        let (start, end) = (first.start.max(self.at), last.end);
        let refused = |reason: String| Qcow2Error::TablesBehind {
            buffered_mib: self.limits.parked as u64 >> 20,
            reason,
        };
        let bytes = source
            .ahead(start..end)
            .map_err(|error| refused(error.to_string()))?;
        if bytes.len() as u64 != end - start {
            return Err(refused("fewer bytes came than were asked for".to_owned()).into());
        }
        for mut table in group {
            let from = table.start.max(self.at);
            let place = |at: u64| usize::try_from(at - start).unwrap_or(usize::MAX);
            let part = &bytes[place(from)..place(table.end)];
            self.promise(&table, from, part)?;
            table.bytes.extend_from_slice(part);
            self.finish(table, &[])?;
        }
        Ok(())
    }

    /// Remembers what the stream has to bring.
    fn promise(&mut self, table: &Active, from: u64, part: &[u8]) -> Result<(), ImageError> {
        let what = What::Promised(self.promises.len());
        self.promises.push(Sha256::digest(part).into());
        self.learn(
            from,
            Wanted {
                end: table.end,
                what,
            },
        )
    }
}

/// Puts tables together that one request gets.
fn groups(tables: Vec<Active>, at: u64) -> Vec<Vec<Active>> {
    let mut groups: Vec<Vec<Active>> = Vec::new();
    for table in tables {
        let from = table.start.max(at);
        match groups.last_mut() {
            Some(group)
                if group.last().is_some_and(|it| from - it.end <= NEAR)
                    && group
                        .first()
                        .is_some_and(|it| table.end - it.start.max(at) <= REQUEST) =>
            {
                group.push(table);
            }
            _ => groups.push(vec![table]),
        }
    }
    groups
}
