//! Which keys hold secrets, and how an object looks with them masked. The list is Ironic's (oslo.utils' sanitised keys plus
//! Ironic's own): a key whose lower-case name contains one of these words is secret, at any depth of nested objects.

use crate::Object;
use aho_corasick::AhoCorasick;
use serde_json::Value;
use std::sync::LazyLock;

/// What a reader sees in place of a secret.
pub const MASK: &str = "******";

const SECRET_WORDS: &[&str] = &[
    "adminpass",
    "admin_pass",
    "password",
    "auth_token",
    "new_pass",
    "secret",
    "sys_pswd",
    "token",
    "configdrive",
    "chappassword",
    "encrypted_key",
    "private_key",
    "fernetkey",
    "sslkey",
    "passphrase",
    "cephclusterfsid",
    "octaviaheartbeatkey",
    "rabbitcookie",
    "cephmanilaclientkey",
    "pacemakerremoteauthkey",
    "designaterndckey",
    "cephadminkey",
    "heatauthencryptionkey",
    "cephclientkey",
    "keystonecredential",
    "barbicansimplecryptokek",
    "cephrgwkey",
    "swifthashsuffix",
    "migrationsshkey",
    "cephmdskey",
    "cephmonkey",
    "snmp_auth_key",
    "snmp_priv_key",
];

/// Whether values under this key are secret.
pub fn is_secret_key(key: &str) -> bool {
    // All words are looked for at once: this runs for every key of every document that is stored or shown.
    static WORDS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
        let mut builder = AhoCorasick::builder();
        builder
            .ascii_case_insensitive(true)
            .build(SECRET_WORDS)
            .ok()
    });
    // Without the search (it could only be too large to build) every key counts as secret.
    WORDS.as_ref().is_none_or(|words| words.is_match(key))
}

/// The object as a reader may see it: secrets replaced by [`MASK`], objects searched at every depth, lists left alone.
pub fn masked(object: &Object) -> Object {
    let mut seen = object.clone();
    mask(&mut seen);
    seen
}

/// The same in place.
pub fn mask(object: &mut Object) {
    for (key, value) in object.iter_mut() {
        match value {
            // An object under a secret key is searched, not replaced, as Ironic does; a config drive is the exception.
            Value::Object(inner) if !key.eq_ignore_ascii_case("configdrive") => mask(inner),
            _ if is_secret_key(key) => *value = Value::String(MASK.to_owned()),
            _ => {}
        }
    }
}

/// The same, searching lists too: how Ironic shows the arguments of templates' and runbooks' steps.
pub fn masked_with_lists(object: &Object) -> Object {
    let all = object.iter();
    all.map(|(key, value)| (key.clone(), deep(key, value)))
        .collect()
}

fn deep(key: &str, value: &Value) -> Value {
    match value {
        Value::Object(inner) => Value::Object(masked_with_lists(inner)),
        Value::Array(list) if !is_secret_key(key) => {
            Value::Array(list.iter().map(|item| deep("", item)).collect())
        }
        _ if is_secret_key(key) => Value::String(MASK.to_owned()),
        other => other.clone(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn secrets_are_masked_at_every_depth_and_nothing_else() {
        let object = json!({
            "redfish_password": "x", "redfish_username": "admin", "nested": {"api_Token": 5, "n": 1},
            "configdrive": {"meta_data": {}}, "secret_holder": {"plain": 1}, "list": [{"password": "kept"}],
        });
        let seen = masked(object.as_object().unwrap());
        assert_eq!(
            Value::Object(seen),
            json!({
                "redfish_password": MASK, "redfish_username": "admin", "nested": {"api_Token": MASK, "n": 1},
                "configdrive": MASK, "secret_holder": {"plain": 1}, "list": [{"password": "kept"}],
            })
        );
    }

    #[test]
    fn lists_are_searched_where_that_is_asked_for() {
        let object = json!({"list": [{"password": "x", "n": [[{"token": 1}]]}], "tokens": ["x"]});
        let seen = masked_with_lists(object.as_object().unwrap());
        assert_eq!(
            Value::Object(seen),
            json!({"list": [{"password": MASK, "n": [[{"token": MASK}]]}], "tokens": MASK})
        );
    }
}
