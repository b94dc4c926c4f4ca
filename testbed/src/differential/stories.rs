//! The hand-written stories: one file a resource, one line in the list.

use anyhow::{Context, Result};

use super::pair::Hardware;
use super::player;
use super::script::{Story, parse};

/// The file of stories that need more than fake hardware.
const HARDWARE: &str = "hardware";

const FILES: &[(&str, &str)] = &[
    ("roots", include_str!("stories/roots.story")),
    ("nodes", include_str!("stories/nodes.story")),
    ("patches", include_str!("stories/patches.story")),
    ("ports", include_str!("stories/ports.story")),
    ("portgroups", include_str!("stories/portgroups.story")),
    ("volumes", include_str!("stories/volumes.story")),
    ("chassis", include_str!("stories/chassis.story")),
    ("allocations", include_str!("stories/allocations.story")),
    ("engine", include_str!("stories/engine.story")),
    ("states", include_str!("stories/states.story")),
    ("lives", include_str!("stories/lives.story")),
    ("parts", include_str!("stories/parts.story")),
    ("small", include_str!("stories/small.story")),
    ("templates", include_str!("stories/deploy_templates.story")),
    ("runbooks", include_str!("stories/runbooks.story")),
    ("rules", include_str!("stories/inspection_rules.story")),
    ("features", include_str!("stories/features.story")),
    (HARDWARE, include_str!("stories/hardware.story")),
];

/// Every story, titled by its file and its own title.
pub fn all() -> Result<Vec<Story>> {
    let mut all = Vec::new();
    for (file, text) in FILES {
        for mut story in parse(text).with_context(|| format!("{file}.story"))? {
            story.title = format!("{file}: {}", story.title);
            player::check(&story)?;
            all.push(story);
        }
    }
    Ok(all)
}

/// The hardware that a story needs.
pub fn hardware(story: &Story) -> Hardware {
    match story.title.starts_with(HARDWARE) {
        true => Hardware::Every,
        false => Hardware::Fake,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_story_can_be_read() {
        let stories = all().unwrap();
        assert!(stories.iter().all(|story| !story.acts.is_empty()));
    }
}
