//! A condition's or an action's arguments by name: which there must be, which there may be.

use model::Object;
use serde_json::Value;

/// Which arguments something takes, in the order in which a list gives them.
#[derive(Clone, Copy)]
pub(super) struct Signature {
    pub required: &'static [&'static str],
    pub optional: &'static [&'static str],
    /// Those in which replacement fields are filled in. In a loop they are filled in everywhere.
    pub filled: &'static [&'static str],
}

impl Signature {
    /// The arguments by name.
    pub fn named(&self, args: &Value) -> Result<Object, String> {
        let named = match args {
            Value::Object(named) => named.clone(),
            Value::Array(list) => self.in_order(list)?,
            _ => return Err("args must be an object or a list".to_owned()),
        };
        let missing = self
            .required
            .iter()
            .find(|name| !named.contains_key(**name));
        if let Some(name) = missing {
            return Err(format!("missing required argument: {name}"));
        }
        match named.keys().find(|name| !self.knows(name)) {
            Some(name) => Err(format!(
                "unexpected argument: {}",
                name.chars().take(80).collect::<String>()
            )),
            None => Ok(named),
        }
    }

    fn knows(&self, name: &str) -> bool {
        self.required.contains(&name) || self.optional.contains(&name)
    }

    fn in_order(&self, list: &[Value]) -> Result<Object, String> {
        let names = self.required.iter().chain(self.optional);
        if list.len() > self.required.len() + self.optional.len() {
            return Err("too many arguments".to_owned());
        }
        let pairs = names.zip(list);
        Ok(pairs
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect())
    }
}

/// A text argument.
pub(super) fn text<'a>(args: &'a Object, name: &str) -> Result<&'a str, String> {
    args.get(name)
        .and_then(Value::as_str)
        .ok_or_else(|| format!("{name} must be a text"))
}

/// A boolean argument; false when it is missing.
pub(super) fn flag(args: &Object, name: &str) -> Result<bool, String> {
    match args.get(name) {
        None | Some(Value::Null) => Ok(false),
        Some(Value::Bool(flag)) => Ok(*flag),
        Some(Value::String(text)) if text.eq_ignore_ascii_case("true") => Ok(true),
        Some(Value::String(text)) if text.eq_ignore_ascii_case("false") => Ok(false),
        Some(_) => Err(format!("{name} must be a boolean")),
    }
}
