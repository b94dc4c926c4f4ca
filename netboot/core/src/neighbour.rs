//! The kernel's table of neighbours, read from its text: which MAC address answers for an IPv4 address. It opens no files.

use std::net::Ipv4Addr;

use model::mac::MacAddress;

/// The MAC address that holds `address` according to the text of `/proc/net/arp` (columns: address, type, flags, MAC, mask, device).
///
/// Only complete entries (flag 0x2) count, and only those of `device` when one is given.
pub fn mac_of(table: &str, address: Ipv4Addr, device: Option<&str>) -> Option<MacAddress> {
    table.lines().skip(1).find_map(|line| {
        let mut columns = line.split_ascii_whitespace();
        let (ip, _kind, flags, mac, _mask, on) = (
            columns.next()?,
            columns.next()?,
            columns.next()?,
            columns.next()?,
            columns.next()?,
            columns.next()?,
        );
        let complete = u32::from_str_radix(flags.trim_start_matches("0x"), 16).ok()? & 2 != 0;
        let wanted = ip.parse() == Ok(address) && complete && device.is_none_or(|d| d == on);
        if wanted { mac.parse().ok() } else { None }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "IP address       HW type     Flags       HW address            Mask     Device\n\
        10.0.0.5         0x1         0x2         52:54:00:00:00:05     *        br0\n\
        10.0.0.6         0x1         0x0         00:00:00:00:00:00     *        br0\n\
        broken line\n\
        10.0.0.7         0x1         0x6         52:54:00:00:00:07     *        eth1\n";

    #[test]
    fn complete_entries_of_the_device_count() {
        let of = |last, device| mac_of(TABLE, Ipv4Addr::new(10, 0, 0, last), device);
        assert_eq!(of(5, Some("br0")), "52:54:00:00:00:05".parse().ok());
        assert_eq!(of(6, Some("br0")), None);
        assert_eq!(of(7, Some("br0")), None);
        assert_eq!(of(7, None), "52:54:00:00:00:07".parse().ok());
        assert_eq!(of(8, None), None);
        assert_eq!(mac_of("", Ipv4Addr::LOCALHOST, None), None);
    }
}
