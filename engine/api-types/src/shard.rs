//! The shard document.

use crate::field::{Field, field};

/// Every field and since when it exists.
pub const FIELDS: &[Field] = &[field("name", 82), field("count", 82)];
