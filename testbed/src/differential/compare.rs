//! Two answers to the same request, side by side: what differs. Ids that the servers made and times of the clock are no difference;
//! the wording of an error is none either, as long as it names the same things.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::wire::{Reply, Request};
use super::words;

/// Headers that say nothing of what was asked, and why.
const APART: &[(&str, &str)] = &[
    ("date", "the clock"),
    ("server", "the name of a server's software"),
    (
        "content-length",
        "addresses and wordings have their own lengths",
    ),
    ("connection", "of the connection, not of the answer"),
    ("keep-alive", "of the connection, not of the answer"),
    ("transfer-encoding", "of the connection, not of the answer"),
];
/// Headers that must be there or not, but whose values each server makes.
const OWN: &[&str] = &["openstack-request-id", "x-openstack-request-id"];
/// Members whose text is for people.
const WORDING: &[&str] = &["last_error", "reason", "event"];
const ABSENT: &str = "(absent)";

/// One thing that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Where: `status`, `header NAME`, `body POINTER`, `error ...`.
    pub part: String,
    /// What Ironic says.
    pub ironic: String,
    /// What we say.
    pub ours: String,
}

/// Ids of one server and the other's id of the same thing.
#[derive(Debug, Default)]
pub struct Ids {
    pairs: BTreeMap<String, String>,
}

impl Ids {
    fn same(&mut self, ironic: &str, ours: &str) -> bool {
        let known = self.pairs.entry(ironic.to_owned());
        known.or_insert_with(|| ours.to_owned()) == ours
    }

    fn alike(&mut self, ironic: &str, ours: &str) -> bool {
        let (theirs, mine) = (split(ironic), split(ours));
        let pairs = theirs.iter().zip(&mine);
        let mut same = theirs.len() == mine.len();
        for (a, b) in pairs {
            same &= match (is_id(a), is_id(b)) {
                (true, true) => self.same(a, b),
                _ => a == b,
            };
        }
        same
    }
}

/// What differs between Ironic's answer and ours.
pub fn compare(request: &Request, ironic: &Reply, ours: &Reply, ids: &mut Ids) -> Vec<Found> {
    let mut found = Findings::default();
    if ironic.status != ours.status {
        found.push("status", &ironic.status, &ours.status);
        return found.0;
    }
    headers(ironic, ours, ids, &mut found);
    if ironic.status >= 400 {
        words::compare(request, ironic, ours, &mut found);
        return found.0;
    }
    match (ironic.json(), ours.json()) {
        (Some(a), Some(b)) => found.values("", &a, &b, ids),
        (None, None) if ironic.body == ours.body => {}
        _ => found.push("body", &ironic.body, &ours.body),
    }
    found.0
}

fn headers(ironic: &Reply, ours: &Reply, ids: &mut Ids, found: &mut Findings) {
    let all = ironic.headers.iter().chain(&ours.headers);
    let names: BTreeSet<&str> = all.map(|(name, _)| name.as_str()).collect();
    let apart = |name: &str| APART.iter().any(|(apart, _)| *apart == name);
    for name in names.into_iter().filter(|name| !apart(name)) {
        match (all_of(ironic, name), all_of(ours, name)) {
            (Some(_), Some(_)) if OWN.contains(&name) => {}
            (Some(a), Some(b)) if ids.alike(&a, &b) => {}
            (a, b) => found.push(
                &format!("header {name}"),
                &a.as_deref().unwrap_or(ABSENT),
                &b.as_deref().unwrap_or(ABSENT),
            ),
        }
    }
}

/// What a header says, however often it is sent.
fn all_of(reply: &Reply, name: &str) -> Option<String> {
    let sent = reply.headers.iter().filter(|(known, _)| known == name);
    let values: Vec<&str> = sent.map(|(_, value)| value.as_str()).collect();
    match name {
        // Methods in any order.
        "allow" => (!values.is_empty()).then(|| in_order(&values)),
        _ => (!values.is_empty()).then(|| values.join(", ")),
    }
}

fn in_order(lists: &[&str]) -> String {
    let all = lists.iter().flat_map(|list| list.split(','));
    let words: BTreeSet<&str> = all.map(str::trim).collect();
    words.into_iter().collect::<Vec<_>>().join(", ")
}

/// What was found so far.
#[derive(Default)]
pub struct Findings(Vec<Found>);

impl Findings {
    /// Adds one.
    pub fn push(&mut self, part: &str, ironic: &dyn ToString, ours: &dyn ToString) {
        self.0.push(Found {
            part: part.to_owned(),
            ironic: ironic.to_string(),
            ours: ours.to_string(),
        });
    }

