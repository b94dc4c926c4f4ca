//! Sealing: values under secret keys of a JSON document, and whole large values, are stored encrypted (AES-256-GCM). Each
//! record has a key of its own, derived from the key file's, and a value opens only at the place it was sealed for.

use crate::fault::Fault;
use crate::key::{KEY_LENGTH, SealingKey};
use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::hkdf;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::{Object, mask};
use ports::store::StoreError;
use serde_json::Value;
use zeroize::{Zeroize as _, Zeroizing};

/// The one key of an object that stands for a sealed value.
const SEALED: &str = "$sealed";
/// Deepest nesting of a document; `serde_json` reads 128 levels.
const MAX_DEPTH: usize = 120;

/// Seals and opens with the keys of one key file.
pub(crate) struct Sealer {
    keys: SealingKey,
}

impl Sealer {
    pub(crate) fn new(keys: SealingKey) -> Self {
        Self { keys }
    }

    /// The id of the key that seals.
    pub(crate) fn key_id(&self) -> &str {
        self.keys.current().0
    }

    /// Seals every value under a secret key. `record` names the record (a node's UUID): the seal is bound to it.
    pub(crate) fn seal_document(&self, record: &str, document: Value) -> Result<Value, StoreError> {
        self.seal_value(record, &mut String::new(), document, 0)
    }

    fn seal_value(
        &self,
        record: &str,
        path: &mut String,
        value: Value,
        depth: usize,
    ) -> Result<Value, StoreError> {
        if depth > MAX_DEPTH {
            let reason = Fault::other(format!("it is nested more than {MAX_DEPTH} levels deep"));
            return Err(reason.during("storing a document"));
        }
        match value {
            Value::Object(object) => self.seal_object(record, path, object, depth),
            Value::Array(items) => items
                .into_iter()
                .enumerate()
                .map(|(index, item)| {
                    below(path, &index.to_string(), |path| {
                        self.seal_value(record, path, item, depth + 1)
                    })
                })
                .collect::<Result<_, _>>()
                .map(Value::Array),
            plain => Ok(plain),
        }
    }

    fn seal_object(
        &self,
        record: &str,
        path: &mut String,
        object: Object,
        depth: usize,
    ) -> Result<Value, StoreError> {
        let lone = object.len() == 1;
        let mut sealed = Object::new();
        for (key, value) in object {
            let stored = below(path, &key, |path| {
                let secret = mask::is_secret_key(&key);
                let value = self.seal_value(record, path, value, depth + 1)?;
                match secret {
                    true => self.seal_one(record, path, &value),
                    false => Ok(value),
                }
            })?;
            sealed.insert(if lone { escaped(key) } else { key }, stored);
        }
        Ok(Value::Object(sealed))
    }

    fn seal_one(&self, record: &str, path: &str, value: &Value) -> Result<Value, StoreError> {
        let mut plain = Zeroizing::new(value.to_string().into_bytes());
        let bytes = self.seal_bytes(record, path, &mut plain)?;
        let text = format!("{}:{}", self.key_id(), STANDARD.encode(bytes));
        Ok(Value::Object(Object::from_iter([(
            SEALED.to_owned(),
            Value::String(text),
        )])))
    }

    /// Opens what [`Sealer::seal_document`] sealed.
    pub(crate) fn open_document(&self, record: &str, document: Value) -> Result<Value, StoreError> {
        self.open_value(record, &mut String::new(), document)
    }

    fn open_value(
        &self,
        record: &str,
        path: &mut String,
        value: Value,
    ) -> Result<Value, StoreError> {
        match value {
            Value::Object(object) => self.open_object(record, path, object),
            Value::Array(items) => items
                .into_iter()
                .enumerate()
                .map(|(index, item)| {
                    below(path, &index.to_string(), |path| {
                        self.open_value(record, path, item)
                    })
                })
                .collect::<Result<_, _>>()
                .map(Value::Array),
            plain => Ok(plain),
        }
    }

    fn open_object(
        &self,
        record: &str,
        path: &mut String,
        object: Object,
    ) -> Result<Value, StoreError> {
        let lone = object.len() == 1;
        if let (true, Some(Value::String(text))) = (lone, object.get(SEALED)) {
            let inner = self.open_one(record, path, text)?;
            return self.open_value(record, path, inner);
        }
        let mut opened = Object::new();
        for (key, value) in object {
            let key = if lone { unescaped(key) } else { key };
            let value = below(path, &key, |path| self.open_value(record, path, value))?;
            opened.insert(key, value);
        }
        Ok(Value::Object(opened))
    }

