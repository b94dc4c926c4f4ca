//! What was found in a run: unlisted differences grouped by kind, the listed ones counted. It only counts and shows.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::compare::{Found, is_id};
use super::generate::sweep::TITLE;
use super::known::Known;
use super::row::{Asked, By, Line};
use super::wire::{Reply, Request};
use super::words;

/// How the titles of what is asked by chance begin.
pub const GENERATED: &str = "generated";
/// How much of a value is shown.
const SHOWN: usize = 400;

/// Where something was asked.
#[derive(Debug, Clone, Copy)]
pub struct Whence<'a> {
    /// The title of the story.
    pub story: &'a str,
    /// The request whose outcome was looked at; none when the story itself asked.
    pub cause: Option<&'a Request>,
}

impl<'a> Whence<'a> {
    /// What a story itself asks.
    pub fn of(story: &'a str) -> Self {
        Self { story, cause: None }
    }

    fn told(&self) -> String {
        match self.cause {
            Some(cause) => format!("{}, after {}", self.story, cause.shown()),
            None => self.story.to_owned(),
        }
    }
}

/// The account of a run.
pub struct Report {
    known: Known,
    /// Whether each difference is told, and not one of each kind.
    pub every: bool,
    /// Whether the listed differences are kept, too.
    pub listing: bool,
    listed: String,
    unlisted: BTreeMap<(String, String, String), Group>,
    broken: Vec<String>,
    /// Requests sent to each.
    pub requests: usize,
    /// Acts left out because something before them differed.
    pub skipped: usize,
}

struct Group {
    count: usize,
    story: String,
    shown: String,
    found: Found,
    note: String,
}

impl Report {
    /// An empty one.
    pub fn new(known: Known) -> Self {
        Self {
            known,
            every: false,
            listing: false,
            listed: String::new(),
            unlisted: BTreeMap::new(),
            broken: Vec::new(),
            requests: 0,
            skipped: 0,
        }
    }

    /// Takes note of what differed in the answers to one request; how many of them are not listed.
    pub fn add(
        &mut self,
        whence: Whence<'_>,
        request: &Request,
        answers: [&Reply; 2],
        all: Vec<Found>,
    ) -> usize {
        self.requests += 1;
        let story = whence.story;
        let made = [GENERATED, TITLE].iter().any(|how| story.starts_with(how));
        let by = if made { By::Chance } else { By::Story };
        let path = template(&request.path);
        let cause = whence.cause.map(|cause| (cause, template(&cause.path)));
        let asked = Asked {
            story,
            line: line(request, &path),
            minor: request.minor(),
            cause: cause.as_ref().map(|(cause, path)| line(cause, path)),
        };
        let mut unlisted = 0;
        for found in all {
            if let Some(id) = self.known.recognise(by, &asked, &found) {
                if self.listing {
                    let told = listed(id, whence, request, answers, &found);
                    self.listed.push_str(&told);
                }
                continue;
            }
            unlisted += 1;
            self.unlisted(whence, request, answers, found);
        }
        unlisted
    }

    fn unlisted(
        &mut self,
        whence: Whence<'_>,
        request: &Request,
        answers: [&Reply; 2],
        found: Found,
    ) {
        let mut kind = match found.part.as_str() {
            "status" => format!("status {} {}", found.ironic, found.ours),
            part => plain(part),
        };
        if self.every {
            kind = format!("{kind} {:06}", self.requests);
        }
        let key = (
            plain(&template(&request.path)),
            request.method.clone(),
            kind,
        );
        let group = self.unlisted.entry(key).or_insert_with(|| Group {
            count: 0,
            story: whence.told(),
            shown: request.shown(),
            found,
            note: note(answers),
        });
        group.count += 1;
    }

    /// Takes note of a story that could not be played to its end.
    pub fn broken(&mut self, story: &str, error: &anyhow::Error) {
        self.broken.push(format!("{story}: {error:#}"));
    }

    /// How many stories could not be played to their end.
    pub fn broken_stories(&self) -> usize {
        self.broken.len()
    }

    /// How many unlisted differences there are, by kind.
    pub fn kinds(&self) -> usize {
        self.unlisted.len()
    }

    /// Rows of the list that did not show, `swept` after a whole sweep, each after its difference's name.
    pub fn stale(&self, swept: bool) -> Vec<String> {
        let rows = self.known.stale(swept).into_iter();
        rows.map(|(id, row)| format!("{id}: {row}")).collect()
    }

