//! Hosts, as they stand in the addresses of gateways.

use std::net::{IpAddr, Ipv4Addr};

use lojal_types::Audience;

/// The one way to write a host: "A name stands without a dot at its end, an IPv4 address as four decimal numbers, an
/// IPv6 address in its shortest text (RFC 5952) and without brackets, one that has an IPv4 address in it as that; none
/// has a port." (protocol, Read tokens)
pub(crate) fn audience_of(host: &str) -> Option<Audience> {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let ip: Option<IpAddr> = bare.parse().ok().or_else(|| loose_ipv4(host).map(IpAddr::V4));
    let text = ip.map_or_else(|| host.trim_end_matches('.').to_ascii_lowercase(), |ip| ip.to_canonical().to_string());
    text.parse().ok()
}

/// Tells whether a host is this machine, as the system reads it: `127.1` is 127.0.0.1.
pub(crate) fn is_this_machine(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let ip = bare.parse().ok().or_else(|| loose_ipv4(host).map(IpAddr::V4));
    let name = host.trim_end_matches('.').to_ascii_lowercase();
    // RFC 6761, section 6.3: all names below localhost are this machine's.
    name == "localhost" || name.ends_with(".localhost") || ip.is_some_and(|ip: IpAddr| ip.to_canonical().is_loopback())
}

/// An IPv4 address in one to four numbers, decimal, octal or hexadecimal, the last one for all bytes that are left
/// (POSIX, inet_addr).
fn loose_ipv4(host: &str) -> Option<Ipv4Addr> {
    let number = |text: &str| match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => digits_of(digits, 16),
        None if text.len() > 1 && text.starts_with('0') => digits_of(text, 8),
        None => digits_of(text, 10),
    };
    let numbers = host.split('.').map(number).collect::<Option<Vec<u32>>>()?;
    let (last, bytes) = numbers.split_last().filter(|(_, bytes)| bytes.len() < 4)?;
    let mut address: u32 = 0;
    for byte in bytes {
        address = address << 8 | u32::from(u8::try_from(*byte).ok()?);
    }
    let free = 32 - 8 * u32::try_from(bytes.len()).ok()?;
    let last_max = u32::MAX >> (32 - free);
    let start = address.checked_shl(free).unwrap_or(0);
    (*last <= last_max).then(|| Ipv4Addr::from_bits(start | last))
}

fn digits_of(text: &str, radix: u32) -> Option<u32> {
    // A sign is no digit.
    text.starts_with(|first: char| first.is_digit(radix)).then(|| u32::from_str_radix(text, radix).ok())?
}
