//! What docs/generated shows is what the code says now.

#![allow(clippy::unwrap_used, missing_docs)]

use hammerscale_testbed::generate;

#[test]
fn generated_documents_are_current() {
    for document in generate::documents().unwrap() {
        let path = generate::folder().join(document.name);
        let found = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            found == document.text,
            "docs/generated/{} is stale: run `cargo testbed generate`",
            document.name
        );
    }
}
