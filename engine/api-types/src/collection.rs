//! Lists: a page of documents under their plural, and where the next page is.

use crate::{Conductor, Driver, History, Node, Port};
use serde::{Deserialize, Serialize};

macro_rules! lists {
    ($($(#[$doc:meta])* $name:ident { $plural:ident: $item:ty };)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
        pub struct $name {
            /// The page, in order.
            pub $plural: Vec<$item>,
            /// Where the next page is; absent when this one was not full.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub next: Option<String>,
        }
    )*};
}

lists! {
    /// Nodes.
    NodeList { nodes: Node };
    /// Ports.
    PortList { ports: Port };
    /// Drivers.
    DriverList { drivers: Driver };
    /// Conductors.
    ConductorList { conductors: Conductor };
    /// Lines of a node's history.
    HistoryList { history: History };
}
