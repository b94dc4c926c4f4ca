//! From the form of a value in Ironic to the form of a key here. Each says what it takes; none quotes what it refuses.

use std::net::{IpAddr, Ipv4Addr};

/// Why a value is not taken.
#[derive(Debug, PartialEq)]
pub enum Unfit {
    /// It is not what the setting takes; the text says what that is.
    Wrong(&'static str),
    /// It is fine for Ironic but not supported here yet; the text says what happens.
    NotYet(String),
}

/// Turns a value.
pub type Convert = fn(&str) -> Result<String, Unfit>;

const BOOLEAN: &str = "a boolean: true or false";

/// Text as it is.
pub fn text(value: &str) -> Result<String, Unfit> {
    Ok(value.trim().to_owned())
}

/// Whether a boolean is meant, in the spellings of oslo.config.
pub fn boolean(value: &str) -> Option<bool> {
    match value.trim().to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" | "t" | "y" => Some(true),
        "false" | "0" | "no" | "off" | "f" | "n" => Some(false),
        _ => None,
    }
}

/// A switch.
pub fn switch(value: &str) -> Result<String, Unfit> {
    boolean(value)
        .map(|it| it.to_string())
        .ok_or(Unfit::Wrong(BOOLEAN))
}

/// A whole number.
pub fn whole(value: &str) -> Result<String, Unfit> {
    value
        .trim()
        .parse::<u64>()
        .map(|number| number.to_string())
        .map_err(|_| Unfit::Wrong("a whole number"))
}

/// Seconds of which 0 means "wait for ever", which nothing here does.
pub fn patience(value: &str) -> Result<String, Unfit> {
    match whole(value)?.as_str() {
        "0" => Err(Unfit::NotYet(
            "0 would wait for ever; every wait here has a deadline, the key's default".into(),
        )),
        seconds => Ok(seconds.to_owned()),
    }
}

/// The time of pretended work: seconds, or a range of them. Ironic reads no further than the second number.
pub fn delay(value: &str) -> Result<String, Unfit> {
    let numbers = value.split(',').take(2).map(whole);
    match numbers.collect::<Result<Vec<_>, _>>() {
        Ok(numbers) => Ok(numbers.join(",")),
        Err(_) => Err(Unfit::Wrong(
            "seconds, or two numbers of seconds with a comma between",
        )),
    }
}

/// An IPv4 address.
pub fn ipv4(value: &str) -> Result<String, Unfit> {
    match value.trim().parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) => Ok(address.to_string()),
        Ok(IpAddr::V6(_)) => Err(Unfit::NotYet("network boot is offered by IPv4 only".into())),
        Err(_) => Err(Unfit::Wrong("an IP address")),
    }
}

/// An address with an optional prefix length behind it.
pub fn ipv4_of_network(value: &str) -> Result<String, Unfit> {
    ipv4(value.split('/').next().unwrap_or_default())
}

/// The netmask of an address with a prefix length.
pub fn netmask(value: &str) -> Option<Ipv4Addr> {
    let prefix: u32 = value.trim().split_once('/')?.1.parse().ok()?;
    let bits = (1..=32)
        .contains(&prefix)
        .then(|| u32::MAX << (32 - prefix))?;
    Some(Ipv4Addr::from_bits(bits))
}

/// Name servers; ironic-image's word `provisioning` means its own dnsmasq.
pub fn name_servers(value: &str) -> Result<String, Unfit> {
    match value.trim() {
        "provisioning" => Err(Unfit::NotYet(
            "this engine serves no names; leases carry no name server".into(),
        )),
        addresses => addresses
            .split(',')
            .map(ipv4)
            .collect::<Result<Vec<_>, _>>()
            .map(|addresses| addresses.join(",")),
    }
}

/// A URL without a slash at its end.
pub fn url(value: &str) -> Result<String, Unfit> {
    Ok(value.trim().trim_end_matches('/').to_owned())
}

/// Kernel parameters; oslo's `%default%` stands for Ironic's own defaults, which mean nothing to this engine's ramdisk.
pub fn kernel_parameters(value: &str) -> Result<String, Unfit> {
    let words = value.split_whitespace().filter(|word| *word != "%default%");
    Ok(words.collect::<Vec<_>>().join(" "))
}

/// The hardware types that work here, of those that are listed.
pub fn hardware_types(value: &str) -> Result<String, Unfit> {
    let known = match super::super::keys::find("hardware.enabled_types").map(|key| key.kind) {
        Some(super::super::keys::Kind::Choices(words)) => words,
        _ => &[],
    };
    let listed: Vec<&str> = value
        .split(',')
        .map(str::trim)
        .filter(|it| !it.is_empty())
        .collect();
    let working: Vec<&str> = listed
        .iter()
        .copied()
        .filter(|it| known.contains(it))
        .collect();
    match working.is_empty() {
        true => Err(Unfit::NotYet(format!(
            "none of these works here; the default stays (known: {})",
            known.join(", ")
        ))),
        false => Ok(working.join(",")),
    }
}

/// The log level that `debug` stands for.
pub fn debug_level(value: &str) -> Result<String, Unfit> {
    match boolean(value) {
        Some(true) => Ok("debug".into()),
        Some(false) => Ok("info".into()),
        None => Err(Unfit::Wrong(BOOLEAN)),
    }
}
