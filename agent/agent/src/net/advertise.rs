//! The address under which the conductor reaches this agent: the source address that the kernel uses towards the API.

use std::net::{IpAddr, SocketAddr};

use tokio::net::UdpSocket;

use crate::cmdline::Params;
use crate::log::warning;
use crate::outbound::dns::Dns;

/// Finds the address, trying as often as the parameters say.
pub async fn address(params: &Params, dns: &Dns) -> Option<IpAddr> {
    if params.advertise_host.is_some() {
        return params.advertise_host;
    }
    for attempt in 1..=params.ip_lookup_attempts.max(1) {
        for url in &params.api_urls {
            if let Some(address) = towards(url, dns).await {
                return Some(address);
            }
        }
        warning!(
            "no own address towards {} yet (try {attempt})",
            params.api_urls.join(", ")
        );
        tokio::time::sleep(params.ip_lookup_timeout).await;
    }
    None
}

async fn towards(url: &str, dns: &Dns) -> Option<IpAddr> {
    let url = reqwest::Url::parse(url).ok()?;
    let addresses = dns.resolve(url.host_str()?).await.ok()?;
    for ip in addresses {
        let local = if ip.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
        let socket = UdpSocket::bind(local).await.ok()?;
        // Connecting a UDP socket sends nothing; it only asks the routing table.
        if socket.connect(SocketAddr::new(ip, 9)).await.is_ok()
            && let Ok(own) = socket.local_addr()
            && !own.ip().is_unspecified()
        {
            return Some(own.ip());
        }
    }
    None
}

/// The callback URL of an address.
pub fn callback_url(scheme: &str, address: IpAddr, port: u16) -> String {
    format!("{scheme}://{}", SocketAddr::new(address, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ipv6_is_bracketed() {
        assert_eq!(
            callback_url("https", IpAddr::from([192, 0, 2, 7]), 9999),
            "https://192.0.2.7:9999"
        );
        let v6 = IpAddr::from([0x2001, 0xdb8, 0, 0, 0, 0, 0, 1]);
        assert_eq!(callback_url("https", v6, 1), "https://[2001:db8::1]:1");
    }
}
