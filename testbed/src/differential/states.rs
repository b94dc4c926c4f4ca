//! How a fake node is brought into each provision state that can be reached with fake hardware.

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};
use uuid::Builder;

use super::script::Act;
use super::wire::Request;

/// A state and the verbs that lead there from enrollment, each with further members of its body.
pub struct Way {
    /// The state; a story names it with `-` for blanks.
    pub state: &'static str,
    /// The verbs.
    pub verbs: &'static [(&'static str, &'static str)],
}

const fn way(state: &'static str, verbs: &'static [(&'static str, &'static str)]) -> Way {
    Way { state, verbs }
}

/// What is said before the first verb: Ironic's fake machine has no power state of its own.
const OFF: &str = r#"{"target":"power off"}"#;
const MANAGE: (&str, &str) = ("manage", "");
const PROVIDE: (&str, &str) = ("provide", "");
const ACTIVE: (&str, &str) = ("active", "");

/// Every way.
pub const WAYS: &[Way] = &[
    way("enroll", &[]),
    way("manageable", &[MANAGE]),
    way("available", &[MANAGE, PROVIDE]),
    way("active", &[MANAGE, PROVIDE, ACTIVE]),
    way(
        "rescue",
        &[
            MANAGE,
            PROVIDE,
            ACTIVE,
            ("rescue", r#""rescue_password":"secret12""#),
        ],
    ),
    way(
        "clean failed",
        &[
            MANAGE,
            (
                "clean",
                r#""clean_steps":[{"interface":"deploy","step":"no_such_step"}]"#,
            ),
        ],
    ),
    way(
        "service hold",
        &[
            MANAGE,
            PROVIDE,
            ACTIVE,
            (
                "service",
                r#""service_steps":[{"interface":"deploy","step":"hold"},{"interface":"deploy","step":"no_such_step"}]"#,
            ),
        ],
    ),
    way(
        "service wait",
        &[
            MANAGE,
            PROVIDE,
            ACTIVE,
            (
                "service",
                r#""service_steps":[{"interface":"deploy","step":"wait"},{"interface":"deploy","step":"no_such_step"}]"#,
            ),
        ],
    ),
    way(
        "service failed",
        &[
            MANAGE,
            PROVIDE,
            ACTIVE,
            (
                "service",
                r#""service_steps":[{"interface":"deploy","step":"no_such_step"}]"#,
            ),
        ],
    ),
];

/// A node's id in every story: made from its name, so that both servers have the same.
pub fn id(name: &str) -> String {
    let digest = Sha256::digest(name.as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    Builder::from_random_bytes(bytes).into_uuid().to_string()
}

/// The request that says a verb.
pub fn verb(node: &str, verb: &str, more: &str) -> Request {
    let more = more.trim();
    let comma = if more.is_empty() { "" } else { "," };
    Request::new("PUT", format!("/v1/nodes/{node}/states/provision"))
        .with(format!(r#"{{"target":"{verb}"{comma}{more}}}"#))
}

/// Enrolls a node and leads it to a state.
///
/// # Errors
/// No way leads there.
pub fn walk(name: &str, state: &str) -> Result<Vec<Act>> {
    let wanted = state.replace('-', " ");
    let way = WAYS
        .iter()
        .find(|way| way.state.replace('-', " ") == wanted)
        .with_context(|| format!("no way leads to the state '{state}'"))?;
    let enroll = Request::new("POST", "/v1/nodes").with(format!(
        r#"{{"driver":"fake-hardware","name":"{name}","uuid":"{}"}}"#,
        id(name)
    ));
    let mut acts = vec![
        Act::Prepare(enroll),
        Act::Keep {
            name: name.to_owned(),
            pointer: "/uuid".to_owned(),
        },
    ];
    if !way.verbs.is_empty() {
        let path = format!("/v1/nodes/{}/states/power", id(name));
        acts.push(Act::Prepare(Request::new("PUT", path).with(OFF)));
    }
    let verbs = way.verbs.iter();
    acts.extend(verbs.map(|(word, more)| Act::Prepare(verb(&id(name), word, more))));
    Ok(acts)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_body_on_the_way_is_json() {
        for way in WAYS {
            for act in walk("one", way.state).unwrap() {
                if let Act::Prepare(request) = act {
                    let body = request.body.unwrap();
                    serde_json::from_str::<serde_json::Value>(&body).unwrap();
                }
            }
        }
    }

    #[test]
    fn a_name_has_one_id() {
        assert_eq!(id("one"), id("one"));
        assert_ne!(id("one"), id("two"));
    }
}
