//! Which fields a document has in which microversion, as data, and the one function that applies it.

use crate::Microversion;
use model::Object;

/// A field of a document and the microversion that added it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name on the wire.
    pub name: &'static str,
    /// It exists from `1.since` on.
    pub since: u16,
}

/// Builds a table row.
pub const fn field(name: &'static str, since: u16) -> Field {
    Field { name, since }
}

/// Since when a field exists; none when no version has it.
pub fn since(fields: &[Field], name: &str) -> Option<u16> {
    fields
        .iter()
        .find(|field| field.name == name)
        .map(|field| field.since)
}

/// Drops what the version does not have, and, when only some fields were asked for, the others too. `links` always stays.
pub fn select(
    document: &mut Object,
    fields: &[Field],
    version: Microversion,
    asked: Option<&[String]>,
) {
    document.retain(|name, _| {
        let wanted = asked.is_none_or(|asked| name == "links" || asked.iter().any(|a| a == name));
        wanted && since(fields, name).is_some_and(|minor| version.has(minor))
    });
}