    /// Opens the sealed values at the top of an object that stands at `path`; how many there were. None when one does not open.
    pub(crate) fn open_in_place(
        &self,
        record: &str,
        path: &str,
        object: &mut Object,
    ) -> Option<usize> {
        let mut opened = 0;
        for (key, value) in object.iter_mut() {
            let sealed = value.as_object().filter(|inner| inner.len() == 1);
            let Some(Value::String(text)) = sealed.and_then(|inner| inner.get(SEALED)) else {
                continue;
            };
            let mut path = path.to_owned();
            let inner = below(&mut path, key, |path| {
                let inner = self.open_one(record, path, text)?;
                self.open_value(record, path, inner)
            });
            *value = inner.ok()?;
            opened += 1;
        }
        Some(opened)
    }

    fn open_one(&self, record: &str, path: &str, text: &str) -> Result<Value, StoreError> {
        let damaged = || refusal(record, path, "the stored value is damaged".to_owned());
        let (id, encoded) = text.split_once(':').ok_or_else(damaged)?;
        let bytes = STANDARD.decode(encoded).map_err(|_| damaged())?;
        let plain = Zeroizing::new(self.open_bytes(record, path, id, bytes)?);
        serde_json::from_slice(&plain).map_err(|_| damaged())
    }

    /// Seals bytes in place with the current key: nonce, then ciphertext and tag.
    pub(crate) fn seal_bytes(
        &self,
        record: &str,
        field: &str,
        plain: &mut Vec<u8>,
    ) -> Result<Vec<u8>, StoreError> {
        let refused = || Fault::other("the cipher refused").during("sealing a secret value");
        let key = record_key(self.keys.current().1, record).ok_or_else(refused)?;
        let nonce = key
            .seal_in_place_append_tag(bound_to(record, field), plain)
            .map_err(|_| refused())?;
        let mut sealed = Vec::with_capacity(NONCE_LEN + plain.len());
        sealed.extend_from_slice(nonce.as_ref());
        sealed.append(plain);
        Ok(sealed)
    }

    /// Opens what [`Sealer::seal_bytes`] sealed.
    pub(crate) fn open_bytes(
        &self,
        record: &str,
        field: &str,
        key_id: &str,
        mut sealed: Vec<u8>,
    ) -> Result<Vec<u8>, StoreError> {
        let path = self.keys.path().display();
        let Some(key) = self.keys.by_id(key_id) else {
            return Err(refusal(
                record,
                field,
                format!(
                    "it was sealed with key '{key_id}', which the key file {path} does not hold; restore that key file from its backup, or add the key's line to it"
                ),
            ));
        };
        let opened = record_key(key, record).and_then(|key| {
            let (nonce, body) = sealed.split_at_mut_checked(NONCE_LEN)?;
            let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
            let plain = key.open_in_place(nonce, bound_to(record, field), body);
            plain.map(|plain| plain.len()).ok()
        });
        let Some(length) = opened else {
            return Err(refusal(
                record,
                field,
                format!(
                    "key '{key_id}' of the key file {path} does not open it: the file holds another key under this id (restore it from its backup), or the stored value was altered"
                ),
            ));
        };
        sealed.drain(..NONCE_LEN);
        sealed.truncate(length);
        Ok(sealed)
    }
}

/// The key of one record: random nonces stay far from their limit however often a record is written.
fn record_key(key: &hkdf::Prk, record: &str) -> Option<RandomizedNonceKey> {
    let mut bytes = [0u8; KEY_LENGTH];
    let made = key
        .expand(&[record.as_bytes()], hkdf::HKDF_SHA256)
        .and_then(|okm| okm.fill(&mut bytes))
        .and_then(|()| RandomizedNonceKey::new(&AES_256_GCM, &bytes));
    bytes.zeroize();
    made.ok()
}

fn bound_to(record: &str, field: &str) -> Aad<Vec<u8>> {
    Aad::from([record.as_bytes(), b"\n", field.as_bytes()].concat())
}

fn refusal(record: &str, field: &str, reason: String) -> StoreError {
    metrics::counter!("store_errors_total").increment(1);
    StoreError::Sealed {
        field: format!("{record}{field}"),
        reason,
    }
}

/// Does something one step further down the path (a JSON pointer, RFC 6901).
fn below<T>(path: &mut String, step: &str, act: impl FnOnce(&mut String) -> T) -> T {
    let length = path.len();
    path.push('/');
    path.push_str(&step.replace('~', "~0").replace('/', "~1"));
    let result = act(path);
    path.truncate(length);
    result
}

/// A user's own lone key `$sealed` (or an escaped one) gets one more `$`, so that it is never taken for a seal.
fn escaped(key: String) -> String {
    match is_mark(&key) {
        true => format!("${key}"),
        false => key,
    }
}

fn unescaped(key: String) -> String {
    match key.strip_prefix('$') {
        Some(rest) if is_mark(rest) => rest.to_owned(),
        _ => key,
    }
}

fn is_mark(key: &str) -> bool {
    key.starts_with('$') && key.trim_start_matches('$') == "sealed"
}

#[cfg(test)]
mod tests;
