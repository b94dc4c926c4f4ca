//! Requests that nobody wrote down: made from a seed, so that a run can be told again. Valid and invalid bodies, members at versions around
//! their beginning, filters, patches, verbs in whatever state a node happens to be.

mod chance;
mod fields;
mod making;

use anyhow::Result;

use super::player::{Outcome, Player, Scene};
use super::states;
use chance::Chance;

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
        let title = format!("generated: seed {seed}, episode {episode}");
        let mut scene = Scene::of(&title);
        let mut chance = Chance::new(seed, episode);
        let played = play_episode(player, &mut scene, &mut chance).await;
        player.tidy(&scene).await?;
        if let Err(error) = played {
            player.report.broken(&title, &error);
        }
    }
    Ok(())
}

async fn play_episode(player: &mut Player, scene: &mut Scene, chance: &mut Chance) -> Result<()> {
    let state = *chance.one_of(BEGINNINGS);
    if !player.bring(scene, "g", state).await? {
        return Ok(());
    }
    let node = format!("/v1/nodes/{}", states::id("g"));
    for _ in 0..EPISODE {
        let request = making::request(chance);
        let outcome = player.ask(scene, &request).await?;
        // After a change that only one of them made, everything else would differ too.
        if outcome == Outcome::Differs && request.method != "GET" {
            break;
        }
        if outcome == Outcome::Same(204) && request.method == "DELETE" && request.path == node {
            break;
        }
    }
    Ok(())
}
