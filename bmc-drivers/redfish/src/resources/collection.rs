//! A collection: its members' paths, page by page.

use serde::Deserialize;

use super::lenient::{self, Link};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Collection {
    #[serde(rename = "Members", deserialize_with = "lenient::links")]
    pub members: Vec<Link>,
    #[serde(rename = "Members@odata.nextLink", deserialize_with = "lenient::typed")]
    pub next: Option<String>,
}
