//! The vendor interface of fake hardware: methods to try vendor passthru with. They compare a word and change nothing.

use crate::hardware::VendorInterface;
use model::Object;
use ports::hardware::VendorMethod;
use serde_json::{Value, json};

pub(super) struct FakeVendor;

/// A method that compares `bar` with a word.
const fn comparing(name: &'static str, description: &'static str) -> VendorMethod {
    VendorMethod {
        name,
        http_methods: &["POST"],
        asynchronous: true,
        description,
        exclusive: true,
        arguments: Some(&["bar"]),
    }
}

const METHODS: &[VendorMethod] = &[
    VendorMethod {
        exclusive: false,
        ..comparing(
            "fourth_method_shared_lock",
            "Test if the value of bar is woof",
        )
    },
    VendorMethod {
        arguments: None,
        ..comparing("log_passthrough", "Test pass-through to wait.")
    },
    comparing("second_method", "Test if the value of bar is kazoo"),
    VendorMethod {
        asynchronous: false,
        ..comparing("third_method_sync", "Test if the value of bar is meow")
    },
];

impl VendorInterface for FakeVendor {
    fn methods(&self) -> &'static [VendorMethod] {
        METHODS
    }

    fn call(&self, method: &VendorMethod, arguments: &Object) -> Value {
        let word = match method.name {
            "second_method" => "kazoo",
            "third_method_sync" => "meow",
            "fourth_method_shared_lock" => "woof",
            _ => return Value::Null,
        };
        json!(arguments.get("bar").and_then(Value::as_str) == Some(word))
    }
}
