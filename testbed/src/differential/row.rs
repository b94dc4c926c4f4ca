//! One row of the list of differences: the requests that it is for, the part of the answer, and what the two say there.
//!
//! ```text
//! METHOD PATH [BODY]                   which request; `*` stands for anything, methods are joined by commas
//! METHOD PATH [BODY] in STORY          in stories with this title alone
//! METHOD PATH [BODY] after REQUEST     a look at the node when this request was over
//! METHOD PATH [BODY] before 1.N        at versions before this one
//! ```

use anyhow::{Context, Result, bail};

use super::compare::Found;
use super::generate::sweep::TITLE;
use super::report::GENERATED;

/// Who asked: what stories ask is the same in each run, what chance and the sweep ask is what they are told to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// A story, or the walk through the states.
    Story,
    /// A seed, or the sweep.
    Chance,
}

/// What was asked, as rows name it.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The title of the story.
    pub story: &'a str,
    /// The request.
    pub line: Line<'a>,
    /// The minor version.
    pub minor: u16,
    /// The request that led to this one, when no story asked for it.
    pub cause: Option<Line<'a>>,
}

/// A request.
#[derive(Debug, Clone, Copy)]
pub struct Line<'a> {
    /// The HTTP method.
    pub method: &'a str,
    /// The path, ids replaced.
    pub path: &'a str,
    /// The body; empty when there is none.
    pub body: &'a str,
}

/// A row of the list.
#[derive(Debug)]
pub struct Row {
    /// As it stands in the list.
    line: String,
    /// How often it was seen, in stories and besides.
    seen: [usize; 2],
    request: Pattern,
    story: Option<String>,
    cause: Option<Pattern>,
    before: Option<u16>,
    part: String,
    ironic: String,
    ours: String,
}

/// Which requests are meant.
#[derive(Debug)]
struct Pattern {
    methods: Vec<String>,
    path: String,
    body: String,
}

impl Row {
    /// Takes a row from its cells; `line` is it all.
    ///
    /// # Errors
    /// Other than four cells, or a request that says nothing known.
    pub fn of(line: &str, cells: &[String]) -> Result<Self> {
        let [request, part, ironic, ours] = cells else {
            bail!("a row has four cells: request, part, Ironic, Hammerscale; not {cells:?}");
        };
        let bare = |cell: &str| cell.trim().trim_matches('`').to_owned();
        // Words stand between what is in backquotes.
        let mut pieces = request.split('`').skip(1);
        let request = pieces.next().context("a request in backquotes")?;
        let mut row = Self {
            line: line.to_owned(),
            seen: [0, 0],
            request: Pattern::of(request)?,
            story: None,
            cause: None,
            before: None,
            part: bare(part),
            ironic: bare(ironic),
            ours: bare(ours),
        };
        while let Some(word) = pieces.next() {
            match (word.trim(), pieces.next()) {
                ("in", Some(quoted)) => row.story = Some(quoted.to_owned()),
                ("after", Some(quoted)) => row.cause = Some(Pattern::of(quoted)?),
                ("before", Some(quoted)) => {
                    let minor = quoted.strip_prefix("1.").context("a version")?;
                    row.before = Some(minor.parse().context("a version")?);
                }
                ("", None) => {}
                (other, _) => {
                    bail!("'{other}': only 'in', 'after' and 'before' follow a row's request")
                }
            }
        }
        Ok(row)
    }

    /// As it stands in the list.
    pub fn line(&self) -> &str {
        &self.line
    }

    /// Takes note that it was seen.
    pub fn seen(&mut self, by: By) {
        self.seen[usize::from(by == By::Chance)] += 1;
    }

    /// How often it was seen, in stories and besides.
    pub fn times(&self) -> [usize; 2] {
        self.seen
    }

    /// Whether it did not show though it has to; `swept` after a whole sweep.
    pub fn is_stale(&self, swept: bool) -> bool {
        let of = |title| {
            let story = self.story.as_deref();
            story.is_some_and(|story| story.starts_with(title))
        };
        match (of(GENERATED), of(TITLE)) {
            (true, _) => false,
            (_, true) => swept && self.seen[1] == 0,
            _ => self.seen[0] == 0,
        }
    }

