//! Plays stories to both servers at once and reports what differs. It waits for what goes on in the background on either side, and leaves
//! both empty after each story.

use std::collections::BTreeMap;

use anyhow::{Result, anyhow, bail};
use serde_json::Value;

use super::compare::{Found, Ids, compare};
use super::report::{Report, Whence};
use super::script::{Act, Story};
use super::states;
use super::tidy;
use super::waiting::{Settled, allocated, allocates, settled};
use super::wire::{Reply, Request, Side};

/// Plays to both.
pub struct Player {
    /// Ironic, then ours.
    pub sides: [Side; 2],
    /// What was found.
    pub report: Report,
}

/// What a story has at hand, for each side.
#[derive(Default)]
pub struct Scene {
    title: String,
    variables: [BTreeMap<String, String>; 2],
    ids: Ids,
    last: Option<[Reply; 2]>,
    /// Collections that may hold something now.
    touched: Vec<String>,
}

/// How an act went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Both gave the same status.
    Same(u16),
    /// They differ in the status.
    Differs,
    /// It was left out.
    Skipped,
}

impl Scene {
    /// A new one.
    pub fn of(title: &str) -> Self {
        Self {
            title: title.to_owned(),
            ..Self::default()
        }
    }
}

impl Player {
    /// Plays a story from its beginning to its end and tidies up.
    pub async fn play(&mut self, story: &Story) -> Result<()> {
        let mut scene = Scene::of(&story.title);
        for (at, act) in story.acts.iter().enumerate() {
            if !self.perform(&mut scene, act).await? {
                self.report.skipped += story.acts.len() - at - 1;
                break;
            }
        }
        self.tidy(&scene).await
    }

    /// Removes what a scene left on both sides.
    pub async fn tidy(&self, scene: &Scene) -> Result<()> {
        for side in &self.sides {
            tidy::empty(side, &scene.touched).await?;
        }
        Ok(())
    }

