//! Reading properties that may be anything.

use bmc_core::BmcMessage;
use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::Value;

/// Items read of any list.
const MOST_ITEMS: usize = 64;

/// The property if it has the expected type, else `None`.
pub(super) fn typed<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    reader: D,
) -> Result<Option<T>, D::Error> {
    let value = Value::deserialize(reader)?;
    Ok(serde_json::from_value(value).ok())
}

/// A text, cleaned and bounded; numbers are taken as text, blank texts as absent.
pub(super) fn text<'de, D: Deserializer<'de>>(reader: D) -> Result<Option<String>, D::Error> {
    let value = Value::deserialize(reader)?;
    let text = match &value {
        Value::String(text) => BmcMessage::new(text),
        Value::Number(number) => BmcMessage::new(&number.to_string()),
        _ => return Ok(None),
    };
    Ok(Some(text.as_str().to_owned()).filter(|text| !text.is_empty()))
}

/// A list of texts; `None` when it is no list. What is no text in it is skipped.
pub(super) fn texts<'de, D: Deserializer<'de>>(reader: D) -> Result<Option<Vec<String>>, D::Error> {
    let value = Value::deserialize(reader)?;
    Ok(value.as_array().map(|list| texts_of(list)))
}

pub(super) fn texts_of(list: &[Value]) -> Vec<String> {
    let texts = list.iter().filter_map(Value::as_str).take(MOST_ITEMS);
    texts
        .map(|text| BmcMessage::new(text).as_str().to_owned())
        .collect()
}

/// Links to other resources; entries that are no links are skipped. One link instead of a list counts as a list of one.
pub(super) fn links<'de, D: Deserializer<'de>>(reader: D) -> Result<Vec<Link>, D::Error> {
    let entries = match Value::deserialize(reader)? {
        Value::Array(list) => list,
        one @ Value::Object(_) => vec![one],
        _ => Vec::new(),
    };
    let links = entries
        .into_iter()
        .filter_map(|entry| serde_json::from_value::<Link>(entry).ok());
    Ok(links
        .filter(|link| link.path().is_some())
        .take(MOST_ITEMS)
        .collect())
}

/// A link to a resource.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Link {
    #[serde(rename = "@odata.id", deserialize_with = "typed")]
    id: Option<String>,
}

impl Link {
    /// The path, as the BMC gave it but for slashes at its end.
    pub(crate) fn path(&self) -> Option<&str> {
        let path = self.id.as_deref()?.trim_end_matches('/');
        path.starts_with('/').then_some(path)
    }
}

/// `Status` of a resource.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct Status {
    #[serde(deserialize_with = "text")]
    pub health: Option<String>,
    #[serde(deserialize_with = "text")]
    pub health_rollup: Option<String>,
}
