//! Requests that nobody wrote down: made from a seed, so that a run can be told again. Valid and invalid bodies, members at versions around
//! their beginning, filters, patches, verbs in whatever state a node happens to be.

mod chance;
mod fields;
mod making;
mod parts;
pub mod sweep;
mod values;

use anyhow::Result;

use super::player::{Outcome, Player, Scene};
use super::report::GENERATED;
use super::states;
use super::wire::Request;
use chance::Chance;
use fields::TOPICS;

/// Requests to one node before the next one is made.
const EPISODE: usize = 14;
/// The states in which episodes begin.
const BEGINNINGS: &[&str] = &["enroll", "manageable", "available", "active"];

/// Plays about so many requests.
pub async fn play(player: &mut Player, seed: u64, requests: usize) -> Result<()> {
    let end = player.report.requests + requests;
    let mut episode = 0;
    while player.report.requests < end {
        episode += 1;
        let title = format!("{GENERATED}: seed {seed}, episode {episode}");
        let mut scene = Scene::of(&title);
        let mut chance = Chance::new(seed, episode);
        let played = match episode % 3 {
            0 => play_topic(player, &mut scene, &mut chance).await,
            _ => play_episode(player, &mut scene, &mut chance).await,
        };
        player.tidy(&scene).await?;
        if let Err(error) = played {
            player.report.broken(&title, &error);
        }
    }
    Ok(())
}

/// Requests for one server alone, without regard to what comes of the ones before: about the node `g`, about items of every collection on
/// it, and now and then `birth`, which makes the node anew.
pub fn sequence(seed: u64, length: usize, birth: &Request) -> Vec<Request> {
    let chance = &mut Chance::new(seed, 0);
    let mut requests = vec![birth.clone()];
    while requests.len() < length {
        match requests.len() % EPISODE {
            0 => requests.push(birth.clone()),
            1 => requests.push(making::item(chance.one_of(TOPICS))),
            step if step.is_multiple_of(3) => {
                let topic = chance.one_of(TOPICS);
                requests.push(making::request_about(chance, topic));
            }
            _ => requests.push(making::request(chance)),
        }
    }
    requests
}

/// The id of the node that generated requests are about.
pub fn subject() -> String {
    states::id("g")
}

async fn play_episode(player: &mut Player, scene: &mut Scene, chance: &mut Chance) -> Result<()> {
    let state = *chance.one_of(BEGINNINGS);
    if !player.bring(scene, "g", state).await? {
        return Ok(());
    }
    let node = format!("/v1/nodes/{}", states::id("g"));
    go_on(player, scene, &node, || making::request(chance)).await
}

/// An episode about one resource, which is there from its beginning; its node is in a known power state, and allocations can find it.
async fn play_topic(player: &mut Player, scene: &mut Scene, chance: &mut Chance) -> Result<()> {
    let collection = chance.one_of(TOPICS);
    let state = *chance.one_of(BEGINNINGS);
    if !player.bring(scene, "g", state).await? {
        return Ok(());
    }
    let target = match state {
        "active" => r#"{"target":"power on"}"#,
        _ => r#"{"target":"power off"}"#,
    };
    let class = r#"[{"op":"add","path":"/resource_class","value":"large"}]"#;
    for request in [
        Request::new("PUT", "/v1/nodes/g/states/power").with(target),
        Request::new("PATCH", "/v1/nodes/g").with(class),
        making::item(collection),
    ] {
        player.ask(scene, &request).await?;
    }
    let next = || making::request_about(chance, collection);
    go_on(player, scene, collection.item, next).await
}

/// Asks until an episode is over, at the latest when what it is about, or its node, is deleted.
async fn go_on(
    player: &mut Player,
    scene: &mut Scene,
    about: &str,
    mut next: impl FnMut() -> Request,
) -> Result<()> {
    let node = format!("/v1/nodes/{}", states::id("g"));
    for _ in 0..EPISODE {
        let request = next();
        let outcome = player.ask(scene, &request).await?;
        // After a change that only one of them made, everything else would differ too.
        if outcome == Outcome::Differs && request.method != "GET" {
            break;
        }
        let gone = [about, &node].contains(&request.path.as_str());
        if outcome == Outcome::Same(204) && request.method == "DELETE" && gone {
            break;
        }
    }
    Ok(())
}
