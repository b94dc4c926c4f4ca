//! The verbs of `PUT states/provision`.

use std::fmt;
use std::str::FromStr;

macro_rules! verbs {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        /// What a client asks of a node.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Verb { $($(#[$doc])* $name,)* }

        impl Verb {
            /// Every verb.
            pub const ALL: &'static [Verb] = &[$(Verb::$name,)*];

            /// The word that names it in texts; `active`, `deleted` and their newer spellings are one verb.
            pub fn as_str(self) -> &'static str {
                match self { $(Verb::$name => $text,)* }
            }
        }
    };
}

verbs! {
    /// Check the credentials, or take back from available.
    Manage = "manage";
    /// Clean and offer for use.
    Provide = "provide";
    /// Collect hardware facts.
    Inspect = "inspect";
    /// Run given clean steps.
    Clean = "clean";
    /// Take over a machine already in use.
    Adopt = "adopt";
    /// Deploy (`active`, `deploy`).
    Deploy = "deploy";
    /// Deploy again on a node in use.
    Rebuild = "rebuild";
    /// Take out of use (`deleted`, `undeploy`).
    Undeploy = "undeploy";
    /// Start the rescue ramdisk.
    Rescue = "rescue";
    /// Go back to the deployed system.
    Unrescue = "unrescue";
    /// Run service steps on an active node.
    Service = "service";
    /// Go on after a hold step.
    Unhold = "unhold";
    /// Stop what is under way.
    Abort = "abort";
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text is no provision verb.
#[derive(Debug, thiserror::Error)]
#[error("'{0}' is not a provision verb")]
pub struct UnknownVerb(pub String);

impl FromStr for Verb {
    type Err = UnknownVerb;
    fn from_str(text: &str) -> Result<Self, UnknownVerb> {
        match text {
            "active" => Ok(Verb::Deploy),
            "deleted" => Ok(Verb::Undeploy),
            other => Verb::ALL
                .iter()
                .copied()
                .find(|verb| verb.as_str() == other)
                .ok_or_else(|| UnknownVerb(text.to_owned())),
        }
    }
}
