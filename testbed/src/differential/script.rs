//! Stories as text: what is asked, in order. One line is one act. It only reads; `player` plays.
//!
//! ```text
//! story TITLE                          a new story on empty servers
//! version 1.80                         for what follows; `latest`, or `none` for no header
//! node NAME [STATE]                    enrolls a fake node `NAME` and leads it to STATE; `$NAME` is its id
//! METHOD PATH [BODY]                   one request; BODY is sent as it stands
//! at 1.1 1.5: METHOD PATH [BODY]       the same request at each of these versions; `all` is every one
//! with HEADER: VALUE                   for the next request
//! do NAME VERB [MORE]                  a provision verb; MORE are further members of its body
//! keep NAME POINTER                    `$NAME` is what the last answer holds there
//! settle NAME                          waits until nothing happens to the node any more
//! ```
//!
//! `<N times TEXT>` stands for that text so many times, wherever it is.

use anyhow::{Context, Result, bail};

use super::wire::{NEWEST, Request};

/// A sequence of acts that begins with empty servers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Story {
    /// What it is about.
    pub title: String,
    /// What is done.
    pub acts: Vec<Act>,
}

/// One act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// A request whose answers are compared.
    Ask(Request),
    /// A request whose answers must be the same success, else the rest of the story makes no sense.
    Prepare(Request),
    /// Takes a value out of the last answer.
    Keep {
        /// The variable.
        name: String,
        /// A JSON pointer.
        pointer: String,
    },
    /// Waits for a node.
    Settle(String),
}

/// Every story of a text.
///
/// # Errors
/// A line that says nothing known; it is named by its number.
pub fn parse(text: &str) -> Result<Vec<Story>> {
    let mut reader = Reader::default();
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        repeated(line)
            .and_then(|line| reader.read(&line))
            .with_context(|| format!("line {}: {line}", number + 1))?;
    }
    Ok(reader.stories)
}

/// The line with its repetitions written out.
fn repeated(line: &str) -> Result<String> {
    let mut text = String::new();
    let mut rest = line;
    while let Some((before, inner)) = rest.split_once('<') {
        text.push_str(before);
        rest = inner;
        // Anything else that begins so is a body that is no JSON.
        if !inner.starts_with(|first: char| first.is_ascii_digit()) {
            text.push('<');
            continue;
        }
        let (count, inner) = inner.split_once(" times ").context("<N times TEXT>")?;
        let (repeated, after) = inner.split_once('>').context("<N times TEXT>")?;
        let count: usize = count.parse().context("<N times TEXT>")?;
        text.push_str(&repeated.repeat(count));
        rest = after;
    }
    text.push_str(rest);
    Ok(text)
}

#[derive(Default)]
struct Reader {
    stories: Vec<Story>,
    version: Option<String>,
    headers: Vec<(String, String)>,
}

impl Reader {
    fn read(&mut self, line: &str) -> Result<()> {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let rest = rest.trim();
        match word {
            "story" => self.begin(rest),
            "version" => self.version = (rest != "none").then(|| rest.to_owned()),
            "with" => {
                let (name, value) = rest.split_once(':').context("HEADER: VALUE")?;
                self.headers
                    .push((name.to_owned(), value.trim().to_owned()));
            }
            "node" => self.node(rest)?,
            "do" => self.verb(rest)?,
            "keep" => {
                let (name, pointer) = rest.split_once(' ').context("NAME POINTER")?;
                let (name, pointer) = (name.to_owned(), pointer.trim().to_owned());
                self.act(Act::Keep { name, pointer })?;
            }
            "settle" => self.act(Act::Settle(rest.to_owned()))?,
            "at" => self.each(rest)?,
            _ => {
                let request = self.request(line)?;
                self.act(Act::Ask(request))?;
            }
        }
        Ok(())
    }

    fn begin(&mut self, title: &str) {
        self.version = Some("latest".to_owned());
        self.stories.push(Story {
            title: title.to_owned(),
            acts: Vec::new(),
        });
    }

