//! `cargo testbed generate`: writes docs/generated anew. A test fails when what is there is stale.

mod coverage;

use anyhow::{Context, Result};
use std::path::PathBuf;

/// A generated document: its place below docs/generated, and its text.
pub struct Document {
    /// File name.
    pub name: &'static str,
    /// What it must hold.
    pub text: String,
}

/// Every document that this task writes. The references of the configuration and of the command line are written by their crate's tests.
///
/// # Errors
/// What a document is made from cannot be read.
pub fn documents() -> Result<Vec<Document>> {
    Ok(vec![
        Document {
            name: "provision-states.md",
            text: lifecycle::table_markdown(),
        },
        Document {
            name: "provision-states.dot",
            text: lifecycle::diagram_dot(),
        },
        Document {
            name: "openapi.json",
            text: api::openapi(),
        },
        Document {
            name: "api-coverage.md",
            text: coverage::markdown()?,
        },
        Document {
            name: "rights.md",
            text: api::rights(),
        },
        Document {
            name: "deploy-matrix.md",
            text: crate::matrix::markdown()?,
        },
    ])
}

/// The folder of generated documents.
pub fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/generated")
}

/// Writes them all.
pub fn run() -> Result<()> {
    for document in documents()? {
        let path = folder().join(document.name);
        std::fs::write(&path, document.text).with_context(|| path.display().to_string())?;
        println!("wrote docs/generated/{}", document.name);
    }
    Ok(())
}
