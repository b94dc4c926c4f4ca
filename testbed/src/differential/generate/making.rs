//! Makes requests by chance out of what `fields` lists.

use super::chance::Chance as Dice;
use super::fields::{COLLECTIONS, Collection, Field, Kind, NODES};
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
/// Values that hardly anything takes.
const ODD: &[&str] = &[
    "7",
    "-1",
    "1.5",
    "null",
    "[]",
    "[7]",
    r#"{"x":7}"#,
    r#""""#,
    "true",
    r#""\u00e4 b""#,
];

/// Chance, with at most one fault in a request: of several, each server may name the one that it sees first.
struct Chance<'a> {
    dice: &'a mut Dice,
    /// Whether there is a fault already, or shall be none.
    spoiled: bool,
}

impl Chance<'_> {
    /// Whether to do something wrong here, in so many of a hundred cases.
    fn fault(&mut self, share: usize) -> bool {
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
    let collection = match chance.percent(55) {
        true => &NODES,
        false => chance.one_of(COLLECTIONS),
    };
    let request = match chance.below(100) {
        0..14 => create(chance, collection),
        14..42 => patch(chance, collection),
        42..64 => list(chance, collection),
        64..74 => show(chance, collection),
        74..86 => said(chance),
        86..92 => power(chance),
        _ => besides(chance),
    };
    filled(chance, request)
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
    let mut since = 1;
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
    let operation = chance.one_of(&["add", "replace", "remove"]);
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
    let mut query = Vec::new();
    let mut since = 1;
    for _ in 0..chance.below(3) {
        match chance.below(5) {
            0 => query.push(format!(
                "limit={}",
                chance.one_of(&["1", "2", "0", "x", "-1"])
            )),
            1 => query.push(format!(
                "sort_key={}",
                chance.one_of(collection.fields).name
            )),
            2 => {
                let field = *chance.one_of(collection.fields);
                chance.spoiled |= field.name == "nonsense";
                since = since.max(field.since);
                query.push(format!("fields=uuid,{}", field.name));
            }
            3 if !collection.filters.is_empty() => {
                let field = *chance.one_of(collection.filters);
                since = since.max(field.since);
                query.push(format!("{}={}", field.name, plain(&value(chance, &field))));
            }
            _ if query.iter().all(|pair| !pair.starts_with("fields")) => {
                query.push("detail=true".to_owned());
                since = since.max(43);
                break;
            }
            _ => {}
        }
    }
    let path = match query.is_empty() {
        true => collection.path.to_owned(),
        false => format!("{}?{}", collection.path, query.join("&")),
    };
    Request::get(path).at(&version(chance, since))
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

/// A value for a field, as JSON; one in four is of another kind.
fn value(chance: &mut Chance<'_>, field: &Field) -> String {
    if chance.fault(25) {
        let wrong: &[&str] = match field.kind {
            Kind::Name => &[r#""not a name""#],
            Kind::Id => &[r#""not-an-id""#],
            Kind::Flag => &[r#""maybe""#],
            Kind::Mac => &[r#""zz""#],
            Kind::Interface(_) | Kind::Word(_) => &[r#""none-such""#],
            Kind::Text | Kind::Object => ODD,
        };
        let all = if chance.percent(50) { wrong } else { ODD };
        return (*chance.one_of(all)).to_owned();
    }
    let fitting: &[&str] = match field.kind {
        Kind::Text => &[r#""words""#, r#""w1""#],
        Kind::Name => &[r#""other""#, r#""x.y-z""#],
        Kind::Id => &[r#""1be26c0b-03f2-4d2e-ae87-c02d7f33c781""#, r#""$g""#],
        Kind::Flag => &["true", "false", r#""yes""#],
        Kind::Object => &[r#"{"a":1}"#, "{}", r#"{"b":{"c":["d"]}}"#],
        Kind::Mac => &[
            r#""52:54:00:AA:BB:01""#,
            r#""52:54:00:aa:bb:02""#,
            r#""zz""#,
        ],
        Kind::Interface(name) | Kind::Word(name) => {
            let fits = chance.percent(70);
            return format!("\"{}\"", if fits { name } else { "none-such" });
        }
    };
    (*chance.one_of(fitting)).to_owned()
}

/// A value as a query writes it.
fn plain(value: &str) -> String {
    let bare = value.trim_matches('"');
    let mut text = String::new();
    for byte in bare.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'$' => {
                text.push(char::from(byte));
            }
            _ => text.push_str(&format!("%{byte:02X}")),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_body_is_json_and_every_path_is_plain() {
        let mut chance = Dice::new(1, 1);
        for _ in 0..3000 {
            let request = request(&mut chance);
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
