//! Config drive contents for images that run cloud-init: what makes such a system report to the lab.

use std::net::Ipv4Addr;

use serde_json::{Map, Value, json};

/// Run by the deployed system's own interpreter.
const REPORT: &str = include_str!("report.py");

/// User data that makes cloud-init report to `url` at the end of the first boot, as the mini images do by themselves.
pub fn reporting_user_data(url: &str) -> String {
    format!(
        "#cloud-config\n{}\n",
        json!({"runcmd": [["python3", "-c", REPORT, url]]})
    )
}

/// `network_data.json` for one card with a fixed address, for networks without DHCP.
pub fn fixed_network(mac: &str, address: Ipv4Addr, prefix: u8) -> Map<String, Value> {
    let mask = Ipv4Addr::from_bits(
        u32::MAX
            .checked_shl(32 - u32::from(prefix.min(32)))
            .unwrap_or(0),
    );
    let network = json!({"id": "provisioning", "type": "ipv4", "link": "card", "ip_address": address, "netmask": mask});
    Map::from_iter([
        (
            "links".to_owned(),
            json!([{"id": "card", "type": "phy", "ethernet_mac_address": mac}]),
        ),
        ("networks".to_owned(), json!([network])),
        ("services".to_owned(), json!([])),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_data_is_a_cloud_config() {
        let text = reporting_user_data("http://192.0.2.1/x");
        assert!(text.starts_with("#cloud-config\n") && text.contains("http://192.0.2.1/x"));
    }

    #[test]
    fn a_prefix_becomes_a_mask() {
        let masks = [0, 24, 32].map(|prefix| {
            fixed_network("", Ipv4Addr::LOCALHOST, prefix)["networks"][0]["netmask"].clone()
        });
        assert_eq!(masks, ["0.0.0.0", "255.255.255.0", "255.255.255.255"]);
    }
}