    /// Every listed difference, one a line, and how often each row of the list was seen.
    pub fn listed(&self) -> String {
        let mut text = self.listed.clone();
        for (id, row, [stories, chance]) in self.known.counts() {
            let _ = writeln!(text, "row     {id}: {stories} and {chance} times: {row}");
        }
        text
    }

    /// All of it, for people.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for ((path, method, _), group) in &self.unlisted {
            let _ = writeln!(text, "DIFFERS  {method} {path}: {}", group.found.part);
            let _ = writeln!(
                text,
                "    in           {} ({} times)",
                group.story, group.count
            );
            let _ = writeln!(text, "    request      {}", cut(&group.shown));
            let _ = writeln!(text, "    Ironic       {}", cut(&group.found.ironic));
            let _ = writeln!(text, "    Hammerscale  {}", cut(&group.found.ours));
            text.push_str(&group.note);
        }
        for story in &self.broken {
            let _ = writeln!(text, "BROKEN  {story}");
        }
        for (id, count) in self.known.seen() {
            let _ = writeln!(text, "listed  {id}: {count} times");
        }
        let _ = writeln!(
            text,
            "{} requests to each, {} left out; {} kinds of unlisted differences, {} listed ones seen",
            self.requests,
            self.skipped,
            self.unlisted.len(),
            self.known.seen().len(),
        );
        text
    }
}

fn line<'a>(request: &'a Request, path: &'a str) -> Line<'a> {
    Line {
        method: &request.method,
        path,
        body: request.body.as_deref().unwrap_or_default(),
    }
}

/// A listed difference in one line.
fn listed(
    id: &str,
    whence: Whence<'_>,
    request: &Request,
    answers: [&Reply; 2],
    found: &Found,
) -> String {
    format!(
        "{id}: {} {}: {}: {} | {} ({})\n",
        request.shown(),
        answers[0].status,
        found.part,
        found.ironic,
        found.ours,
        whence.told()
    )
}

/// What the two said, when one of them refused.
fn note([ironic, ours]: [&Reply; 2]) -> String {
    let mut text = String::new();
    for (name, reply) in [("Ironic", ironic), ("Hammerscale", ours)] {
        if reply.status >= 400 {
            let said = cut(&words::text(reply)).replace('\n', " ");
            let _ = writeln!(text, "    {name:11}  said {}: {said}", reply.status);
        }
    }
    text
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((at, _)) => format!("{}...", &text[..at]),
        None => text.to_owned(),
    }
}

/// Collections whose items are named by what follows.
const COLLECTIONS: &[&str] = &[
    "nodes",
    "ports",
    "portgroups",
    "chassis",
    "allocations",
    "deploy_templates",
    "runbooks",
    "inspection_rules",
    "connectors",
    "targets",
];
/// What follows a collection and is no item: `nobody` is what stories call what is not there.
const WORDS: &[&str] = &["", "detail", "validate", "nobody"];

/// A path whose ids, and names where ids may stand, are all the same.
fn template(path: &str) -> String {
    let (path, query) = match path.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (path, None),
    };
    let mut segments: Vec<&str> = path.split('/').collect();
    for at in 1..segments.len() {
        let item = COLLECTIONS.contains(&segments[at - 1]) && !WORDS.contains(&segments[at]);
        if item || is_id(segments[at]) {
            segments[at] = "{id}";
        }
    }
    let path = segments.join("/");
    let Some(query) = query else { return path };
    let pairs = query.split('&').map(|pair| match pair.split_once('=') {
        Some((name, value)) if is_id(value) => format!("{name}={{id}}"),
        _ => pair.to_owned(),
    });
    format!("{path}?{}", pairs.collect::<Vec<_>>().join("&"))
}

/// Without positions in lists.
fn plain(text: &str) -> String {
    let segments = text.split('/').map(|segment| {
        let number = !segment.is_empty() && segment.bytes().all(|byte| byte.is_ascii_digit());
        if number { "*" } else { segment }
    });
    segments.collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_names_are_all_the_same() {
        let id = "1be26c0b-03f2-4d2e-ae87-c02d7f33c781";
        assert_eq!(
            template(&format!("/v1/nodes/{id}/x?y={id}")),
            "/v1/nodes/{id}/x?y={id}"
        );
        assert_eq!(template("/v1/nodes/one/states"), "/v1/nodes/{id}/states");
        assert_eq!(
            template("/v1/nodes/detail?limit=1"),
            "/v1/nodes/detail?limit=1"
        );
        assert_eq!(template("/v1/nodes"), "/v1/nodes");
    }

    #[test]
    fn positions_are_all_the_same() {
        assert_eq!(plain("body /nodes/12/name"), "body /nodes/*/name");
    }
}