    /// Enrolls a node on both sides and leads it to a state; false when the two do not agree on the way.
    pub async fn bring(&mut self, scene: &mut Scene, name: &str, state: &str) -> Result<bool> {
        for act in states::walk(name, state)? {
            if !self.perform(scene, &act).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Does one act; false when what follows makes no sense.
    async fn perform(&mut self, scene: &mut Scene, act: &Act) -> Result<bool> {
        match act {
            Act::Ask(request) => {
                self.ask(scene, request).await?;
            }
            Act::Prepare(request) => return self.prepare(scene, request).await,
            Act::Keep { name, pointer } => keep(scene, name, pointer),
            Act::Settle(node) => {
                let node = format!("${node}");
                if let Some(paths) = both(scene, &node) {
                    let look = Request::get(format!("/v1/nodes/{}", paths[0]));
                    self.settle(scene, &look, &paths).await?;
                }
            }
        }
        Ok(true)
    }

    async fn prepare(&mut self, scene: &mut Scene, request: &Request) -> Result<bool> {
        let found = self.exchange(scene, request).await?;
        let Some(answers) = scene.last.clone() else {
            return Ok(false);
        };
        let only_status = found.into_iter().filter(|found| found.part == "status");
        let [ironic, ours] = &answers;
        self.report.add(
            Whence::of(&scene.title),
            request,
            [ironic, ours],
            only_status.collect(),
        );
        if ironic.status != ours.status {
            return Ok(false);
        }
        if ironic.status >= 300 {
            let refused = anyhow!("both refused {}", request.shown());
            self.report.broken(&scene.title, &refused);
            return Ok(false);
        }
        if ironic.status == 202 {
            let Some(nodes) = both(scene, &node_of(request)) else {
                return Ok(false);
            };
            let [ironic, ours] = self.settle(scene, request, &nodes).await?;
            self.level(scene, &nodes, [&ironic, &ours]).await?;
            return Ok(ironic.state == ours.state);
        }
        Ok(true)
    }

    /// Sends a request to both, compares, and waits for what it set going.
    pub async fn ask(&mut self, scene: &mut Scene, request: &Request) -> Result<Outcome> {
        let found = self.exchange(scene, request).await?;
        let Some([ironic, ours]) = scene.last.clone() else {
            self.report.skipped += 1;
            return Ok(Outcome::Skipped);
        };
        let whence = Whence::of(&scene.title);
        self.report.add(whence, request, [&ironic, &ours], found);
        if allocates(request) {
            self.find_nodes(&[&ironic, &ours]).await?;
        }
        let going = ironic.status == 202 || ours.status == 202;
        if going && let Some(nodes) = both(scene, &node_of(request)) {
            let [ironic, ours] = self.settle(scene, request, &nodes).await?;
            self.compare_node(scene, request, &nodes).await?;
            self.level(scene, &nodes, [&ironic, &ours]).await?;
        }
        match ironic.status == ours.status {
            true => Ok(Outcome::Same(ironic.status)),
            false => Ok(Outcome::Differs),
        }
    }

    /// Waits until new allocations have found their nodes or given up.
    async fn find_nodes(&self, answers: &[&Reply; 2]) -> Result<()> {
        for (side, answer) in self.sides.iter().zip(answers) {
            let allocation = answer.json().unwrap_or_default();
            if let Some(uuid) = allocation["uuid"].as_str() {
                allocated(side, uuid).await?;
            }
        }
        Ok(())
    }

    /// Compares a node in full, after something was done to it.
    async fn compare_node(
        &mut self,
        scene: &mut Scene,
        cause: &Request,
        nodes: &[String; 2],
    ) -> Result<()> {
        let request = Request::get(format!("/v1/nodes/{}", nodes[0]));
        let ours = Request::get(format!("/v1/nodes/{}", nodes[1]));
        let answers = [
            self.sides[0].send(&request).await?,
            self.sides[1].send(&ours).await?,
        ];
        let found = compare(&request, &answers[0], &answers[1], &mut scene.ids);
        let whence = Whence {
            story: &scene.title,
            cause: Some(cause),
        };
        self.report
            .add(whence, &request, [&answers[0], &answers[1]], found);
        Ok(())
    }

    /// Says the machine's power to both where they differ in it, as ours is: told is this when it arises, and not ever after.
    async fn level(
        &mut self,
        scene: &mut Scene,
        nodes: &[String; 2],
        [ironic, ours]: [&Settled; 2],
    ) -> Result<()> {
        let Some(power) = ours.power.as_ref() else {
            return Ok(());
        };
        if ironic.state != ours.state || ironic.power == ours.power {
            return Ok(());
        }
        let requests = nodes.each_ref().map(|node| {
            let path = format!("/v1/nodes/{node}/states/power");
            Request::new("PUT", path).with(format!(r#"{{"target":"{power}"}}"#))
        });
        let [first, second] = &requests;
        let (theirs, mine) = tokio::join!(self.sides[0].send(first), self.sides[1].send(second));
        let (theirs, mine) = (theirs?, mine?);
        let found = compare(first, &theirs, &mine, &mut scene.ids);
        let whence = Whence::of(&scene.title);
        self.report.add(whence, first, [&theirs, &mine], found);
        self.settle(scene, first, nodes).await?;
        Ok(())
    }

    /// Sends; the answers are the scene's last ones, none when the request was left out.
    async fn exchange(&mut self, scene: &mut Scene, request: &Request) -> Result<Vec<Found>> {
        scene.last = None;
        let Some([first, second]) = resolved(scene, request)? else {
            return Ok(Vec::new());
        };
        let (ironic, ours) = tokio::join!(self.sides[0].send(&first), self.sides[1].send(&second));
        let (ironic, ours) = (ironic?, ours?);
        tidy::note(&mut scene.touched, &first);
        let found = compare(&first, &ironic, &ours, &mut scene.ids);
        scene.last = Some([ironic, ours]);
        Ok(found)
    }

    /// Waits until nothing goes on with the node on either side; how it is then.
    async fn settle(
        &mut self,
        scene: &Scene,
        cause: &Request,
        nodes: &[String; 2],
    ) -> Result<[Settled; 2]> {
        let (ironic, ours) = tokio::join!(
            settled(&self.sides[0], &nodes[0]),
            settled(&self.sides[1], &nodes[1])
        );
        let (ironic, ours) = (ironic?, ours?);
        if ironic.state != ours.state {
            let request = Request::get(format!("/v1/nodes/{}/states", nodes[0]));
            let nothing = Reply {
                status: 200,
                headers: Vec::new(),
                body: String::new(),
            };
            let found = Found {
                part: "settled state".to_owned(),
                ironic: ironic.state.clone(),
                ours: ours.state.clone(),
            };
            let whence = Whence {
                story: &scene.title,
                cause: Some(cause),
            };
            self.report
                .add(whence, &request, [&nothing, &nothing], vec![found]);
        }
        Ok([ironic, ours])
    }
}

/// The ident of the node that a path is about, as the story says it.
fn node_of(request: &Request) -> String {
    let path = request.path.trim_start_matches("/v1");
    let mut segments = path.split(['/', '?']).skip(1);
    match segments.next() {
        Some("nodes") => segments.next().unwrap_or_default().to_owned(),
        _ => String::new(),
    }
}

/// A text with each side's variables; none when one has no value.
fn both(scene: &Scene, text: &str) -> Option<[String; 2]> {
    if text.is_empty() {
        return None;
    }
    Some([
        fill(text, &scene.variables[0])?,
        fill(text, &scene.variables[1])?,
    ])
}

fn resolved(scene: &Scene, request: &Request) -> Result<Option<[Request; 2]>> {
    let side = |variables| -> Option<Request> {
        let mut filled = request.clone();
        filled.path = fill(&request.path, variables)?;
        if let Some(body) = &request.body {
            filled.body = Some(fill(body, variables)?);
        }
        Some(filled)
    };
    let pair = side(&scene.variables[0]).zip(side(&scene.variables[1]));
    Ok(pair.map(|(first, second)| [first, second]))
}

fn fill(text: &str, variables: &BTreeMap<String, String>) -> Option<String> {
    let mut parts = text.split('$');
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_'));
        let (name, rest) = part.split_at(end.unwrap_or(part.len()));
        match name {
            "" => filled.push('$'),
            name => filled.push_str(variables.get(name)?),
        }
        filled.push_str(rest);
    }
    Some(filled)
}

fn keep(scene: &mut Scene, name: &str, pointer: &str) {
    let Some(answers) = &scene.last else { return };
    for (variables, reply) in scene.variables.iter_mut().zip(answers) {
        let document = reply.json().unwrap_or_default();
        let value = match document.pointer(pointer) {
            Some(Value::String(text)) => text.clone(),
            Some(value) => value.to_string(),
            None => continue,
        };
        variables.insert(name.to_owned(), value);
    }
}

/// An error when a story uses a variable that it never keeps: a typing error would go unseen.
pub fn check(story: &Story) -> Result<()> {
    let kept: Vec<&str> = story
        .acts
        .iter()
        .filter_map(|act| match act {
            Act::Keep { name, .. } => Some(name.as_str()),
            _ => None,
        })
        .collect();
    let all: BTreeMap<String, String> = kept
        .iter()
        .map(|name| ((*name).to_owned(), String::new()))
        .collect();
    for act in &story.acts {
        if let Act::Ask(request) | Act::Prepare(request) = act {
            let body = request.body.as_deref().unwrap_or_default();
            if fill(&request.path, &all).is_none() || fill(body, &all).is_none() {
                bail!(
                    "'{}': {} uses what is never kept",
                    story.title,
                    request.shown()
                );
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::differential::script::parse;

    #[test]
    fn variables_are_filled_in() {
        let variables = BTreeMap::from([("a".to_owned(), "1".to_owned())]);
        assert_eq!(fill("/x/$a/y", &variables).unwrap(), "/x/1/y");
        assert_eq!(fill("/x/$b", &variables), None);
        assert_eq!(fill("cost $ 5", &variables).unwrap(), "cost $ 5");
    }

    #[test]
    fn the_node_of_a_path_is_found() {
        let node = |path: &str| node_of(&Request::get(path));
        assert_eq!(node("/v1/nodes/$one/states/power"), "$one");
        assert_eq!(node("/nodes/one?x=y"), "one");
        assert_eq!(node("/v1/ports"), "");
    }

    #[test]
    fn a_typing_error_in_a_story_is_seen() {
        let story = &parse("story a\nGET /v1/nodes/$nobody").unwrap()[0];
        assert!(check(story).is_err());
        let story = &parse("story a\nnode one\nGET /v1/nodes/$one").unwrap()[0];
        check(story).unwrap();
    }
}
