//! `key=value` arguments and the JSON that they become.

use super::exit::usage;
use model::Object;
use serde_json::Value;

/// One `key=value`. The value is JSON where it reads as a number, a word such as `true`, a list or an object, and text otherwise.
#[derive(Clone, Debug, PartialEq)]
pub struct Pair {
    /// The key.
    pub key: String,
    /// The value.
    pub value: Value,
}

/// Parses `key=value`.
///
/// # Errors
/// Without `=` or without a key.
pub fn pair(text: &str) -> Result<Pair, String> {
    let (key, value) = text.split_once('=').ok_or("expected KEY=VALUE")?;
    if key.is_empty() {
        return Err("expected KEY=VALUE".to_owned());
    }
    let value = serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.to_owned()));
    Ok(Pair {
        key: key.to_owned(),
        value,
    })
}

/// Parses `key=value` whose value is text in any case.
///
/// # Errors
/// As [`pair`].
pub fn text_pair(text: &str) -> Result<Pair, String> {
    let (_, value) = text.split_once('=').ok_or("expected KEY=VALUE")?;
    let value = Value::String(value.to_owned());
    Ok(Pair {
        value,
        ..pair(text)?
    })
}

/// As [`pair`], for objects that hold credentials: a secret is refused here, because the command line is public.
///
/// # Errors
/// As [`pair`], and for keys that name a secret.
pub fn public_pair(text: &str) -> Result<Pair, String> {
    let pair = pair(text)?;
    if model::mask::is_secret_key(&pair.key) {
        let key = pair.key;
        return Err(format!(
            "'{key}' is a secret, and the command line can be read by every user of this host; use --password-file or --password-env"
        ));
    }
    Ok(pair)
}

/// An object of all pairs; the last of equal keys wins.
pub fn object(pairs: &[Pair]) -> Object {
    let entries = pairs.iter().map(|it| (it.key.clone(), it.value.clone()));
    entries.collect()
}

/// `kind=name` of an interface: `deploy=direct`.
///
/// # Errors
/// When the kind is not one of Ironic's.
pub fn interface(text: &str) -> Result<(String, String), String> {
    let (kind, name) = text.split_once('=').ok_or("expected KIND=NAME")?;
    match model::InterfaceKind::parse(kind) {
        Some(kind) => Ok((format!("{}_interface", kind.as_str()), name.to_owned())),
        None => {
            let all: Vec<&str> = model::InterfaceKind::ALL
                .iter()
                .map(|it| it.as_str())
                .collect();
            Err(format!(
                "'{kind}' is no interface: one of {}",
                all.join(", ")
            ))
        }
    }
}

/// A JSON file, or standard input for `-`.
pub fn json_file(path: &std::path::Path) -> anyhow::Result<Value> {
    let text = match path.as_os_str().as_encoded_bytes() {
        b"-" => std::io::read_to_string(std::io::stdin())?,
        _ => std::fs::read_to_string(path)
            .map_err(|error| usage(format!("{}: {error}", path.display())))?,
    };
    serde_json::from_str(&text)
        .map_err(|error| usage(format!("{} is not JSON: {error}", path.display())))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_json_where_they_read_so() {
        let cases = [
            ("a=1", json!(1)),
            ("a=true", json!(true)),
            ("a=text with = sign", json!("text with = sign")),
            ("a=", json!("")),
            ("a={\"b\":[1]}", json!({"b": [1]})),
            ("a=10.0.0.1", json!("10.0.0.1")),
        ];
        for (text, value) in cases {
            assert_eq!(pair(text).unwrap().value, value, "{text}");
        }
        assert_eq!(text_pair("a=1").unwrap().value, json!("1"));
        assert!(pair("a").is_err() && pair("=b").is_err());
    }

    #[test]
    fn secrets_are_refused_with_the_reason() {
        let reason = public_pair("redfish_password=x").unwrap_err();
        assert!(
            reason.contains("--password-file") && !reason.contains("=x"),
            "{reason}"
        );
        assert!(public_pair("redfish_username=x").is_ok());
    }

    #[test]
    fn interfaces_are_known() {
        assert_eq!(interface("deploy=direct").unwrap().0, "deploy_interface");
        assert!(interface("colour=red").unwrap_err().contains("management"));
    }
}
