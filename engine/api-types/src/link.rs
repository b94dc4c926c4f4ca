//! Links between documents.

use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// One link.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// Where it leads.
    pub href: String,
    /// `self`, `bookmark` or `describedby`.
    pub rel: Cow<'static, str>,
    /// Media type, where the target is not JSON.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
}

impl Link {
    /// A link.
    pub fn new(href: impl Into<String>, rel: &'static str) -> Self {
        Self {
            href: href.into(),
            rel: rel.into(),
            media_type: None,
        }
    }

    /// The pair that stands in every document: under `/v1/` as `self`, without it as `bookmark`. `path` has no leading slash.
    pub fn pair(public: &str, path: &str) -> Vec<Self> {
        vec![
            Self::new([public, "/v1/", path].concat(), "self"),
            Self::new([public, "/", path].concat(), "bookmark"),
        ]
    }
}
