//! Ironic's own settings as a source of this engine's: the variables of Metal3's ironic-image, `OS_<SECTION>__<OPTION>`, and an
//! ironic.conf. Weaker than everything that is said in this engine's own words. Every setting gets a verdict; none is passed over.

mod convert;
mod groups;
mod ini;
mod options;
#[cfg(test)]
mod tests;
mod variables;

use super::fragments::{Fragment, Source, from_text};
use super::keys;
use super::merged::Surroundings;
use super::problem::Problem;
use convert::Convert;
use std::fmt;
use std::path::Path;

/// The key that names the file of users.
const ACCOUNTS: &str = "api.htpasswd_file";

/// What a setting of Ironic's means here.
#[derive(Clone, Copy)]
pub(super) enum Rule {
    /// It sets this key.
    Key(&'static str, Convert),
    /// It is read together with others.
    Grouped,
    /// There is nothing here that it could change.
    NoMeaning(&'static str),
    /// It would mean something, but this engine cannot do it yet.
    NotYet(&'static str),
}

/// What became of a setting of Ironic's.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// It sets a key of this engine to a value.
    Taken {
        /// Which key.
        key: &'static str,
        /// The value, as the key is written.
        value: String,
    },
    /// Nothing here depends on it, because of this.
    NoMeaning(String),
    /// It is not supported yet, and this is what happens instead.
    NotYet(String),
    /// No setting of this name is known.
    Unknown,
}

/// A setting of Ironic's and what became of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Remark {
    /// The setting, as its user wrote it.
    pub setting: String,
    /// What became of it.
    pub verdict: Verdict,
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let setting = &self.setting;
        match &self.verdict {
            Verdict::Taken { key, value } => write!(f, "{setting} sets {key} = {value}"),
            Verdict::NoMeaning(why) => write!(f, "{setting} has no meaning here: {why}"),
            Verdict::NotYet(why) => write!(f, "{setting} is not supported yet: {why}"),
            Verdict::Unknown => write!(f, "{setting} is not known here: nothing is done about it"),
        }
    }
}

/// What Ironic's settings come to.
#[derive(Default)]
pub(super) struct Reading {
    /// Values for this engine's keys, the weakest first.
    pub fragments: Vec<Fragment>,
    /// A verdict for each setting.
    pub remarks: Vec<Remark>,
}

/// Where Ironic's settings are looked for.
#[derive(Clone, Copy, Debug)]
pub struct IronicSources<'a> {
    /// An ironic.conf, if one is named.
    pub conf: Option<&'a Path>,
    /// The folder that /certs and /auth stand in: `/` but for tests.
    pub root: &'a Path,
}

/// Reads Ironic's settings. The file is weaker than ironic-image's variables, and these are weaker than `OS_<SECTION>__<OPTION>`.
pub(super) fn read(
    sources: IronicSources<'_>,
    surroundings: &Surroundings,
    problems: &mut Vec<Problem>,
) -> Reading {
    let mut reading = Reading::default();
    if let Some(path) = sources.conf {
        options::from_conf(path, &mut reading, problems);
    }
    variables::from_variables(&surroundings.variables, &mut reading, problems);
    groups::from_groups(
        &surroundings.variables,
        sources.root,
        &mut reading,
        problems,
    );
    options::from_overrides(&surroundings.variables, &mut reading, problems);
    reading
}

impl Reading {
    /// A setting sets a key.
    fn take(&mut self, setting: &str, source: Source, key: &'static str, text: &str) {
        let Some(found) = keys::find(key) else { return };
        self.fragments.push(Fragment {
            key: found.path,
            value: from_text(found, text),
            source,
        });
        self.remark(
            setting,
            Verdict::Taken {
                key,
                value: text.to_owned(),
            },
        );
    }

    fn remark(&mut self, setting: &str, verdict: Verdict) {
        self.remarks.push(Remark {
            setting: setting.to_owned(),
            verdict,
        });
    }

    /// Does what a rule says. A value that cannot be understood is a problem: it was meant to do something.
    fn apply(
        &mut self,
        setting: &str,
        source: Source,
        rule: Rule,
        value: &str,
        problems: &mut Vec<Problem>,
    ) {
        match rule {
            Rule::Grouped => {}
            Rule::NoMeaning(why) => self.remark(setting, Verdict::NoMeaning(why.to_owned())),
            Rule::NotYet(why) => self.remark(setting, Verdict::NotYet(why.to_owned())),
            Rule::Key(key, convert) => match convert(value) {
                Ok(text) => self.take(setting, source, key, &text),
                Err(convert::Unfit::NotYet(why)) => {
                    self.remark(setting, Verdict::NotYet(why));
                }
                Err(convert::Unfit::Wrong(expected)) => {
                    problems.push(Problem::about(setting, format!("must be {expected}")));
                }
            },
        }
    }
}