    fn body(&mut self, pointer: &str, ironic: &dyn ToString, ours: &dyn ToString) {
        let root = if pointer.is_empty() { "/" } else { pointer };
        self.push(&format!("body {root}"), ironic, ours);
    }

    fn values(&mut self, pointer: &str, ironic: &Value, ours: &Value, ids: &mut Ids) {
        match (ironic, ours) {
            (Value::Object(a), Value::Object(b)) => {
                let keys: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
                for key in keys {
                    let at = format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"));
                    match (a.get(key), b.get(key)) {
                        (Some(a), Some(b)) => self.values(&at, a, b, ids),
                        (Some(a), None) => self.body(&at, a, &ABSENT),
                        (None, Some(b)) => self.body(&at, &ABSENT, b),
                        (None, None) => {}
                    }
                }
            }
            (Value::Array(a), Value::Array(b)) if is_set(pointer) => {
                let (a, b) = (as_set(a), as_set(b));
                if a != b {
                    self.body(pointer, &a, &b);
                }
            }
            (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
                for (index, (a, b)) in a.iter().zip(b).enumerate() {
                    self.values(&format!("{pointer}/{index}"), a, b, ids);
                }
            }
            (Value::String(a), Value::String(b)) if pointer == "/next" => {
                self.pages(pointer, a, b, ids)
            }
            // The same id twice may still be that of two different things.
            (Value::String(a), Value::String(b)) => {
                if !texts_agree(pointer, a, b, ids) {
                    self.body(pointer, ironic, ours);
                }
            }
            (a, b) if a == b => {}
            (a, b) => self.body(pointer, a, b),
        }
    }
}

impl Findings {
    /// Links to a next page: where they lead, how far, and whatever else they ask are three things.
    fn pages(&mut self, pointer: &str, ironic: &str, ours: &str, ids: &mut Ids) {
        let (a, b) = (PageLink::of(ironic), PageLink::of(ours));
        let parts = [
            ("path", a.path, b.path),
            ("marker", a.marker, b.marker),
            ("limit", a.limit, b.limit),
        ];
        for (part, a, b) in parts {
            if !ids.alike(a, b) {
                self.body(&format!("{pointer} {part}"), &a, &b);
            }
        }
        if a.rest != b.rest {
            self.body(
                &format!("{pointer} rest"),
                &a.rest.join("&"),
                &b.rest.join("&"),
            );
        }
    }
}

/// A link to a next page.
#[derive(Default)]
struct PageLink<'a> {
    path: &'a str,
    marker: &'a str,
    limit: &'a str,
    /// The rest of its query, in order.
    rest: Vec<&'a str>,
}

impl<'a> PageLink<'a> {
    fn of(text: &'a str) -> Self {
        let (path, query) = text.split_once('?').unwrap_or((text, ""));
        let mut link = Self {
            path,
            ..Self::default()
        };
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            match pair.split_once('=') {
                Some(("marker", value)) => link.marker = value,
                Some(("limit", value)) => link.limit = value,
                _ => link.rest.push(pair),
            }
        }
        link.rest.sort_unstable();
        link
    }
}

/// Whether the order of a list says nothing: Ironic makes it from a set.
fn is_set(pointer: &str) -> bool {
    let key = pointer.rsplit('/').next().unwrap_or_default();
    key.starts_with("enabled_")
}

fn as_set(all: &[Value]) -> String {
    let texts: BTreeSet<String> = all.iter().map(Value::to_string).collect();
    format!("[{}]", texts.into_iter().collect::<Vec<_>>().join(","))
}

fn texts_agree(pointer: &str, ironic: &str, ours: &str, ids: &mut Ids) -> bool {
    let key = pointer.rsplit('/').next().unwrap_or_default();
    if key.ends_with("_at") {
        return shape_of_time(ironic) == shape_of_time(ours);
    }
    if WORDING.contains(&key) {
        return words::matched(ironic) == words::matched(ours);
    }
    ids.alike(ironic, ours)
}

/// A time without its digits; fractions of a second may be zero and then left out.
fn shape_of_time(text: &str) -> String {
    let plain: String = text
        .chars()
        .map(|letter| if letter.is_ascii_digit() { '0' } else { letter })
        .collect();
    plain.replace(".000000", "")
}

