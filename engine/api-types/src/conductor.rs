//! The conductor document.

use crate::field::{Field, field};
use crate::{Link, instant};
use model::Timestamp;
use serde::{Deserialize, Serialize};

/// A running engine.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Conductor {
    /// Its configured name.
    pub hostname: String,
    /// The group of nodes it works for.
    pub conductor_group: String,
    /// Whether it works.
    pub alive: bool,
    /// Its hardware types.
    pub drivers: Vec<String>,
    /// When it was first seen.
    #[serde(with = "instant::optional")]
    pub created_at: Option<Timestamp>,
    /// When it was last seen.
    #[serde(with = "instant::optional")]
    pub updated_at: Option<Timestamp>,
    /// Where it is.
    pub links: Vec<Link>,
}

/// Every field and since when it exists.
pub const FIELDS: &[Field] = &[
    field("hostname", 49),
    field("conductor_group", 49),
    field("alive", 49),
    field("drivers", 49),
    field("created_at", 49),
    field("updated_at", 49),
    field("links", 49),
];

/// What a list shows unless told otherwise.
pub const SUMMARY: &[&str] = &["hostname", "conductor_group", "alive"];
