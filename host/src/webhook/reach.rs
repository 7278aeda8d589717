//! The addresses that a webhook may have: public ones, and those that the user trusts.
//!
//! The URL comes from a project's file. It must not make a pipeline's machine send requests to services that only its
//! own network can reach, such as the metadata service of a cloud.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use url::Url;

use super::event::SendError;

/// Resolves the host of a URL and returns its addresses, all of them public. The caller must connect to these, because
/// resolving the name again could give other addresses.
///
/// # Errors
/// If the name does not resolve, or any of its addresses is not public.
pub(crate) async fn public_addresses(url: &Url) -> Result<Vec<SocketAddr>, SendError> {
    let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default()) else {
        return Err(SendError::Connect);
    };
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let found: Vec<SocketAddr> = tokio::net::lookup_host((host, port)).await.map_err(|_| SendError::Connect)?.collect();
    public_only(found)
}

/// Returns the addresses if all of them are public. A single private one is refused, because the connection might use
/// it.
fn public_only(found: Vec<SocketAddr>) -> Result<Vec<SocketAddr>, SendError> {
    match found.iter().all(|address| is_public(address.ip())) {
        true if found.is_empty() => Err(SendError::Connect),
        true => Ok(found),
        false => Err(SendError::Private),
    }
}

/// Whether an address is globally reachable, by the registries of special-purpose addresses (RFC 6890).
pub(crate) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let is_special = address.is_loopback()
        || address.is_private()
        || address.is_link_local()
        || address.is_documentation()
        || matches!(
            (a, b, c),
            (0, ..) | (100, 64..=127, _) | (192, 0, 0) | (192, 88, 99) | (198, 18..=19, _) | (224.., ..)
        );
    !is_special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    // Only 2000::/3 is allocated for global unicast. Within it, addresses that contain an IPv4 address (6to4, Teredo)
    // and those for documentation do not count as public.
    let [a, b, ..] = address.segments();
    let is_special = matches!((a, b), (0x2001, 0..=0x01ff | 0x0db8) | (0x2002, _) | (0x3fff, 0..=0x0fff));
    (0x2000..0x4000).contains(&a) && !is_special
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_only_a_network_knows_are_not_public() {
        for text in [
            "0.0.0.0",
            "10.0.0.7",
            "100.64.0.1",
            "127.0.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.168.1.1",
            "198.18.0.1",
            "203.0.113.9",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:10.0.0.1",
            "::ffff:8.8.8.8",
            "64:ff9b::a00:1",
            "2001:db8::1",
            "2001::1",
            "2002:a00:1::",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "ff02::1",
        ] {
            assert!(!is_public(text.parse().unwrap()), "{text}");
        }
        for text in ["1.1.1.1", "100.63.255.255", "172.32.0.1", "198.20.0.1", "2606:4700::1111", "2a00:1450::1"] {
            assert!(is_public(text.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn one_private_address_among_others_is_enough() {
        let address = |text: &str| SocketAddr::new(text.parse().unwrap(), 443);
        assert_eq!(public_only(vec![address("1.1.1.1")]), Ok(vec![address("1.1.1.1")]));
        assert_eq!(public_only(vec![address("1.1.1.1"), address("10.0.0.1")]), Err(SendError::Private));
        assert_eq!(public_only(Vec::new()), Err(SendError::Connect));
    }

    #[tokio::test]
    async fn a_name_of_this_machine_is_not_public() {
        let url = Url::parse("https://localhost:8443/x").unwrap();
        assert_eq!(public_addresses(&url).await, Err(SendError::Private));
        assert_eq!(public_addresses(&Url::parse("https://[fd00::1]/").unwrap()).await, Err(SendError::Private));
    }
}
