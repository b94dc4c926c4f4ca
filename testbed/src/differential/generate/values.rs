//! Values by chance: such as fit a field, and now and then one that does not.

use super::fields::{Field, Kind};
use super::making::Chance;

/// Values that hardly anything takes.
pub const ODD: &[&str] = &[
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

/// A value for a field, as JSON; one in four is of another kind.
pub fn value(chance: &mut Chance<'_>, field: &Field) -> String {
    if chance.fault(25) {
        let wrong: &[&str] = match field.kind {
            Kind::Name => &[r#""not a name""#],
            Kind::Id => &[r#""not-an-id""#],
            Kind::Flag => &[r#""maybe""#],
            Kind::Mac => &[r#""zz""#],
            Kind::Interface(_) | Kind::Word(_) => &[r#""none-such""#],
            Kind::Boolean => &[r#""maybe""#, r#""true""#],
            Kind::Integer => &[r#""7""#, "1.5"],
            Kind::Traits => &[r#"["lower"]"#, r#""CUSTOM_A""#],
            Kind::Nodes => &[r#"["nobody"]"#, r#""g""#],
            Kind::Wiring => &[r#"{"port_id":"e"}"#, r#"{"a":1}"#],
            Kind::Network => &[r#"{"a":1}"#, r#"{"links":7}"#],
            Kind::Text | Kind::Object => ODD,
        };
        let all = if chance.percent(50) { wrong } else { ODD };
        return (*chance.one_of(all)).to_owned();
    }
    if let Kind::Interface(name) | Kind::Word(name) = field.kind {
        let fits = !chance.fault(30);
        return format!("\"{}\"", if fits { name } else { "none-such" });
    }
    (*chance.one_of(all_fitting(field.kind))).to_owned()
}

/// One value that fits, as JSON.
pub fn fitting(kind: Kind) -> String {
    match kind {
        Kind::Interface(name) | Kind::Word(name) => format!("\"{name}\""),
        kind => all_fitting(kind)[0].to_owned(),
    }
}

/// Values that fit, but for the kinds that name their own.
fn all_fitting(kind: Kind) -> &'static [&'static str] {
    match kind {
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
        Kind::Boolean => &["true", "false"],
        Kind::Integer => &["0", "7"],
        Kind::Traits => &["[]", r#"["CUSTOM_A"]"#],
        Kind::Nodes => &["[]", r#"["g"]"#, r#"["$g"]"#],
        Kind::Wiring => &["{}", r#"{"switch_id":"0a:1b:2c:3d:4e:5f","port_id":"e"}"#],
        Kind::Network => &["{}", r#"{"links":[],"networks":[],"services":[]}"#],
        Kind::Interface(_) | Kind::Word(_) => &[],
    }
}

/// A value as a query writes it.
pub fn plain(value: &str) -> String {
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
