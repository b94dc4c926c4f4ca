//! Who a machine is to the outside: names, addresses and the BMC's login. All of it follows from the fleet's seed and the machine's
//! number.

use std::fmt;
use std::net::SocketAddr;

use serde_json::{Value, json};
use uuid::Uuid;

use super::dice::draw;

/// One machine of a fleet, as an administrator would write it down.
#[derive(Clone, PartialEq, Eq)]
pub struct Machine {
    /// Its number in the fleet.
    pub index: usize,
    /// The system's UUID.
    pub uuid: Uuid,
    /// MAC address of its only network card, lower case with colons.
    pub mac: String,
    /// `http://127.0.0.1:PORT/bmc/<index>/redfish/v1`: each BMC is a Redfish service of its own.
    pub bmc_url: String,
    /// Path of the only system.
    pub system_path: String,
    /// The BMC's user.
    pub username: String,
    /// Its password.
    pub password: String,
}

impl fmt::Debug for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Machine")
            .field("index", &self.index)
            .field("mac", &self.mac)
            .field("bmc_url", &self.bmc_url)
            .finish_non_exhaustive()
    }
}

impl Machine {
    pub(super) fn new(index: usize, seed: u64, bmc: SocketAddr) -> Self {
        let root = root_path(index);
        let high = u128::from(draw(seed, index, 1 << 40));
        let low = u128::from(draw(seed, index, 2 << 40));
        let [_, _, _, _, _, a, b, c] = (index as u64).to_be_bytes();
        let [.., fleet] = seed.to_be_bytes();
        Self {
            index,
            uuid: uuid::Builder::from_random_bytes((high << 64 | low).to_be_bytes()).into_uuid(),
            // Locally administered; the seed keeps fleets with few seeds apart.
            mac: format!("52:54:{fleet:02x}:{a:02x}:{b:02x}:{c:02x}"),
            bmc_url: format!("http://{bmc}{root}"),
            system_path: format!("{root}/Systems/1"),
            username: format!("admin{index}"),
            password: format!("{:016x}", draw(seed, index, 3 << 40)),
        }
    }

    /// The node's `driver_info` for the `redfish` driver.
    pub fn driver_info(&self) -> Value {
        json!({
            "redfish_address": self.bmc_url,
            "redfish_system_id": self.system_path,
            "redfish_username": self.username,
            "redfish_password": self.password,
        })
    }

    /// A name for its node.
    pub fn name(&self) -> String {
        format!("machine-{:05}", self.index)
    }
}

/// The path of a BMC's service root, without a slash at its end.
pub(super) fn root_path(index: usize) -> String {
    format!("/bmc/{index}/redfish/v1")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn machines_differ_and_repeat() {
        let bmc = SocketAddr::from(([127, 0, 0, 1], 8000));
        let fleet: Vec<_> = (0..300).map(|index| Machine::new(index, 7, bmc)).collect();
        let distinct =
            |field: fn(&Machine) -> String| fleet.iter().map(field).collect::<BTreeSet<_>>().len();
        assert_eq!(distinct(|machine| machine.mac.clone()), 300);
        assert_eq!(distinct(|machine| machine.uuid.to_string()), 300);
        assert_eq!(distinct(|machine| machine.password.clone()), 300);
        assert_eq!(fleet[299].mac, "52:54:07:00:01:2b");
        assert_eq!(fleet[299], Machine::new(299, 7, bmc));
        assert!(!format!("{:?}", fleet[0]).contains(&fleet[0].password));
    }
}
