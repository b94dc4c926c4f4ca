//! Sealing: secret places and only those, bound to their place, with the user's own marks kept.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::key::SealingKey;
use serde_json::json;

fn sealer() -> Sealer {
    let folder = tempfile::tempdir().unwrap();
    Sealer::new(SealingKey::load_or_create(&folder.path().join("key")).unwrap())
}

#[test]
fn only_values_under_secret_keys_are_sealed() {
    let sealer = sealer();
    let document = json!({
        "plain": 1, "password": null, "list": [{"token": "t"}, {"x": {"secret_holder": {"inner": 1}}}],
    });
    let sealed = sealer.seal_document("node", document.clone()).unwrap();
    assert_eq!(sealed["plain"], 1);
    for place in ["/password", "/list/0/token", "/list/1/x/secret_holder"] {
        let mark = sealed.pointer(place).unwrap().as_object().unwrap();
        assert_eq!(mark.keys().collect::<Vec<_>>(), [SEALED], "{place}");
    }
    assert_eq!(sealer.open_document("node", sealed).unwrap(), document);
}

#[test]
fn marks_of_the_user_are_kept() {
    let sealer = sealer();
    for document in [
        json!({"$sealed": "k1:AAAA"}),
        json!({"a": {"$$sealed": {"$sealed": 5}}}),
        json!({"$sealed": "x", "other": {"$$$sealed": 1}}),
        json!({"password": {"$sealed": "x"}, "sealed": {"$": 1}, "$$": {"sealed": 2}}),
        json!([{"$sealed": [{"$sealed": {}}]}]),
    ] {
        let sealed = sealer.seal_document("node", document.clone()).unwrap();
        assert_eq!(sealer.open_document("node", sealed).unwrap(), document);
    }
}

#[test]
fn a_sealed_value_does_not_open_elsewhere() {
    let sealer = sealer();
    let sealed = sealer
        .seal_document("node", json!({"token_a": "a", "token_b": "b"}))
        .unwrap();
    assert!(sealer.open_document("other", sealed.clone()).is_err());
    let moved = json!({"token_a": sealed["token_b"], "token_b": sealed["token_a"]});
    assert!(sealer.open_document("node", moved).is_err());
    for text in [
        "",
        "k",
        ":",
        "k:%%",
        "k:AAAA",
        &format!("{}:AAAA", sealer.key_id()),
    ] {
        let broken = json!({"password": {SEALED: text}});
        assert!(
            matches!(
                sealer.open_document("node", broken),
                Err(StoreError::Sealed { .. })
            ),
            "{text}"
        );
    }
}

#[test]
fn the_same_value_is_sealed_differently_each_time() {
    let sealer = sealer();
    let seal = || {
        sealer
            .seal_document("node", json!({"password": "p"}))
            .unwrap()
    };
    assert_ne!(seal(), seal());
}
