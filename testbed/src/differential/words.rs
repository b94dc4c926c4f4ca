//! Error answers: their form and code must be the same; of the wording only what clients look for and what it names: the field of the
//! request or the state that is at fault.

use std::collections::BTreeSet;

use serde_json::Value;

use super::compare::Findings;
use super::wire::{Reply, Request};

/// What programs look for in texts of Ironic.
const MATCHED: &[&str] = &["aborted", "is locked by host", "Timeout reached"];

/// Provision states, as errors name them.
const STATES: &[&str] = &[
    "enroll",
    "verifying",
    "manageable",
    "available",
    "active",
    "deploying",
    "wait call-back",
    "deploy failed",
    "deploy hold",
    "deleting",
    "deleted",
    "cleaning",
    "clean wait",
    "clean failed",
    "clean hold",
    "error",
    "rebuild",
    "inspecting",
    "inspect wait",
    "inspect failed",
    "adopting",
    "adopt failed",
    "rescue",
    "rescuing",
    "rescue wait",
    "rescue failed",
    "unrescuing",
    "unrescue failed",
    "servicing",
    "service wait",
    "service failed",
    "service hold",
];

/// Which of the looked-for texts stand in a text.
pub fn matched(text: &str) -> Vec<&'static str> {
    let all = MATCHED.iter().copied();
    all.filter(|wanted| text.contains(wanted)).collect()
}

/// Compares two error answers of one status.
pub fn compare(request: &Request, ironic: &Reply, ours: &Reply, found: &mut Findings) {
    let (a, b) = (Fault::of(ironic), Fault::of(ours));
    if a.shape != b.shape {
        found.push("error shape", &a.shape, &b.shape);
        return;
    }
    if a.code != b.code {
        found.push("error faultcode", &a.code, &b.code);
    }
    if matched(&a.text) != matched(&b.text) {
        found.push("error text", &a.text, &b.text);
    }
    let terms = terms(request);
    let (named, answered) = (named(&meant(&a.text), &terms), named(&b.text, &terms));
    let missing: Vec<&str> = named.difference(&answered).map(String::as_str).collect();
    if !missing.is_empty() {
        found.push(
            "error names",
            &format!("{}: {}", missing.join(", "), a.text),
            &b.text,
        );
    }
}

/// The text of an error answer, for people.
pub fn text(reply: &Reply) -> String {
    Fault::of(reply).text
}

/// An error body taken apart.
struct Fault {
    /// Its members and their types, all the way down.
    shape: String,
    code: String,
    text: String,
}

impl Fault {
    fn of(reply: &Reply) -> Self {
        let Some(body) = reply.json() else {
            let shape = if reply.body.is_empty() {
                "empty"
            } else {
                "no JSON"
            };
            return Self {
                shape: shape.to_owned(),
                code: String::new(),
                text: reply.body.clone(),
            };
        };
        let message = body.get("error_message").cloned().unwrap_or_default();
        let inner = message
            .as_str()
            .and_then(|text| serde_json::from_str(text).ok());
        let fault = inner.clone().unwrap_or(message);
        let shape = match &inner {
            Some(inner) => format!("{} around {}", shape_of(&body), shape_of(inner)),
            None => shape_of(&body),
        };
        let member = |name: &str| fault.get(name).map(plain).unwrap_or_default();
        Self {
            shape,
            code: member("faultcode"),
            text: match member("faultstring") {
                empty if empty.is_empty() => body.to_string(),
                text => text,
            },
        }
    }
}

fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

fn shape_of(value: &Value) -> String {
    match value {
        Value::Null => "null".into(),
        Value::Bool(_) => "bool".into(),
        Value::Number(_) => "number".into(),
        Value::String(_) => "text".into(),
        Value::Array(items) => match items.first() {
            Some(first) => format!("[{}]", shape_of(first)),
            None => "[]".into(),
        },
        Value::Object(members) => {
            let mut listed: Vec<String> = members
                .iter()
                .map(|(key, value)| format!("{key}: {}", shape_of(value)))
                .collect();
            listed.sort();
            format!("{{{}}}", listed.join(", "))
        }
    }
}

/// What a request names: members of its body, segments of patch pointers, query parameters.
fn terms(request: &Request) -> BTreeSet<String> {
    let mut terms = BTreeSet::new();
    if let Some((_, query)) = request.path.split_once('?') {
        let names = query
            .split('&')
            .map(|pair| pair.split('=').next().unwrap_or_default());
        terms.extend(names.map(str::to_owned));
        let fields = query.split('&').filter_map(|pair| pair.split_once('='));
        let fields = fields.filter(|(name, _)| matches!(*name, "fields" | "sort_key"));
        terms.extend(fields.flat_map(|(_, names)| names.split(',').map(str::to_owned)));
    }
    let body = request.body.as_deref().unwrap_or_default();
    if let Ok(body) = serde_json::from_str::<Value>(body) {
        collect(&body, &mut terms);
    }
    terms.retain(|term| term.len() > 2);
    terms
}