    /// Whether it lists what was found.
    pub fn matches(&self, asked: &Asked<'_>, found: &Found) -> bool {
        let story = self.story.iter();
        let mut elsewhere = story.filter(|story| !glob(story, asked.story));
        let caused = match (&self.cause, &asked.cause) {
            (None, _) => true,
            (Some(pattern), Some(cause)) => pattern.matches(cause),
            (Some(_), None) => false,
        };
        self.request.matches(&asked.line)
            && elsewhere.next().is_none()
            && self.before.is_none_or(|minor| asked.minor < minor)
            && caused
            && glob(&self.part, &found.part)
            && glob(&self.ironic, &found.ironic)
            && glob(&self.ours, &found.ours)
    }
}

impl Pattern {
    fn of(text: &str) -> Result<Self> {
        let (methods, rest) = text.split_once(' ').context("METHOD PATH [BODY]")?;
        let (path, body) = rest.split_once(' ').unwrap_or((rest, "*"));
        Ok(Self {
            methods: methods.split(',').map(str::to_owned).collect(),
            path: path.to_owned(),
            body: body.to_owned(),
        })
    }

    fn matches(&self, line: &Line<'_>) -> bool {
        let mut methods = self.methods.iter();
        methods.any(|known| known == "*" || known == line.method)
            && glob(&self.path, line.path)
            && glob(&self.body, line.body)
    }
}

/// Whether a text is what the pattern says; `*` stands for any text.
fn glob(pattern: &str, text: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(tail) = text.strip_prefix(head) else {
        return false;
    };
    let ends = tail.char_indices().map(|(at, _)| at).chain([tail.len()]);
    rest.is_empty() || ends.into_iter().any(|at| glob(rest, &tail[at..]))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn row(request: &str) -> Result<Row> {
        let cells = [request, "`status`", "`500`", "`4*`"];
        Row::of(request, &cells.map(str::to_owned))
    }

    /// Whether a row is for a look at a node, in a story and after a verb.
    fn is_for(request: &str, story: &str, verb: Option<&str>) -> bool {
        let cause = verb.map(|body| Line {
            method: "PUT",
            path: "/v1/nodes/{id}/states/provision",
            body,
        });
        let line = Line {
            method: "GET",
            path: "/v1/nodes/{id}",
            body: "",
        };
        let found = Found {
            part: "status".into(),
            ironic: "500".into(),
            ours: "404".into(),
        };
        let asked = Asked {
            story,
            line,
            minor: 87,
            cause,
        };
        row(request).unwrap().matches(&asked, &found)
    }

    #[test]
    fn a_row_of_a_story_is_for_no_other() {
        let request = "`GET,PUT /v1/nodes*` in `rules: a*`";
        assert!(is_for(request, "rules: a, too", None));
        assert!(!is_for(request, "rules: b", None));
    }

    #[test]
    fn a_row_after_a_request_is_for_what_it_led_to() {
        let request = "`GET *` after `PUT * *\"active\"*`";
        assert!(is_for(request, "a", Some(r#"{"target":"active"}"#)));
        assert!(!is_for(request, "a", Some(r#"{"target":"deleted"}"#)));
        assert!(!is_for(request, "a", None));
        assert!(is_for("`GET *`", "a", Some("{}")), "it names no cause");
    }

    #[test]
    fn a_row_before_a_version_is_for_earlier_ones() {
        assert!(is_for("`GET *` before `1.88`", "a", None));
        assert!(!is_for("`GET *` before `1.87`", "a", None));
    }

    #[test]
    fn rows_for_chance_need_not_show_and_those_of_the_sweep_after_a_whole_one() {
        let stale = |story: &str| {
            let row = row(&format!("`GET *` in `{story}`")).unwrap();
            [row.is_stale(false), row.is_stale(true)]
        };
        assert_eq!(stale("generated*"), [false, false]);
        assert_eq!(stale("sweep*"), [false, true]);
        assert_eq!(stale("rules: a"), [true, true]);
    }

    #[test]
    fn a_row_says_only_what_is_known() {
        for request in [
            "`GET *` at times",
            "`GET *` beside `a`",
            "`GET *` before `a`",
            "GET *",
            "`GET`",
        ] {
            assert!(row(request).is_err(), "{request}");
        }
    }

    #[test]
    fn stars_stand_for_anything() {
        assert!(glob("/v1/*/x*", "/v1/nodes/1/xyz"));
        assert!(!glob("/v1/*/x", "/v1/nodes/1/xyz"));
    }
}
