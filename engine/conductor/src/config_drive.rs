//! Config drives: stored as the client sent them, turned into what the agent takes right before it is asked.

use crate::digest;
use crate::effects::{ActError, Context};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use model::{Node, Refusal, RefusalKind};
use netboot_media::config_drive::ConfigDrive;
use ports::blob::{Blob, BlobKind};
use serde_json::Value;
use std::io::Write;

/// Base64 of a gzipped ISO, or a URL that the agent fetches; none when the node has no config drive.
pub(crate) async fn for_agent(context: &Context) -> Result<Option<String>, ActError> {
    let Some(hash) = &context.node.config_drive else {
        return Ok(None);
    };
    let store = &context.conductor.inner.store;
    let bytes = store
        .blob(BlobKind::ConfigDrive, hash)
        .await
        .map_err(|error| ActError::passing(format!("the config drive could not be read: {error}")))?
        .ok_or_else(|| {
            ActError::lasting("the config drive is gone from the store; deploy again with it")
        })?;
    let node = context.node.clone();
    let packed = digest::aside(bytes.len(), move || packed(&bytes, &node)).await;
    packed
        .map_err(|error| ActError::passing(error.to_string()))?
        .map(Some)
}

/// What the agent takes, of a config drive as it is stored.
fn packed(stored: &[u8], node: &Node) -> Result<String, ActError> {
    let given: Value = serde_json::from_slice(stored).map_err(|error| {
        ActError::lasting(format!("the stored config drive cannot be read: {error}"))
    })?;
    match given {
        Value::String(text) => Ok(text),
        document => built(&document, node),
    }
}

fn built(document: &Value, node: &Node) -> Result<String, ActError> {
    let drive = parse(document).map_err(|refusal| ActError::lasting(refusal.message))?;
    let iso = drive
        .iso(&node.uuid.to_string(), node.name.as_deref())
        .map_err(|error| ActError::lasting(format!("the config drive cannot be built: {error}")))?;
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(&iso)
        .and_then(|()| gzip.finish())
        .map(|packed| STANDARD.encode(packed))
        .map_err(|error| ActError::lasting(format!("the config drive cannot be packed: {error}")))
}

fn parse(document: &Value) -> Result<ConfigDrive, Refusal> {
    serde_json::from_value(document.clone())
        .map_err(|error| Refusal::new(RefusalKind::Invalid, format!("configdrive: {error}")))
}

/// The characters of base64, and those that lines of it are wrapped with.
fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'+' | b'/' | b'=' | b'\n' | b'\r' | b'\t' | b' ')
}

/// About how many bytes of text it is: what is large in an object is its user data.
pub(crate) fn size(given: &Value) -> usize {
    match given {
        Value::String(text) => text.len(),
        Value::Object(parts) => parts.values().map(size).sum(),
        _ => 0,
    }
}

/// What a client sent, checked, as it is stored.
pub(crate) fn checked(given: &Value) -> Result<Blob, Refusal> {
    check(given)?;
    let bytes = serde_json::to_vec(given)
        .map_err(|error| Refusal::new(RefusalKind::Invalid, format!("configdrive: {error}")))?;
    Ok(digest::blob(BlobKind::ConfigDrive, bytes))
}

/// Checks what a client sent, before it is stored: an object, base64 text, or a URL.
fn check(given: &Value) -> Result<(), Refusal> {
    let invalid = |text: &str| {
        Err(Refusal::new(
            RefusalKind::Invalid,
            format!("configdrive: {text}"),
        ))
    };
    match given {
        Value::Object(_) => parse(given).map(|_| ()),
        Value::String(text) if text.contains("://") => {
            let lower = text.to_ascii_lowercase();
            if lower.starts_with("http://") || lower.starts_with("https://") {
                return Ok(());
            }
            invalid("its URL must begin with http:// or https://")
        }
        // It is not opened here: what it holds is for the agent to find out, which refuses what is no gzipped image.
        Value::String(text) if text.bytes().all(is_base64) => Ok(()),
        Value::String(_) => invalid("text must be a URL or base64 of a gzipped ISO 9660 image"),
        _ => invalid("must be an object or text"),
    }
}