fn collect(value: &Value, terms: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                // The members of a patch operation are no fields; what its pointer names is.
                match (key.as_str(), value) {
                    ("op" | "value", _) if members.contains_key("path") => {}
                    ("path", Value::String(pointer)) => {
                        terms.extend(pointer.split('/').take(2).map(str::to_owned));
                    }
                    _ => {
                        terms.insert(key.clone());
                    }
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, terms)),
        _ => {}
    }
}

/// A text of Ironic without what its schema library says of everything: the whole body back, all values that would be right, and the
/// word "type". These name nothing.
fn meant(text: &str) -> String {
    let text = text.replace("is not of type", "is not a");
    let text = text.replace("is not a 'uuid'", "is not an id");
    let text = match text.split_once("is not one of [") {
        Some((said, rest)) => format!("{said}{}", rest.split_once(']').unwrap_or_default().1),
        None => text,
    };
    let echoes = [
        " is not valid under any of the given schemas",
        " is valid under each of",
    ];
    let echo = echoes.iter().find_map(|echo| text.split_once(echo));
    match echo {
        Some((said, rest)) => format!("{}{rest}", said.split('{').next().unwrap_or_default()),
        None => text,
    }
}

/// Which of the terms and states a text names, as whole words.
fn named(text: &str, terms: &BTreeSet<String>) -> BTreeSet<String> {
    let states = STATES.iter().map(|state| format!("'{state}'"));
    let states = states.chain(STATES.iter().map(|state| format!("\"{state}\"")));
    let states = states.filter(|quoted| text.contains(quoted.as_str()));
    let states = states.map(|quoted| quoted[1..quoted.len() - 1].to_owned());
    let terms = terms
        .iter()
        .filter(|term| stands_alone(text, term))
        .cloned();
    terms.chain(states).collect()
}

fn stands_alone(text: &str, word: &str) -> bool {
    let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    text.match_indices(word).any(|(at, found)| {
        let before = text[..at].chars().next_back().is_some_and(is_word);
        let after = text[at + found.len()..].chars().next().is_some_and(is_word);
        !before && !after
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::differential::compare::{Ids, compare as all};
    use serde_json::json;

    fn fault(code: &str, text: &str) -> Reply {
        let inner = json!({"faultcode": code, "faultstring": text, "debuginfo": null});
        Reply {
            status: 400,
            headers: Vec::new(),
            body: json!({ "error_message": inner.to_string() }).to_string(),
        }
    }

    fn parts(request: &Request, ironic: &Reply, ours: &Reply) -> Vec<String> {
        let found = all(request, ironic, ours, &mut Ids::default());
        found.into_iter().map(|found| found.part).collect()
    }

    #[test]
    fn the_wording_is_free_but_the_field_is_not() {
        let request = Request::new("POST", "/v1/nodes").with(r#"{"driver":"x","retired":7}"#);
        let theirs = fault("Client", "7 is not of type 'boolean' in retired");
        let ours = fault("Client", "retired must be a boolean");
        assert!(parts(&request, &theirs, &ours).is_empty());
        let silent = fault("Client", "must be a boolean");
        assert_eq!(parts(&request, &theirs, &silent), ["error names"]);
        let server = fault("Server", "retired");
        assert_eq!(parts(&request, &theirs, &server), ["error faultcode"]);
    }

    #[test]
    fn what_is_only_listed_is_not_named() {
        for (said, left) in [
            (
                "for port: {'a': 1} is not valid under any of the given schemas. Cause: b",
                "for port: . Cause: b",
            ),
            ("'x' is not one of ['a', 'b'], really", "'x' , really"),
            ("7 is not of type 'string'", "7 is not a 'string'"),
            ("plain {a}", "plain {a}"),
        ] {
            assert_eq!(meant(said), left);
        }
    }

    #[test]
    fn states_are_named_in_quotes() {
        let request = Request::get("/");
        let theirs = fault("Client", "not while in state 'clean wait'");
        assert_eq!(
            parts(&request, &theirs, &fault("Client", "no")),
            ["error names"]
        );
        assert!(parts(&request, &theirs, &fault("Client", "in \"clean wait\"")).is_empty());
    }

    #[test]
    fn forms_are_told_apart() {
        let routing = Reply {
            body: json!({"error_message": {"code": 404, "title": "a", "faultstring": "b"}})
                .to_string(),
            ..fault("Client", "b")
        };
        assert_eq!(
            parts(&Request::get("/"), &fault("Client", "b"), &routing),
            ["error shape"]
        );
    }

    #[test]
    fn what_clients_look_for_is_kept() {
        let (theirs, ours) = (
            fault("Client", "Node x is locked by host y"),
            fault("Client", "busy"),
        );
        assert_eq!(parts(&Request::get("/"), &theirs, &ours), ["error text"]);
    }
}
