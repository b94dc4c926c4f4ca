//! One spelling for each path: without the optional `/v1`, without trailing slashes, without the old `.json`.

use api_types::Microversion;
use axum::http::Uri;

/// A path that no resource has: what must not be found goes here.
const NOWHERE: &str = "/-";
/// `.json` at the end of a path means nothing from this version on.
const SUFFIX_KEPT_SINCE: u16 = 91;

/// The path as the resources know it: `/v1/nodes/` and `/nodes` are one; `/v1` itself stays.
pub(crate) fn normal(path: &str, version: Microversion, version_named: bool) -> String {
    let mut path = path.trim_end_matches('/');
    if version_named && !version.has(SUFFIX_KEPT_SINCE) {
        path = path.strip_suffix(".json").unwrap_or(path);
    }
    match path {
        "" => return "/".to_owned(),
        "/v1" => return "/v1".to_owned(),
        _ => {}
    }
    let rest = match path.strip_prefix("/v1") {
        Some(rest) if rest.starts_with('/') => rest,
        _ => path,
    };
    // The prefix is optional once, not repeatable.
    if rest == "/v1" || rest.starts_with("/v1/") {
        return NOWHERE.to_owned();
    }
    rest.to_owned()
}

/// Whether it is the path of the topmost document.
pub(crate) fn is_top(path: &str) -> bool {
    path.trim_end_matches('/').is_empty()
}

/// Whether it is the path of a document that says which versions are served.
pub(crate) fn is_root(path: &str) -> bool {
    is_top(path) || path.trim_end_matches('/') == "/v1"
}

/// The address with another path.
pub(crate) fn replaced(uri: &Uri, path: &str) -> Option<Uri> {
    let text = match uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(text.parse().ok()?);
    Uri::from_parts(parts).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_spellings_of_a_path_are_one() {
        for (given, normal_form) in [
            ("/", "/"),
            ("//", "/"),
            ("/v1", "/v1"),
            ("/v1/", "/v1"),
            ("/v1/nodes/", "/nodes"),
            ("/nodes", "/nodes"),
            ("/v1/nodes/a~b%20", "/nodes/a~b%20"),
            ("/v1/v1", NOWHERE),
            ("/v1/v1/nodes", NOWHERE),
            ("/v10/nodes", "/v10/nodes"),
            ("/hammerscale/v1/events", "/hammerscale/v1/events"),
        ] {
            assert_eq!(
                normal(given, Microversion::MAX, true),
                normal_form,
                "{given}"
            );
        }
    }

    #[test]
    fn the_old_suffix_goes_only_when_a_version_was_named() {
        let old = Microversion::new(90);
        assert_eq!(normal("/v1/nodes/x.json", old, true), "/nodes/x");
        assert_eq!(normal("/v1/nodes/x.json", old, false), "/nodes/x.json");
        assert_eq!(
            normal("/v1/nodes/x.json", Microversion::new(91), true),
            "/nodes/x.json"
        );
    }
}