/// The text cut so that each id stands alone.
fn split(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut at) = (0, 0);
    while at < text.len() {
        match text.get(at..at + 36) {
            Some(candidate) if is_id(candidate) => {
                parts.push(&text[start..at]);
                parts.push(candidate);
                at += 36;
                start = at;
            }
            _ => at += 1,
        }
    }
    parts.push(&text[start..]);
    parts
}

/// Whether it is an id in its usual form.
pub fn is_id(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn reply(status: u16, body: Value) -> Reply {
        Reply {
            status,
            headers: vec![("content-type".into(), "application/json".into())],
            body: body.to_string(),
        }
    }

    fn parts(ironic: Value, ours: Value) -> Vec<String> {
        let request = Request::get("/v1/nodes");
        let found = compare(
            &request,
            &reply(200, ironic),
            &reply(200, ours),
            &mut Ids::default(),
        );
        found.into_iter().map(|found| found.part).collect()
    }

    const A: &str = "1be26c0b-03f2-4d2e-ae87-c02d7f33c781";
    const B: &str = "2be26c0b-03f2-4d2e-ae87-c02d7f33c782";

    #[test]
    fn made_ids_differ_but_consistently() {
        let href = |id: &str| format!("http://SERVER/v1/nodes/{id}");
        assert!(parts(json!({"a": A, "z": href(A)}), json!({"a": B, "z": href(B)})).is_empty());
        assert_eq!(
            parts(json!({"a": A, "z": href(A)}), json!({"a": B, "z": href(A)})),
            ["body /z"]
        );
    }

    #[test]
    fn every_header_counts_but_those_set_apart() {
        let with = |name: &str, value: &str| {
            let mut reply = reply(200, json!({}));
            reply.headers.push((name.into(), value.into()));
            reply
        };
        let parts = |ironic: &Reply, ours: &Reply| -> Vec<String> {
            let request = Request::get("/v1/nodes");
            let found = compare(&request, ironic, ours, &mut Ids::default());
            found.into_iter().map(|found| found.part).collect()
        };
        let bare = reply(200, json!({}));
        assert_eq!(parts(&with("vary", "x"), &bare), ["header vary"]);
        assert_eq!(parts(&bare, &with("link", "x")), ["header link"]);
        assert_eq!(
            parts(&with("etag", "x"), &with("etag", "y")),
            ["header etag"]
        );
        assert!(parts(&with("date", "x"), &bare).is_empty());
        assert!(parts(&with("allow", "GET, PUT"), &with("allow", "PUT,GET")).is_empty());
        let id = "openstack-request-id";
        assert!(parts(&with(id, "x"), &with(id, "y")).is_empty());
        assert_eq!(parts(&with(id, "x"), &bare), [format!("header {id}")]);
    }

    #[test]
    fn links_to_a_next_page_are_taken_apart() {
        let next = |text: &str| json!({ "next": text });
        let link = |id: &str| next(&format!("http://SERVER/v1/nodes?limit=1&marker={id}"));
        let sorted = next(&format!(
            "http://SERVER/v1/nodes?sort_key=id&limit=1&marker={A}"
        ));
        assert!(parts(link(A), link(B)).is_empty());
        assert_eq!(parts(sorted.clone(), link(B)), ["body /next rest"]);
        assert_eq!(
            parts(sorted, link("b")),
            ["body /next marker", "body /next rest"]
        );
        let elsewhere = next(&format!("http://SERVER/nodes?limit=2&marker={A}"));
        assert_eq!(
            parts(link(A), elsewhere),
            ["body /next path", "body /next limit"]
        );
    }

    #[test]
    fn times_have_the_same_shape() {
        let at = |text: &str| json!({ "created_at": text });
        let whole = "2026-01-02T03:04:05+00:00";
        assert!(parts(at(whole), at("2027-01-02T03:04:06.123456+00:00")).is_empty());
        assert_eq!(
            parts(at(whole), at("2026-01-02T03:04:05Z")),
            ["body /created_at"]
        );
        assert_eq!(
            parts(at(whole), json!({"created_at": null})),
            ["body /created_at"]
        );
    }

    #[test]
    fn members_and_lengths_count() {
        assert_eq!(
            parts(json!({"a": 1}), json!({"b": 1})),
            ["body /a", "body /b"]
        );
        assert_eq!(parts(json!([1]), json!([1, 2])), ["body /"]);
        assert!(parts(json!({"last_error": "x"}), json!({"last_error": "y"})).is_empty());
        assert_eq!(
            parts(
                json!({"last_error": "was aborted"}),
                json!({"last_error": "y"})
            ),
            ["body /last_error"]
        );
    }
}
