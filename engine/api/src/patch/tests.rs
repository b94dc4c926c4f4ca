//! Patches: what applies, what does not, and that nothing makes them panic.
#![allow(clippy::unwrap_used)]

use super::{apply, operation};
use model::Object;
use proptest::prelude::*;
use serde_json::{Value, json};

fn patched(document: Value, patch: Value) -> Result<Value, String> {
    let Value::Object(document) = document else {
        return Err("not an object".to_owned());
    };
    let mut operations = Vec::new();
    for item in patch.as_array().cloned().unwrap_or_default() {
        operations.push(operation(item, true)?);
    }
    apply(document, operations).map(Value::Object)
}

#[test]
fn operations_apply_in_order() {
    let before = json!({"extra": {"list": [1, 2]}, "name": null});
    let after = patched(
        before,
        json!([
            {"op": "add", "path": "/name", "value": "a"},
            {"op": "add", "path": "/extra/x", "value": {"y": 1}},
            {"op": "replace", "path": "/extra/x/y", "value": 2},
            {"op": "add", "path": "/extra/list/-", "value": 3},
            {"op": "add", "path": "/extra/list/0", "value": 0},
            {"op": "remove", "path": "/extra/list/1"},
            {"op": "add", "path": "/extra/a~1b~0c", "value": 5},
            {"op": "remove", "path": "/driver"},
            {"op": "remove", "path": "/driver"},
        ]),
    );
    assert_eq!(
        after.unwrap(),
        json!({"extra": {"list": [0, 2, 3], "x": {"y": 2}, "a/b~c": 5}, "name": "a"})
    );
}

#[test]
fn what_does_not_apply_is_refused() {
    for patch in [
        json!([{"op": "remove", "path": "/extra/none"}]),
        json!([{"op": "replace", "path": "/extra/none", "value": 1}]),
        json!([{"op": "add", "path": "/extra/none/deeper", "value": 1}]),
        json!([{"op": "add", "path": "/extra/list/9", "value": 1}]),
        json!([{"op": "add", "path": "/extra/list/01", "value": 1}]),
        json!([{"op": "add", "path": "/name/x", "value": 1}]),
        json!([{"op": "add", "path": "/name"}]),
        json!([{"op": "move", "path": "/name", "value": 1}]),
        json!([{"op": "add", "path": "name", "value": 1}]),
        json!([{"op": "add", "path": "/", "value": 1}]),
        json!([{"op": "add", "path": "/a//b", "value": 1}]),
        json!([{"op": "add", "path": "/a b", "value": 1}]),
        json!([{"op": "add", "path": "/a~2", "value": 1}]),
        json!([{"op": "add", "path": "/name", "value": 1, "from": "/x"}]),
        json!([5]),
    ] {
        let document = json!({"extra": {"list": [1]}, "name": "a"});
        assert!(patched(document, patch.clone()).is_err(), "{patch}");
    }
}

#[test]
fn escapes_came_with_a_version() {
    let item = || json!({"op": "add", "path": "/extra/a.b", "value": 1});
    assert!(operation(item(), false).is_err());
    assert!(operation(item(), true).is_ok());
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        "[a-c]{0,3}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map("[a-c]{1,2}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn add_then_remove_of_a_new_key_is_nothing(document in value(), added in value()) {
        let document = json!({"extra": {"given": document}});
        let after = patched(document.clone(), json!([
            {"op": "add", "path": "/extra/fresh", "value": added},
            {"op": "remove", "path": "/extra/fresh"},
        ]));
        prop_assert_eq!(after.unwrap(), document);
    }

    #[test]
    fn what_is_added_is_there(added in value(), key in "[a-z]{1,5}") {
        let after = patched(json!({"extra": {}}), json!([
            {"op": "add", "path": format!("/extra/{key}"), "value": added},
        ]));
        prop_assert_eq!(&after.unwrap()["extra"][&key], &added);
    }

    #[test]
    fn no_patch_makes_it_panic(
        document in value(),
        patch in proptest::collection::vec(
            ("(add|remove|replace|move)", "(/?[a-c0-9~./-]{0,3}){0,4}", value()), 0..6)
    ) {
        let patch: Vec<Value> = patch
            .into_iter()
            .map(|(op, path, value)| json!({"op": op, "path": path, "value": value}))
            .collect();
        let mut root = Object::new();
        root.insert("a".to_owned(), document);
        let _ = patched(Value::Object(root), Value::from(patch));
    }
}
