//! Links between documents.

use serde::{Deserialize, Serialize};

/// One link.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// Where it leads.
    pub href: String,
    /// `self`, `bookmark` or `describedby`.
    pub rel: String,
    /// Media type, where the target is not JSON.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
}

impl Link {
    /// A link.
    pub fn new(href: impl Into<String>, rel: &str) -> Self {
        Self {
            href: href.into(),
            rel: rel.to_owned(),
            media_type: None,
        }
    }

    /// The pair that stands in every document: under `/v1/` as `self`, without it as `bookmark`. `path` has no leading slash.
    pub fn pair(public: &str, path: &str) -> Vec<Self> {
        vec![
            Self::new(format!("{public}/v1/{path}"), "self"),
            Self::new(format!("{public}/{path}"), "bookmark"),
        ]
    }
}
