//! Lists over several pages: follows `next` until there is none.

use crate::error::ClientError;
use crate::transport::{Client, Query};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// More pages than that are a server that turns in circles.
const MOST_PAGES: usize = 10_000;

impl Client {
    /// All items of a list. `plural` is the list's key in each page; with `limit` at most so many items are fetched.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn list<T: DeserializeOwned>(
        &self,
        segments: &[&str],
        plural: &str,
        query: &[(&'static str, String)],
        limit: Option<usize>,
    ) -> Result<Vec<T>, ClientError> {
        let mut items: Vec<T> = Vec::new();
        let mut marker: Option<String> = None;
        for _ in 0..MOST_PAGES {
            let query = page_query(query, limit.map(|it| it - items.len()), marker.as_deref());
            let mut page: Value = self.get(segments, &query).await?;
            let found = page.get_mut(plural).map(Value::take).unwrap_or_default();
            let found: Vec<T> =
                serde_json::from_value(found).map_err(|error| self.bad_page(segments, &error))?;
            let empty = found.is_empty();
            items.extend(found);
            let next = page
                .get("next")
                .and_then(Value::as_str)
                .and_then(next_marker);
            let enough = limit.is_some_and(|limit| items.len() >= limit);
            if next.is_none() || next == marker || empty || enough {
                break;
            }
            marker = next;
        }
        items.truncate(limit.unwrap_or(usize::MAX));
        Ok(items)
    }

    fn bad_page(&self, segments: &[&str], error: &serde_json::Error) -> ClientError {
        ClientError::Answer {
            url: self.url(segments, &[]).to_string(),
            reason: error.to_string(),
        }
    }
}

fn page_query(
    query: &[(&'static str, String)],
    limit: Option<usize>,
    marker: Option<&str>,
) -> Query {
    let mut query = query.to_vec();
    // A limit above the server's own is cut by it, and `next` leads on.
    if let Some(limit) = limit {
        query.push(("limit", limit.to_string()));
    }
    if let Some(marker) = marker {
        query.push(("marker", marker.to_owned()));
    }
    query
}

/// Of `next` only the marker is used: its host may be one that this client cannot reach, and filters are missing in it.
fn next_marker(next: &str) -> Option<String> {
    let query = next.split_once('?')?.1;
    let base = reqwest::Url::parse("http://x/").ok()?;
    let url = base.join(&format!("?{query}")).ok()?;
    let marker = url.query_pairs().find(|(name, _)| name == "marker")?;
    Some(marker.1.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_marker_is_found_in_next() {
        let next = "http://other:1/v1/nodes?sort_key=name&limit=2&marker=a%2Fb";
        assert_eq!(next_marker(next).as_deref(), Some("a/b"));
        assert_eq!(next_marker("http://other/v1/nodes"), None);
        assert_eq!(next_marker("http://other/v1/nodes?limit=2"), None);
    }
}
