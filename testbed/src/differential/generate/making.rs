//! Makes requests by chance out of what `fields` lists.

use super::chance::Chance as Dice;
use super::fields::{COLLECTIONS, Collection, Field, Kind, NODES, OTHERS};
use super::values::{plain, value};
use crate::differential::compare::is_id;
use crate::differential::states::{self, verb};
use crate::differential::wire::Request;

const VERBS: &[&str] = &[
    "manage", "provide", "inspect", "adopt", "abort", "active", "rebuild", "deleted", "unrescue",
    "unhold", "clean", "service", "rescue", "nonsense",
];
const POWER: &[&str] = &[
    "power on",
    "power off",
    "rebooting",
    "soft power off",
    "soft rebooting",
    "nonsense",
];
/// Chance, with at most one fault in a request: of several, each server may name the one that it sees first.
pub struct Chance<'a> {
    dice: &'a mut Dice,
    /// Whether there is a fault already, or shall be none.
    spoiled: bool,
}

impl Chance<'_> {
    /// Whether to do something wrong here, in so many of a hundred cases.
    pub fn fault(&mut self, share: usize) -> bool {
        let fault = !self.spoiled && self.dice.percent(share);
        self.spoiled |= fault;
        fault
    }
}

impl std::ops::Deref for Chance<'_> {
    type Target = Dice;
    fn deref(&self) -> &Dice {
        self.dice
    }
}

impl std::ops::DerefMut for Chance<'_> {
    fn deref_mut(&mut self) -> &mut Dice {
        self.dice
    }
}

/// One request.
pub fn request(dice: &mut Dice) -> Request {
    let chance = &mut Chance {
        dice,
        spoiled: false,
    };
    let (collection, item) = match chance.percent(55) {
        true => (&NODES, &NODES),
        false => (chance.one_of(COLLECTIONS), chance.one_of(OTHERS)),
    };
    let request = match chance.below(100) {
        0..14 => create(chance, collection),
        14..42 => patch(chance, item),
        42..64 => list(chance, collection),
        64..74 => show(chance, item),
        74..86 => said(chance),
        86..92 => power(chance),
        _ => besides(chance),
    };
    filled(chance, request)
}

/// One request about a collection.
pub fn request_about(dice: &mut Dice, collection: &Collection) -> Request {
    let chance = &mut Chance {
        dice,
        spoiled: false,
    };
    let request = match chance.below(100) {
        0..20 => create(chance, collection),
        20..58 => patch(chance, collection),
        58..80 => list(chance, collection),
        80..90 => show(chance, collection),
        90..93 => Request::new("DELETE", collection.item),
        93..96 => said(chance),
        _ => besides(chance),
    };
    filled(chance, request)
}

