//! From the engine's nouns to the API's documents: masking, links, derived fields. Reads only.

pub(crate) mod internal_info;
pub(crate) mod node;
pub(crate) mod port;
