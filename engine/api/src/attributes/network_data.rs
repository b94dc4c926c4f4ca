//! A node's `network_data`: OpenStack's network metadata, three lists of links, networks and services. Only the form is judged, by the
//! schema of OpenStack Nova that Ironic ships; whether a network's link is there is the target system's to find out.

use model::{MacAddress, Object};
use serde_json::Value;
use std::net::{Ipv4Addr, Ipv6Addr};

const LINK_TYPES: &[&str] = &[
    "bridge",
    "dvs",
    "hw_veb",
    "hyperv",
    "ovs",
    "tap",
    "vhostuser",
    "vif",
    "phy",
];
const BOND_MODES: &[&str] = &[
    "802.3ad",
    "balance-rr",
    "active-backup",
    "balance-xor",
    "broadcast",
    "balance-tlb",
    "balance-alb",
];

/// A check of one item of a list.
type Check = fn(&Object) -> Result<(), String>;

/// The lists and what their items are.
const LISTS: &[(&str, Check)] = &[
    ("links", link),
    ("networks", network),
    ("services", service),
];

/// Whether it is network data; nothing at all is, too.
///
/// # Errors
/// Says which part is wrong, and how.
pub(crate) fn check(data: &Object) -> Result<(), String> {
    if data.is_empty() {
        return Ok(());
    }
    for (list, check) in LISTS {
        let items = data.get(*list).and_then(Value::as_array);
        let items = items.ok_or_else(|| format!("'{list}' is a list and must be there"))?;
        for (at, item) in items.iter().enumerate() {
            let item = item.as_object();
            let verdict = item.map_or_else(|| Err("it is no object".to_owned()), check);
            verdict.map_err(|why| format!("{list}/{at}: {why}"))?;
        }
    }
    Ok(())
}

fn link(link: &Object) -> Result<(), String> {
    text(link, "id")?;
    optional(link, "vif_id", Value::is_string)?;
    optional(link, "mtu", |mtu| mtu.is_null() || is_mtu(mtu))?;
    match text(link, "type")? {
        "bond" => {
            mac(link, "ethernet_mac_address")?;
            one_of(link, "bond_mode", BOND_MODES)?;
            let links = link.get("bond_links").and_then(Value::as_array);
            let fits = links.is_some_and(|links| links.iter().all(Value::is_string));
            expect(fits, "bond_links")
        }
        "vlan" => {
            mac(link, "vlan_mac_address")?;
            text(link, "vlan_link")?;
            let id = link.get("vlan_id");
            expect(id.is_some_and(|id| id.is_i64() || id.is_u64()), "vlan_id")
        }
        _ => {
            mac(link, "ethernet_mac_address")?;
            one_of(link, "type", LINK_TYPES)
        }
    }
}

fn network(network: &Object) -> Result<(), String> {
    for key in ["id", "link", "network_id"] {
        text(network, key)?;
    }
    let kind = text(network, "type")?;
    let is_address: fn(&Value) -> bool = match kind {
        "ipv4" | "ipv4_dhcp" => is_ipv4,
        "ipv6" | "ipv6_dhcp" | "ipv6_slaac" => is_ipv6,
        _ => return expect(false, "type"),
    };
    optional(network, "ip_address", is_address)?;
    optional(network, "netmask", is_address)?;
    let routes = match network.get("routes") {
        None => return Ok(()),
        Some(routes) => routes.as_array().ok_or("routes is a list")?,
    };
    routes.iter().try_for_each(|route| {
        let route = route.as_object().ok_or("a route is an object")?;
        for key in ["network", "netmask", "gateway"] {
            expect(route.get(key).is_some_and(is_address), key)?;
        }
        Ok(())
    })
}

fn service(service: &Object) -> Result<(), String> {
    one_of(service, "type", &["dns"])?;
    let address = service.get("address");
    let fits = address.is_some_and(|address| is_ipv4(address) || is_ipv6(address));
    expect(fits, "address")
}

