//! The thirteen interface kinds of a hardware type (Ironic's ALL_INTERFACES).

use serde::{Deserialize, Serialize};

macro_rules! interfaces {
    ($($name:ident = $text:literal;)*) => {
        /// A kind of interface; its chosen implementation is a name such as `redfish` or `fake`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "lowercase")]
        #[allow(missing_docs, reason = "the names are the field's own words")]
        pub enum InterfaceKind { $($name,)* }

        impl InterfaceKind {
            /// Every kind, in alphabetical order.
            pub const ALL: &'static [InterfaceKind] = &[$(InterfaceKind::$name,)*];

            /// The word on the wire, without `_interface`.
            pub fn as_str(self) -> &'static str {
                match self { $(InterfaceKind::$name => $text,)* }
            }
        }
    };
}

interfaces! {
    Bios = "bios"; Boot = "boot"; Console = "console"; Deploy = "deploy"; Firmware = "firmware"; Inspect = "inspect";
    Management = "management"; Network = "network"; Power = "power"; Raid = "raid"; Rescue = "rescue";
    Storage = "storage"; Vendor = "vendor";
}

impl InterfaceKind {
    /// The kind named by `bios`, `boot`, ...
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == text)
    }
}
