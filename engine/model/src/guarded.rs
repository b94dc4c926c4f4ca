//! A free-form JSON object that may hold secrets (driver_info, instance_info, ...). `Debug` shows the keys only, and there is
//! no `Serialize`: who writes it out says by `expose` or `masked` which form is meant.

use crate::{Object, mask};
use serde_json::Value;
use std::fmt;

/// A JSON object whose values must not reach logs.
#[derive(Clone, Default, PartialEq)]
pub struct Guarded(Object);

impl Guarded {
    /// Takes an object into custody.
    pub fn new(object: Object) -> Self {
        Self(object)
    }

    /// The object with its secrets readable.
    pub fn expose(&self) -> &Object {
        &self.0
    }

    /// The object with its secrets readable, for changing it.
    pub fn expose_mut(&mut self) -> &mut Object {
        &mut self.0
    }

    /// The object as a reader of the API may see it.
    pub fn masked(&self) -> Object {
        mask::masked(&self.0)
    }

    /// The same, of an object that nobody needs any more.
    pub fn into_masked(mut self) -> Object {
        mask::mask(&mut self.0);
        self.0
    }

    /// One value, readable.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.get(key)
    }

    /// One string value, readable; absent when it is not a string or empty.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.0
            .get(key)
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty())
    }
}

impl fmt::Debug for Guarded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