fn expect(fits: bool, key: &str) -> Result<(), String> {
    match fits {
        true => Ok(()),
        false => Err(format!("{key} is missing or is none")),
    }
}

fn text<'a>(item: &'a Object, key: &str) -> Result<&'a str, String> {
    let text = item.get(key).and_then(Value::as_str);
    text.ok_or_else(|| format!("{key} is a text and must be there"))
}

fn optional(item: &Object, key: &str, fits: impl Fn(&Value) -> bool) -> Result<(), String> {
    expect(item.get(key).is_none_or(fits), key)
}

fn one_of(item: &Object, key: &str, words: &[&str]) -> Result<(), String> {
    match words.contains(&text(item, key)?) {
        true => Ok(()),
        false => Err(format!("{key} is one of: {}", words.join(", "))),
    }
}

fn mac(item: &Object, key: &str) -> Result<(), String> {
    let address = text(item, key)?.replace('-', ":");
    expect(address.parse::<MacAddress>().is_ok(), key)
}

fn is_mtu(mtu: &Value) -> bool {
    let number = mtu.as_f64();
    number.is_some_and(|mtu| (1.0..=65535.0).contains(&mtu))
}

fn is_ipv4(value: &Value) -> bool {
    let text = value.as_str();
    text.is_some_and(|text| text.parse::<Ipv4Addr>().is_ok())
}

fn is_ipv6(value: &Value) -> bool {
    let text = value.as_str();
    text.is_some_and(|text| text.parse::<Ipv6Addr>().is_ok())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::json;

    fn whole() -> Value {
        json!({
            "links": [
                {"id": "eth0", "type": "phy", "ethernet_mac_address": "52:54:00:aa:bb:01", "mtu": 1500},
                {"id": "bond0", "type": "bond", "ethernet_mac_address": "52:54:00:aa:bb:01", "bond_mode": "802.3ad", "bond_links": ["eth0"]},
                {"id": "v7", "type": "vlan", "vlan_mac_address": "52:54:00:aa:bb:01", "vlan_link": "bond0", "vlan_id": 7},
            ],
            "networks": [
                {"id": "n", "type": "ipv4", "link": "v7", "network_id": "x", "ip_address": "192.0.2.5", "netmask": "255.255.255.0",
                 "routes": [{"network": "0.0.0.0", "netmask": "0.0.0.0", "gateway": "192.0.2.1"}]},
                {"id": "m", "type": "ipv6_slaac", "link": "v7", "network_id": "y"},
            ],
            "services": [{"type": "dns", "address": "2001:db8::1"}],
        })
    }

    fn verdict(data: &Value) -> Result<(), String> {
        check(data.as_object().unwrap())
    }

    #[test]
    fn nothing_and_whole_data_are_taken() {
        assert_eq!(verdict(&json!({})), Ok(()));
        assert_eq!(verdict(&whole()), Ok(()));
        assert_eq!(
            verdict(&json!({"links": [], "networks": [], "services": []})),
            Ok(())
        );
    }

    #[test]
    fn each_part_is_judged() {
        for (pointer, value) in [
            ("/links", json!("x")),
            ("/links/0", json!(7)),
            ("/links/0/type", json!("nonsense")),
            ("/links/0/mtu", json!(0)),
            ("/links/0/ethernet_mac_address", json!("x")),
            ("/links/1/bond_mode", json!("x")),
            ("/links/1/bond_links", json!([7])),
            ("/links/2/vlan_id", json!("7")),
            ("/networks/0/type", json!("ipx")),
            ("/networks/0/ip_address", json!("2001:db8::1")),
            ("/networks/0/routes/0/gateway", json!("x")),
            ("/services/0/type", json!("ntp")),
            ("/services/0/address", json!("x")),
        ] {
            let mut data = whole();
            *data.pointer_mut(pointer).unwrap() = value;
            assert!(verdict(&data).is_err(), "{pointer}");
        }
        assert!(verdict(&json!({"links": []})).is_err());
    }
}
