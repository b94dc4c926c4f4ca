//! The lab's network, broken on purpose: packets dropped inside the lab's own namespace, and the machine's port on the bridge taken down.

use anyhow::{Context, Result, ensure};

use crate::lab::command::{output, tool};
use crate::lab::namespace::Namespace;
use crate::lab::network::{BRIDGE, ENGINE};
use crate::lab::sushy;

/// Our own table: removing it lifts everything.
const TABLE: &str = "inet hammerscale_kill";

/// What is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// Machines and the engine.
    Engine,
    /// Machines and everybody.
    All,
    /// The engine and the BMCs, which are reached without the bridge.
    Bmc,
}

impl Cut {
    fn rules(self) -> (String, String) {
        match self {
            Self::Engine => (
                format!("iifname {BRIDGE} ip daddr {ENGINE} drop"),
                format!("oifname {BRIDGE} ip saddr {ENGINE} drop"),
            ),
            Self::All => (
                format!("iifname {BRIDGE} drop"),
                format!("oifname {BRIDGE} drop"),
            ),
            Self::Bmc => {
                let port = sushy::PORT;
                (
                    format!("iifname lo tcp dport {port} drop"),
                    format!("oifname lo tcp sport {port} drop"),
                )
            }
        }
    }
}

/// Drops packets from now on. What was cut before is whole again.
pub fn cut(namespace: &Namespace, cut: Cut) -> Result<()> {
    let (inwards, outwards) = cut.rules();
    let chain = |name: &str| {
        format!("add chain {TABLE} {name} {{ type filter hook {name} priority 0; policy accept; }}")
    };
    let script = [
        format!("add table {TABLE}"),
        format!("delete table {TABLE}"),
        format!("add table {TABLE}"),
        chain("input"),
        chain("output"),
        format!("add rule {TABLE} input {inwards}"),
        format!("add rule {TABLE} output {outwards}"),
    ];
    nft(namespace, &script.join("; "))
}

/// Nothing is dropped any more.
pub fn mend(namespace: &Namespace) -> Result<()> {
    nft(
        namespace,
        &format!("add table {TABLE}; delete table {TABLE}"),
    )
}

fn nft(namespace: &Namespace, script: &str) -> Result<()> {
    namespace
        .output(&mut tool("nft", [script]))
        .map(drop)
        .context("the network's rules cannot be changed")
}

fn list(namespace: &Namespace) -> Result<String> {
    output(tool("ip", ["-n", namespace.name(), "-o", "link", "show"]).args(["master", BRIDGE]))
}

/// Takes all machines' ports down, or up. A machine that is off has none.
pub fn ports(namespace: &Namespace, up: bool) -> Result<()> {
    let listed = list(namespace)?;
    for port in names(&listed) {
        let state = if up { "up" } else { "down" };
        if let Err(error) = namespace.ip(&["link", "set", port, state]) {
            // A machine that was powered off meanwhile took its port along.
            let listed = list(namespace)?;
            ensure!(!names(&listed).contains(&port), "{error:#}");
        }
    }
    Ok(())
}

/// `7: vnet0: <BROADCAST,...`
fn names(listed: &str) -> Vec<&str> {
    let name = |line: &'_ str| -> Option<usize> { line.find(": ").map(|at| at + 2) };
    listed
        .lines()
        .filter_map(|line| {
            let rest = &line[name(line)?..];
            rest.split([':', '@']).next()
        })
        .filter(|name| !name.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_read_from_the_list() {
        let listed =
            "7: vnet0: <BROADCAST,MULTICAST,UP> mtu 1500 master br0\n12: vnet3@if2: <UP>\n";
        assert_eq!(names(listed), ["vnet0", "vnet3"]);
        assert!(names("").is_empty());
    }

    #[test]
    fn the_bmc_is_cut_where_the_engine_reaches_it() {
        let (inwards, outwards) = Cut::Bmc.rules();
        assert!(inwards.contains("lo tcp dport 8000") && outwards.contains("lo tcp sport 8000"));
        assert!(Cut::Engine.rules().0.contains("172.22.0.1"));
    }
}
