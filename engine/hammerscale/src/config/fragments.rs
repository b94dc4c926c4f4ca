//! Raw configuration: what the file, the variables and the flags say, key by key, before anybody asks whether it makes sense.

use super::keys::{self, Key, Kind, VARIABLE_PREFIX};
use super::problem::Problem;
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

/// Variables that start like ours but belong to the command line's client, not to the daemon.
pub const CLIENT_VARIABLES: &[&str] = &[
    "HAMMERSCALE_CONFIG",
    "HAMMERSCALE_URL",
    "HAMMERSCALE_USERNAME",
    "HAMMERSCALE_PASSWORD",
    "HAMMERSCALE_CA_FILE",
];

/// A configuration file is at most so long.
const LONGEST_FILE: u64 = 1 << 20;

/// Who set a value.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    /// Nobody.
    Default,
    /// The file.
    File(PathBuf),
    /// This environment variable.
    Variable(String),
    /// This flag.
    Flag(String),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Default => f.write_str("default"),
            Source::File(path) => write!(f, "{}", path.display()),
            Source::Variable(name) => write!(f, "variable {name}"),
            Source::Flag(name) => write!(f, "flag --{name}"),
        }
    }
}

/// A value as it was written: one text, or several for a list.
#[derive(Clone, Debug, PartialEq)]
pub enum Raw {
    /// One.
    One(String),
    /// A list.
    Many(Vec<String>),
}

/// One key's value from one source.
#[derive(Clone, Debug, PartialEq)]
pub struct Fragment {
    /// Which key.
    pub key: &'static str,
    /// The value.
    pub value: Raw,
    /// Who set it.
    pub source: Source,
}

/// The text of a variable, flag or default as the key's kind wants it: lists are comma separated.
pub fn from_text(key: &Key, text: &str) -> Raw {
    if !key.kind.is_list() {
        return Raw::One(text.trim().to_owned());
    }
    let items = text.split(',').map(str::trim);
    Raw::Many(
        items
            .filter(|item| !item.is_empty())
            .map(str::to_owned)
            .collect(),
    )
}

/// What a TOML file says.
pub fn from_file(path: &Path, problems: &mut Vec<Problem>) -> Vec<Fragment> {
    let text = match read_bounded(path) {
        Ok(text) => text,
        Err(error) => {
            problems.push(Problem::file(path, format!("cannot be read: {error}")));
            return Vec::new();
        }
    };
    from_toml(&text, path, problems)
}

fn read_bounded(path: &Path) -> std::io::Result<String> {
    if std::fs::metadata(path)?.len() > LONGEST_FILE {
        return Err(std::io::Error::other("it is longer than 1 MiB"));
    }
    std::fs::read_to_string(path)
}

/// What a TOML text says; `path` is named as its source.
pub fn from_toml(text: &str, path: &Path, problems: &mut Vec<Problem>) -> Vec<Fragment> {
    let mut fragments = Vec::new();
    match text.parse::<toml::Table>() {
        Ok(table) => {
            let source = Source::File(path.to_owned());
            flatten("", &table, &source, &mut fragments, problems);
        }
        Err(error) => problems.push(Problem::file(path, format!("is not TOML: {error}"))),
    }
    fragments
}

fn flatten(
    prefix: &str,
    table: &toml::Table,
    source: &Source,
    fragments: &mut Vec<Fragment>,
    problems: &mut Vec<Problem>,
) {
    for (name, value) in table {
        let path = match prefix {
            "" => name.clone(),
            _ => format!("{prefix}.{name}"),
        };
        match (keys::find(&path), value) {
            (Some(key), value) => match from_value(key, value) {
                Some(raw) => fragments.push(Fragment {
                    key: key.path,
                    value: raw,
                    source: source.clone(),
                }),
                None => problems.push(Problem::bad_value(
                    &path,
                    &source.to_string(),
                    &value.to_string(),
                    &format!("{}, written as {}", key.kind.allowed(), toml_type(key.kind)),
                )),
            },
            (None, toml::Value::Table(inner)) if is_section(&path) => {
                flatten(&path, inner, source, fragments, problems);
            }
            (None, _) => problems.push(Problem::unknown_key(&path, &source.to_string())),
        }
    }
}

fn is_section(path: &str) -> bool {
    keys::KEYS.iter().any(|key| key.section() == path)
}

fn toml_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Switch => "true or false without quotes",
        Kind::Whole(..) => "a number without quotes",
        Kind::Choices(_) | Kind::Texts(_) => "[\"...\", \"...\"]",
        Kind::Choice(_) | Kind::Path | Kind::Text(_) => "\"...\"",
    }
}

fn from_value(key: &Key, value: &toml::Value) -> Option<Raw> {
    match (key.kind, value) {
        (Kind::Switch, toml::Value::Boolean(switch)) => Some(Raw::One(switch.to_string())),
        (Kind::Whole(..), toml::Value::Integer(number)) => Some(Raw::One(number.to_string())),
        (Kind::Choice(_) | Kind::Path | Kind::Text(_), toml::Value::String(text)) => {
            Some(Raw::One(text.clone()))
        }
        (Kind::Choices(_) | Kind::Texts(_), toml::Value::Array(items)) => items
            .iter()
            .map(|item| item.as_str().map(str::to_owned))
            .collect::<Option<Vec<String>>>()
            .map(Raw::Many),
        _ => None,
    }
}

/// What the variables say. An empty variable sets nothing, as containers that always define it expect.
pub fn from_variables(
    variables: &BTreeMap<String, String>,
    problems: &mut Vec<Problem>,
) -> Vec<Fragment> {
    let mut fragments = Vec::new();
    for (name, text) in variables {
        let ours = name.starts_with(VARIABLE_PREFIX) && !CLIENT_VARIABLES.contains(&name.as_str());
        if !ours || text.is_empty() {
            continue;
        }
        match keys::KEYS.iter().find(|key| key.variable() == *name) {
            Some(key) => fragments.push(Fragment {
                key: key.path,
                value: from_text(key, text),
                source: Source::Variable(name.clone()),
            }),
            None => problems.push(Problem::unknown_variable(name)),
        }
    }
    fragments
}

/// What the flags say: pairs of a key's path and its text, as the command line parsed them.
pub fn from_flags(flags: &[(&'static str, String)]) -> Vec<Fragment> {
    flags
        .iter()
        .filter_map(|(path, text)| {
            let key = keys::find(path)?;
            Some(Fragment {
                key: key.path,
                value: from_text(key, text),
                source: Source::Flag(key.flag()),
            })
        })
        .collect()
}
