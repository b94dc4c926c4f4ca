//! A document of which only some fields are shown: written straight from its struct, without a tree of values in between.

use rustc_hash::FxHashSet;
use serde::ser::{Error, Impossible, Serialize, SerializeMap, SerializeStruct, Serializer};
use std::fmt::Display;

/// The names of the fields that are shown: our own words, so that a quick hash will do.
pub(crate) type Shown = FxHashSet<&'static str>;

/// A struct, written as an object of those of its fields that are shown.
pub(crate) struct View<'a, T> {
    pub document: T,
    pub shown: &'a Shown,
}

impl<T: Serialize> Serialize for View<'_, T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let shown = self.shown;
        self.document.serialize(Chooser { to, shown })
    }
}

/// A serializer that takes structs only.
struct Chooser<'a, S> {
    to: S,
    shown: &'a Shown,
}

/// The fields of a struct on their way into a map.
struct Fields<'a, M> {
    map: M,
    shown: &'a Shown,
}

impl<M: SerializeMap> SerializeStruct for Fields<'_, M> {
    type Ok = M::Ok;
    type Error = M::Error;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<(), M::Error> {
        match self.shown.contains(key) {
            true => self.map.serialize_entry(key, value),
            false => Ok(()),
        }
    }

    fn end(self) -> Result<M::Ok, M::Error> {
        self.map.end()
    }
}

/// What every shape but a struct is answered.
fn refused<T, E: Error>() -> Result<T, E> {
    Err(E::custom("a document is a struct"))
}

macro_rules! refuse {
    ($($method:ident($($argument:ty),*) -> $result:ty;)*) => {
        $(fn $method(self, $(_: $argument),*) -> Result<$result, S::Error> { refused() })*
    };
}

impl<'a, S: Serializer> Serializer for Chooser<'a, S> {
    type Ok = S::Ok;
    type Error = S::Error;
    type SerializeStruct = Fields<'a, S::SerializeMap>;
    type SerializeSeq = Impossible<S::Ok, S::Error>;
    type SerializeTuple = Impossible<S::Ok, S::Error>;
    type SerializeTupleStruct = Impossible<S::Ok, S::Error>;
    type SerializeTupleVariant = Impossible<S::Ok, S::Error>;
    type SerializeMap = Impossible<S::Ok, S::Error>;
    type SerializeStructVariant = Impossible<S::Ok, S::Error>;

    fn serialize_struct(
        self,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStruct, S::Error> {
        Ok(Fields {
            map: self.to.serialize_map(None)?,
            shown: self.shown,
        })
    }

    refuse! {
        serialize_bool(bool) -> S::Ok;
        serialize_i8(i8) -> S::Ok;
        serialize_i16(i16) -> S::Ok;
        serialize_i32(i32) -> S::Ok;
        serialize_i64(i64) -> S::Ok;
        serialize_u8(u8) -> S::Ok;
        serialize_u16(u16) -> S::Ok;
        serialize_u32(u32) -> S::Ok;
        serialize_u64(u64) -> S::Ok;
        serialize_f32(f32) -> S::Ok;
        serialize_f64(f64) -> S::Ok;
        serialize_char(char) -> S::Ok;
        serialize_str(&str) -> S::Ok;
        serialize_bytes(&[u8]) -> S::Ok;
        serialize_none() -> S::Ok;
        serialize_unit() -> S::Ok;
        serialize_unit_struct(&'static str) -> S::Ok;
        serialize_unit_variant(&'static str, u32, &'static str) -> S::Ok;
        serialize_seq(Option<usize>) -> Self::SerializeSeq;
        serialize_tuple(usize) -> Self::SerializeTuple;
        serialize_tuple_struct(&'static str, usize) -> Self::SerializeTupleStruct;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Self::SerializeTupleVariant;
        serialize_map(Option<usize>) -> Self::SerializeMap;
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> Self::SerializeStructVariant;
    }

    fn serialize_some<T: Serialize + ?Sized>(self, _: &T) -> Result<S::Ok, S::Error> {
        refused()
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<S::Ok, S::Error> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<S::Ok, S::Error> {
        refused()
    }

    fn collect_str<T: Display + ?Sized>(self, _: &T) -> Result<S::Ok, S::Error> {
        refused()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde::Serialize;
    use serde_json::json;

    #[derive(Serialize)]
    struct Thing {
        a: u8,
        b: Option<Vec<u8>>,
        c: (),
    }

    #[test]
    fn only_what_is_shown_is_written() {
        let document = Thing {
            a: 1,
            b: Some(vec![2]),
            c: (),
        };
        let view = |shown: &[&'static str]| {
            let shown = shown.iter().copied().collect();
            let text = serde_json::to_string(&View {
                document: &document,
                shown: &shown,
            });
            serde_json::from_str::<serde_json::Value>(&text.unwrap()).unwrap()
        };
        assert_eq!(view(&["b", "c", "absent"]), json!({"b": [2], "c": null}));
        assert_eq!(view(&[]), json!({}));
    }

    #[test]
    fn what_is_no_struct_is_refused() {
        let shown = Shown::default();
        let document = [1];
        let view = View {
            document,
            shown: &shown,
        };
        assert!(serde_json::to_string(&view).is_err());
    }
}
