//! Every action in every provision state that fake hardware can be brought into. A node that refused is used again; one that did something
//! is given up for a new one.

use anyhow::Result;

use super::player::{Outcome, Player, Scene};
use super::states::{WAYS, Way, verb};
use super::wire::Request;

/// The verbs, with what their bodies need besides.
const VERBS: &[(&str, &str)] = &[
    ("manage", ""),
    ("provide", ""),
    ("inspect", ""),
    ("adopt", ""),
    ("abort", ""),
    ("active", ""),
    ("deploy", ""),
    ("rebuild", ""),
    ("deleted", ""),
    ("undeploy", ""),
    ("rescue", r#""rescue_password":"secret12""#),
    ("unrescue", ""),
    ("unhold", ""),
    (
        "clean",
        r#""clean_steps":[{"interface":"deploy","step":"no_such_step"}]"#,
    ),
    (
        "service",
        r#""service_steps":[{"interface":"deploy","step":"no_such_step"}]"#,
    ),
];

/// Paths below a node, and bodies.
const ACTIONS: &[(&str, &str, &str)] = &[
    ("PUT", "/states/power", r#"{"target":"power on"}"#),
    ("PUT", "/states/power", r#"{"target":"power off"}"#),
    ("PUT", "/states/power", r#"{"target":"rebooting"}"#),
    ("PUT", "/management/boot_device", r#"{"boot_device":"pxe"}"#),
    ("PUT", "/traits", r#"{"traits":["CUSTOM_A"]}"#),
    ("PUT", "/maintenance", r#"{"reason":"looking"}"#),
    ("DELETE", "/maintenance", ""),
    ("PATCH", "", r#"[{"op":"add","path":"/extra/a","value":1}]"#),
    (
        "PATCH",
        "",
        r#"[{"op":"add","path":"/driver_info/a","value":1}]"#,
    ),
    (
        "PATCH",
        "",
        r#"[{"op":"add","path":"/properties/a","value":1}]"#,
    ),
    (
        "PATCH",
        "",
        r#"[{"op":"add","path":"/instance_info/a","value":1}]"#,
    ),
    (
        "PATCH",
        "",
        r#"[{"op":"replace","path":"/resource_class","value":"rc"}]"#,
    ),
    (
        "PATCH",
        "",
        r#"[{"op":"replace","path":"/inspect_interface","value":"no-inspect"}]"#,
    ),
    (
        "PATCH",
        "",
        r#"[{"op":"add","path":"/retired","value":true}]"#,
    ),
    (
        "PATCH",
        "",
        r#"[{"op":"add","path":"/protected","value":true}]"#,
    ),
    ("PATCH", "", r#"[{"op":"add","path":"/owner","value":"o"}]"#),
    (
        "PATCH",
        "",
        r#"[{"op":"add","path":"/instance_uuid","value":"1be26c0b-03f2-4d2e-ae87-c02d7f33c781"}]"#,
    ),
    ("PATCH", "", r#"[{"op":"remove","path":"/instance_uuid"}]"#),
    ("GET", "/validate", ""),
    ("GET", "/states", ""),
    ("GET", "/vifs", ""),
    ("DELETE", "", ""),
];

/// Plays all of it; `wanted` says which states, by their titles.
pub async fn play(player: &mut Player, wanted: impl Fn(&str) -> bool) -> Result<()> {
    for way in WAYS {
        let title = title(way);
        if !wanted(&title) {
            continue;
        }
        let mut scene = Scene::of(&title);
        let played = in_state(player, &mut scene, way).await;
        player.tidy(&scene).await?;
        if let Err(error) = played {
            player.report.broken(&title, &error);
        }
    }
    Ok(())
}

/// The titles of what `play` plays.
pub fn titles() -> Vec<String> {
    WAYS.iter().map(title).collect()
}

fn title(way: &Way) -> String {
    format!("matrix: in {}", way.state)
}

async fn in_state(player: &mut Player, scene: &mut Scene, way: &Way) -> Result<()> {
    let mut used = 0;
    let mut node: Option<String> = None;
    for action in 0..VERBS.len() + ACTIONS.len() {
        let name = match &node {
            Some(name) => name.clone(),
            None => {
                used += 1;
                let name = format!("m{used}");
                if !player.bring(scene, &name, way.state).await? {
                    // The way itself differs; that is reported already.
                    player.report.skipped += VERBS.len() + ACTIONS.len() - action;
                    return Ok(());
                }
                name
            }
        };
        let request = request(action, &name);
        let outcome = player.ask(scene, &request).await?;
        let reading = request.method == "GET";
        let refused = matches!(outcome, Outcome::Same(status) if status >= 400);
        node = (reading || refused || outcome == Outcome::Skipped).then_some(name);
    }
    Ok(())
}

fn request(action: usize, name: &str) -> Request {
    if let Some((word, more)) = VERBS.get(action) {
        return verb(name, word, more);
    }
    let (method, path, body) = ACTIONS[action - VERBS.len()];
    let request = Request::new(method, format!("/v1/nodes/{name}{path}"));
    match body {
        "" => request,
        body => request.with(body),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_body_is_json() {
        for action in 0..VERBS.len() + ACTIONS.len() {
            if let Some(body) = request(action, "n").body {
                serde_json::from_str::<serde_json::Value>(&body).unwrap();
            }
        }
    }
}
