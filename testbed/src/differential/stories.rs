//! The hand-written stories: one file a resource, one line in the list.

use anyhow::{Context, Result};

use super::player;
use super::script::{Story, parse};

const FILES: &[(&str, &str)] = &[
    ("roots", include_str!("stories/roots.story")),
    ("nodes", include_str!("stories/nodes.story")),
    ("patches", include_str!("stories/patches.story")),
    ("ports", include_str!("stories/ports.story")),
    ("states", include_str!("stories/states.story")),
    ("small", include_str!("stories/small.story")),
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