/// The request that makes a collection's item.
pub fn item(collection: &Collection) -> Request {
    let mut body = collection.least.to_owned();
    let last = collection.item.rsplit('/').next().unwrap_or_default();
    if is_id(last) {
        body.push_str(&format!(r#","uuid":"{last}""#));
    }
    body.push('}');
    let body = body.replace("$MAC", "01").replace("$g", &states::id("g"));
    Request::new("POST", collection.path).with(body)
}

/// Puts the node's id and an address where the tables leave room for them.
fn filled(chance: &mut Chance<'_>, mut request: Request) -> Request {
    let address = format!("{:02x}", chance.below(4));
    let node = states::id("g");
    let texts = [Some(&mut request.path), request.body.as_mut()];
    for text in texts.into_iter().flatten() {
        *text = text.replace("$MAC", &address).replace("$g", &node);
    }
    request
}

/// The newest version mostly, else one around the field's beginning.
fn version(chance: &mut Chance<'_>, since: u16) -> String {
    if chance.fault(20) {
        return match chance.percent(50) {
            true => format!("1.{}", since.saturating_sub(1).max(1)),
            false => format!("1.{}", 1 + chance.below(115)),
        };
    }
    match chance.percent(10) {
        // Below 1.8 a list has no fields, below 1.5 a node no name: those are for the stories.
        true => format!("1.{}", since.max(8)),
        false => "latest".to_owned(),
    }
}

fn create(chance: &mut Chance<'_>, collection: &Collection) -> Request {
    let mut body = collection.least.to_owned();
    let named = |field: &&Field| body.contains(&format!("\"{}\"", field.name));
    let least = collection.fields.iter().filter(named);
    let mut since = least.map(|field| field.since).max().unwrap_or(1);
    for _ in 0..chance.below(4) {
        let field = *chance.one_of(collection.fields);
        let nonsense = field.name == "nonsense";
        if !(body.contains(&format!("\"{}\"", field.name)) || nonsense && chance.spoiled) {
            chance.spoiled |= nonsense;
            body.push_str(&format!(",\"{}\":{}", field.name, value(chance, &field)));
            since = since.max(field.since);
        }
    }
    body.push('}');
    Request::new("POST", collection.path)
        .with(body)
        .at(&version(chance, since))
}

fn patch(chance: &mut Chance<'_>, collection: &Collection) -> Request {
    let field = *chance.one_of(collection.fields);
    let mut pointer = format!("/{}", field.name);
    if field.kind == Kind::Object && chance.percent(50) {
        pointer.push_str(chance.one_of::<&str>(&["/a", "/b/c", "/0", "/none"]));
    }
    // That a flag is taken away is for the stories.
    let operations: &[&str] = match field.kind {
        Kind::Boolean => &["add", "replace"],
        _ => &["add", "replace", "remove"],
    };
    let operation = chance.one_of(operations);
    let body = match *operation {
        "remove" => format!(r#"[{{"op":"remove","path":"{pointer}"}}]"#),
        _ => {
            let value = value(chance, &field);
            format!(r#"[{{"op":"{operation}","path":"{pointer}","value":{value}}}]"#)
        }
    };
    Request::new("PATCH", collection.item)
        .with(body)
        .at(&version(chance, field.since))
}

fn list(chance: &mut Chance<'_>, collection: &Collection) -> Request {
    let mut query: Vec<String> = Vec::new();
    let mut since = 1;
    for _ in 0..chance.below(3) {
        let (pair, from) = argument(chance, collection);
        let name = pair.split('=').next().unwrap_or_default().to_owned();
        let names = |other: &str| query.iter().any(|pair| pair.starts_with(other));
        // Nothing stands there twice, and `fields` and `detail` exclude one another.
        let excluded = match name.as_str() {
            "fields" | "detail" => names("fields=") || names("detail="),
            name => names(&format!("{name}=")),
        };
        if !excluded {
            query.push(pair);
            since = since.max(from);
        }
    }
    let path = match query.is_empty() {
        true => collection.path.to_owned(),
        false => format!("{}?{}", collection.path, query.join("&")),
    };
    Request::get(path).at(&version(chance, since))
}

/// An argument of a list, and since when it can be asked.
fn argument(chance: &mut Chance<'_>, collection: &Collection) -> (String, u16) {
    match chance.below(5) {
        0 => {
            let limits: &[&str] = match chance.fault(50) {
                true => &["0", "x", "-1"],
                false => &["1", "2"],
            };
            (format!("limit={}", chance.one_of(limits)), 1)
        }
        1 => {
            let field = *chance.one_of(collection.fields);
            // What holds an object cannot be sorted by.
            let odd = matches!(field.kind, Kind::Object | Kind::Wiring) || field.name == "nonsense";
            if odd && chance.spoiled {
                return ("sort_key=uuid".to_owned(), 1);
            }
            chance.spoiled |= odd;
            (format!("sort_key={}", field.name), field.since)
        }
        2 => {
            let field = *chance.one_of(collection.fields);
            if field.name == "nonsense" && chance.spoiled {
                return ("fields=uuid".to_owned(), 8);
            }
            chance.spoiled |= field.name == "nonsense";
            (format!("fields=uuid,{}", field.name), field.since)
        }
        3 if !collection.filters.is_empty() => {
            let field = *chance.one_of(collection.filters);
            let value = plain(&value(chance, &field));
            (format!("{}={value}", field.name), field.since)
        }
        _ => ("detail=true".to_owned(), 43),
    }
}

fn show(chance: &mut Chance<'_>, collection: &Collection) -> Request {
    let field = chance.one_of(collection.fields);
    let path = match chance.percent(50) {
        true => collection.item.to_owned(),
        false => format!("{}?fields={}", collection.item, field.name),
    };
    Request::get(path).at(&version(chance, field.since))
}

fn said(chance: &mut Chance<'_>) -> Request {
    let word = chance.one_of(VERBS);
    let more = match *word {
        "clean" => r#""clean_steps":[{"interface":"deploy","step":"no_such_step"}]"#,
        "service" => r#""service_steps":[{"interface":"deploy","step":"no_such_step"}]"#,
        "rescue" => r#""rescue_password":"secret12""#,
        _ => "",
    };
    verb("g", word, more)
}

fn power(chance: &mut Chance<'_>) -> Request {
    let target = chance.one_of(POWER);
    let timeouts: &[&str] = match *target {
        "nonsense" => &[""],
        _ => &["", "", "", r#","timeout":5"#, r#","timeout":0"#],
    };
    let timeout = *chance.one_of(timeouts);
    Request::new("PUT", "/v1/nodes/g/states/power")
        .with(format!(r#"{{"target":"{target}"{timeout}}}"#))
}

/// What nodes have besides.
fn besides(chance: &mut Chance<'_>) -> Request {
    const ALL: &[(&str, &str, &str)] = &[
        ("GET", "/states", ""),
        ("GET", "/validate", ""),
        ("GET", "/traits", ""),
        ("PUT", "/traits", r#"{"traits":["CUSTOM_A"]}"#),
        ("PUT", "/traits/CUSTOM_B", ""),
        ("DELETE", "/traits", ""),
        ("PUT", "/maintenance", r#"{"reason":"x"}"#),
        ("DELETE", "/maintenance", ""),
        ("GET", "/ports", ""),
        ("GET", "/portgroups", ""),
        ("GET", "/vifs", ""),
        ("POST", "/vifs", r#"{"id":"v"}"#),
        ("DELETE", "/vifs/v", ""),
        ("GET", "/bios", ""),
        ("GET", "/firmware", ""),
        ("GET", "/inventory", ""),
        ("GET", "/volume/connectors", ""),
        ("GET", "/allocation", ""),
        ("DELETE", "", ""),
    ];
    let (method, path, body) = chance.one_of(ALL);
    let request = Request::new(method, format!("/v1/nodes/$g{path}"));
    let request = match *body {
        "" => request,
        body => request.with(body),
    };
    request.at(&version(chance, 40))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::fields::TOPICS;
    use super::*;

    #[test]
    fn every_body_is_json_and_every_path_is_plain() {
        let mut chance = Dice::new(1, 1);
        for _ in 0..3000 {
            let topic = chance.one_of(TOPICS);
            let request = match chance.percent(50) {
                true => request(&mut chance),
                false => request_about(&mut chance, topic),
            };
            assert!(
                request.path.bytes().all(|byte| byte.is_ascii_graphic()),
                "{}",
                request.path
            );
            if let Some(body) = &request.body {
                serde_json::from_str::<serde_json::Value>(body).unwrap();
                assert!(!body.contains('$'), "{body}");
            }
        }
    }

    #[test]
    fn every_topic_has_an_item() {
        for topic in TOPICS {
            let body = item(topic).body.unwrap();
            serde_json::from_str::<serde_json::Value>(&body).unwrap();
        }
    }

    #[test]
    fn a_seed_makes_the_same_requests() {
        let made = |seed| {
            let mut chance = Dice::new(seed, 1);
            (0..50)
                .map(|_| request(&mut chance).shown())
                .collect::<Vec<_>>()
        };
        assert_eq!(made(5), made(5));
        assert_ne!(made(5), made(6));
    }
}
