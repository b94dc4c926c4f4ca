//! Merged configuration: for each key the value of the strongest source, defaults filled in. Nothing is validated here.

use super::fragments::{self, Fragment, Raw, Source};
use super::keys::{self, KEYS, Key, Preset};
use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

/// What the process finds around itself; computed defaults depend on it.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// The environment's variables. Those that are not Unicode are left out.
    pub variables: BTreeMap<String, String>,
    /// Whether it runs as root.
    pub root: bool,
}

impl Surroundings {
    /// Those of this process.
    pub fn of_this_process() -> Self {
        let unicode = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        Self {
            variables: std::env::vars_os().filter_map(unicode).collect(),
            // The owner of /proc/self is the effective user of this process.
            root: std::fs::metadata("/proc/self").is_ok_and(|it| it.uid() == 0),
        }
    }

    fn folder(&self, xdg: &str, below_home: &str) -> Option<PathBuf> {
        let absolute = |name: &str| {
            let path = PathBuf::from(self.variables.get(name)?);
            path.is_absolute().then_some(path)
        };
        absolute(xdg).or_else(|| Some(absolute("HOME")?.join(below_home)))
    }

    fn data_dir(&self) -> Option<PathBuf> {
        if self.root {
            return Some("/var/lib/hammerscale".into());
        }
        Some(
            self.folder("XDG_DATA_HOME", ".local/share")?
                .join("hammerscale"),
        )
    }

    fn sealing_key_file(&self) -> Option<PathBuf> {
        if self.root {
            return Some("/etc/hammerscale/sealing.key".into());
        }
        Some(
            self.folder("XDG_CONFIG_HOME", ".config")?
                .join("hammerscale/sealing.key"),
        )
    }
}

/// Each key's value and who set it. A key without a value is not in it.
#[derive(Clone, Debug, Default)]
pub struct Merged {
    values: BTreeMap<&'static str, (Raw, Source)>,
}

impl Merged {
    /// Puts fragments over one another, the weakest first, and fills in the defaults.
    pub fn new(fragments: Vec<Fragment>, surroundings: &Surroundings) -> Self {
        let mut merged = Self::default();
        for fragment in fragments {
            merged
                .values
                .insert(fragment.key, (fragment.value, fragment.source));
        }
        for key in KEYS {
            if !merged.values.contains_key(key.path)
                && let Some(text) = merged.preset(key, surroundings)
            {
                let raw = fragments::from_text(key, &text);
                merged.values.insert(key.path, (raw, Source::Default));
            }
        }
        merged
    }

    fn preset(&self, key: &Key, surroundings: &Surroundings) -> Option<String> {
        let text = |path: PathBuf| path.to_str().map(str::to_owned);
        match (key.preset, key.path) {
            (Preset::Fixed(text), _) => Some(text.to_owned()),
            (Preset::Computed(_), "data_dir") => surroundings.data_dir().and_then(text),
            (Preset::Computed(_), "sealing_key_file") => {
                surroundings.sealing_key_file().and_then(text)
            }
            // The table lists data_dir before database_url, so it is there when it has a value at all.
            (Preset::Computed(_), "database_url") => {
                let Some((Raw::One(data_dir), _)) = self.values.get("data_dir") else {
                    return None;
                };
                Some(format!("sqlite:{data_dir}/hammerscale.db"))
            }
            _ => None,
        }
    }

    /// A key's value and who set it.
    pub fn get(&self, path: &str) -> Option<&(Raw, Source)> {
        self.values.get(path)
    }

    /// Whether somebody set the key to something else than its fixed default.
    pub fn is_set(&self, path: &str) -> bool {
        let preset = keys::find(path).and_then(|key| match key.preset {
            Preset::Fixed(text) => Some(fragments::from_text(key, text)),
            _ => None,
        });
        self.get(path)
            .is_some_and(|(raw, source)| *source != Source::Default && Some(raw) != preset.as_ref())
    }

    /// The effective configuration as TOML with each value's source; secrets are masked, keys without a value are comments.
    pub fn render(&self) -> String {
        let mut lines = Vec::new();
        let mut section = "";
        for key in KEYS {
            if key.section() != section {
                section = key.section();
                lines.push(format!("\n[{section}]"));
            }
            lines.push(self.render_key(key));
        }
        lines.join("\n") + "\n"
    }

    fn render_key(&self, key: &Key) -> String {
        let name = key.path.rsplit('.').next().unwrap_or(key.path);
        match (self.get(key.path), key.preset) {
            (Some((raw, source)), _) => {
                format!("{name} = {} # {source}", render_value(key, raw))
            }
            (None, Preset::Unset(what) | Preset::Computed(what) | Preset::Fixed(what)) => {
                format!("# {name} is not set: {what}")
            }
        }
    }
}

fn render_value(key: &Key, raw: &Raw) -> String {
    let quoted = |text: &String| toml::Value::String(masked(key, text)).to_string();
    match raw {
        Raw::Many(items) => {
            let items: Vec<String> = items.iter().map(quoted).collect();
            format!("[{}]", items.join(", "))
        }
        Raw::One(text) => match key.kind {
            keys::Kind::Switch | keys::Kind::Whole(..) => text.clone(),
            _ => quoted(text),
        },
    }
}

/// The only values that may hold a secret are database URLs.
fn masked(key: &Key, text: &str) -> String {
    match key.path {
        "database_url" => super::database::masked(text),
        _ => text.to_owned(),
    }
}