    fn act(&mut self, act: Act) -> Result<()> {
        let story = self.stories.last_mut().context("no story has begun")?;
        story.acts.push(act);
        Ok(())
    }

    fn request(&mut self, line: &str) -> Result<Request> {
        let (method, rest) = line.split_once(' ').context("METHOD PATH")?;
        if !method.chars().all(|letter| letter.is_ascii_uppercase()) {
            bail!("'{method}' is no method and no word of stories");
        }
        let (path, body) = match rest.split_once(' ') {
            Some((path, body)) => (path, Some(body.trim().to_owned())),
            None => (rest, None),
        };
        Ok(Request {
            method: method.to_owned(),
            path: path.to_owned(),
            version: self.version.clone(),
            headers: std::mem::take(&mut self.headers),
            body,
        })
    }

    fn each(&mut self, rest: &str) -> Result<()> {
        let (versions, line) = rest.split_once(": ").context("VERSIONS: METHOD PATH")?;
        let request = self.request(line)?;
        let versions: Vec<String> = match versions {
            "all" => (1..=NEWEST).map(|minor| format!("1.{minor}")).collect(),
            listed => listed.split_whitespace().map(str::to_owned).collect(),
        };
        for version in versions {
            self.act(Act::Ask(request.clone().at(&version)))?;
        }
        Ok(())
    }

    fn node(&mut self, rest: &str) -> Result<()> {
        let (name, state) = rest.split_once(' ').unwrap_or((rest, "enroll"));
        for act in super::states::walk(name, state)? {
            self.act(act)?;
        }
        Ok(())
    }

    fn verb(&mut self, rest: &str) -> Result<()> {
        let mut words = rest.splitn(3, ' ');
        let name = words.next().context("NAME VERB")?;
        let verb = words.next().context("NAME VERB")?;
        let mut request = super::states::verb(name, verb, words.next().unwrap_or(""));
        request.version.clone_from(&self.version);
        self.act(Act::Ask(request))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn requests(text: &str) -> Vec<Request> {
        let stories = parse(text).unwrap();
        let acts = stories.into_iter().flat_map(|story| story.acts);
        acts.filter_map(|act| match act {
            Act::Ask(request) | Act::Prepare(request) => Some(request),
            _ => None,
        })
        .collect()
    }

    #[test]
    fn a_request_is_sent_as_it_stands() {
        let all = requests(
            "story a\nversion 1.7\nwith Accept: text/html\nPOST /v1/nodes {\"a\":  1\nGET /",
        );
        assert_eq!(all[0].body.as_deref(), Some("{\"a\":  1"));
        assert_eq!(all[0].version.as_deref(), Some("1.7"));
        assert_eq!(
            all[0].headers,
            [("Accept".to_owned(), "text/html".to_owned())]
        );
        assert!(all[1].headers.is_empty(), "a header is for one request");
    }

    #[test]
    fn versions_multiply_a_request() {
        assert_eq!(
            requests("story a\nat 1.1 none-such: GET /v1/nodes").len(),
            2
        );
        assert_eq!(requests("story a\nat all: GET /v1/nodes").len(), 115);
    }

    #[test]
    fn repetitions_are_written_out() {
        let all = requests("story a\nGET /v1/nodes?a=<3 times xy,>z&b=<2 times c>");
        assert_eq!(all[0].path, "/v1/nodes?a=xy,xy,xy,z&b=cc");
        assert!(parse("story a\nGET /v1/nodes?a=<3 x>").is_err());
        assert_eq!(
            requests("story a\nPOST /v1/nodes <node/>")[0]
                .body
                .as_deref(),
            Some("<node/>")
        );
    }

    #[test]
    fn nonsense_is_named_by_its_line() {
        let error = format!("{:#}", parse("story a\n\nfly away").unwrap_err());
        assert!(error.contains("line 3"), "{error}");
        assert!(parse("GET /").is_err(), "before any story");
    }
}
