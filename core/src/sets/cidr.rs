//! CIDRs as `ipBlock` accepts them.
//!
//! As strict as the API server in its strict form: one text has one reading on every implementation. Host bits are
//! legal there, so they are reported, not refused.

use ipnet::IpNet;
use std::net::{IpAddr, Ipv6Addr};

/// A parsed CIDR.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cidr {
    /// The network, without host bits.
    pub net: IpNet,
    /// Whether the text had bits set behind the prefix, as in `10.1.2.3/8`.
    pub host_bits: bool,
}

/// Why a text is no CIDR.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CidrError {
    /// Nothing was written.
    #[error("empty CIDR: write an address with a prefix length, such as `10.0.0.0/8`")]
    Empty,
    /// An address alone.
    #[error("`{address}` has no prefix length: write `{address}/{bits}` for this one address")]
    NoPrefix {
        /// The address.
        address: IpAddr,
        /// The length that stands for the address alone.
        bits: u8,
    },
    /// What stands before the `/` is no address.
    #[error("`{text}` is not an IPv4 or IPv6 address: write one such as `10.0.0.0` or `fd00::`")]
    BadAddress {
        /// The part before the `/`.
        text: String,
    },
    /// What stands behind the `/` is no number.
    #[error("`{text}` is not a prefix length: write a number from 0 to {max} after the `/`")]
    BadPrefix {
        /// The part after the `/`.
        text: String,
        /// The longest prefix of the address's family.
        max: u8,
    },
    /// The prefix is longer than the address.
    #[error("the prefix length {prefix} is out of range for `{address}`: write a number from 0 to {max}")]
    PrefixTooLong {
        /// The address.
        address: IpAddr,
        /// The prefix length as written.
        prefix: String,
        /// The longest prefix of the address's family.
        max: u8,
    },
    /// A number that some implementations read as octal.
    #[error("`{text}` has a number with leading zeros, which some read as octal: write `{plain}`")]
    LeadingZeros {
        /// The whole text.
        text: String,
        /// The text without these zeros.
        plain: String,
    },
    /// An IPv4 address in IPv6 clothes.
    #[error("`{text}` is an IPv4-mapped IPv6 address: write the IPv4 CIDR, such as `{plain}`")]
    Ipv4Mapped {
        /// The whole text.
        text: String,
        /// The IPv4 network that was probably meant.
        plain: String,
    },
}

/// Reads a CIDR.
///
/// # Errors
/// Anything but one address, one `/` and one prefix length in range; numbers with leading zeros; IPv4-mapped IPv6.
pub fn parse_cidr(text: &str) -> Result<Cidr, CidrError> {
    let (address, prefix) = match text.split_once('/') {
        Some((address, prefix)) => (address, Some(prefix)),
        None => (text, None),
    };
    if text.is_empty() {
        return Err(CidrError::Empty);
    }
    let plain = without_leading_zeros(address);
    let Ok(ip) = plain.parse::<IpAddr>() else {
        return Err(CidrError::BadAddress { text: address.to_owned() });
    };
    let max = if ip.is_ipv4() { 32 } else { 128 };
    let Some(prefix) = prefix else {
        return Err(CidrError::NoPrefix { address: ip, bits: max });
    };
    if prefix.is_empty() || !prefix.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(CidrError::BadPrefix { text: prefix.to_owned(), max });
    }
    let too_long = || CidrError::PrefixTooLong { address: ip, prefix: prefix.to_owned(), max };
    let length = prefix.parse::<u8>().map_err(|_| too_long())?;
    let net = IpNet::new(ip, length).map_err(|_| too_long())?;
    if let Some(plain) = ipv4_mapped(ip, length) {
        return Err(CidrError::Ipv4Mapped { text: text.to_owned(), plain: plain.to_string() });
    }
    if plain != address || length.to_string() != prefix {
        return Err(CidrError::LeadingZeros { text: text.to_owned(), plain: format!("{plain}/{length}") });
    }
    Ok(Cidr { net: net.trunc(), host_bits: net.trunc() != net })
}

/// The address with the zeros dropped that decimal numbers between dots start with.
fn without_leading_zeros(address: &str) -> String {
    if address.contains(':') {
        return address.to_owned();
    }
    let number = |octet: &str| {
        let digits = octet.trim_start_matches('0');
        if digits.is_empty() && !octet.is_empty() { "0".to_owned() } else { digits.to_owned() }
    };
    address.split('.').map(number).collect::<Vec<_>>().join(".")
}

/// The IPv4 network behind an IPv4-mapped IPv6 one; a prefix that reaches into the mapping gives the one address.
fn ipv4_mapped(ip: IpAddr, length: u8) -> Option<IpNet> {
    let IpAddr::V6(ip) = ip else { return None };
    let mapped = Ipv6Addr::to_ipv4_mapped(&ip)?;
    IpNet::new(mapped.into(), length.checked_sub(96).unwrap_or(32)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn message(text: &str) -> String {
        parse_cidr(text).unwrap_err().to_string()
    }

    #[test]
    fn valid_cidrs_are_read_and_truncated() {
        for (text, net, host_bits) in [
            ("0.0.0.0/0", "0.0.0.0/0", false),
            ("10.1.2.3/8", "10.0.0.0/8", true),
            ("10.1.2.3/32", "10.1.2.3/32", false),
            ("::/0", "::/0", false),
            ("2001:0db8::1/64", "2001:db8::/64", true),
            ("::1.2.3.4/128", "::102:304/128", false),
        ] {
            assert_eq!(parse_cidr(text), Ok(Cidr { net: net.parse().unwrap(), host_bits }), "{text}");
        }
    }

    #[test]
    fn refusals_say_what_to_write() {
        for (text, expected) in [
            ("", "empty CIDR: write an address with a prefix length, such as `10.0.0.0/8`"),
            ("10.0.0.1", "`10.0.0.1` has no prefix length: write `10.0.0.1/32` for this one address"),
            ("fd00::1", "`fd00::1` has no prefix length: write `fd00::1/128` for this one address"),
            (
                "10.0.0.0/33",
                "the prefix length 33 is out of range for `10.0.0.0`: write a number from 0 to 32",
            ),
            (
                "10.0.0.0/999",
                "the prefix length 999 is out of range for `10.0.0.0`: write a number from 0 to 32",
            ),
            ("::/129", "the prefix length 129 is out of range for `::`: write a number from 0 to 128"),
            ("10.0.0.0/", "`` is not a prefix length: write a number from 0 to 32 after the `/`"),
            ("10.0.0.0/+8", "`+8` is not a prefix length: write a number from 0 to 32 after the `/`"),
            ("fd00::/8/8", "`8/8` is not a prefix length: write a number from 0 to 128 after the `/`"),
            (
                "10.0.0.010/32",
                "`10.0.0.010/32` has a number with leading zeros, which some read as octal: write `10.0.0.10/32`",
            ),
            (
                "10.00.0.0/08",
                "`10.00.0.0/08` has a number with leading zeros, which some read as octal: write `10.0.0.0/8`",
            ),
            (
                "::ffff:10.0.0.0/104",
                "`::ffff:10.0.0.0/104` is an IPv4-mapped IPv6 address: write the IPv4 CIDR, such as `10.0.0.0/8`",
            ),
            (
                "::ffff:0a00:0001/64",
                "`::ffff:0a00:0001/64` is an IPv4-mapped IPv6 address: write the IPv4 CIDR, such as `10.0.0.1/32`",
            ),
        ] {
            assert_eq!(message(text), expected);
        }
        for text in
            ["10.0.0/8", "10.0.0.0.0/8", "10.0.0.256/8", "10..0.0/8", " 10.0.0.0/8", "fe80::1%eth0/64", "/8"]
        {
            assert!(matches!(parse_cidr(text), Err(CidrError::BadAddress { .. })), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_ipnet_prints_is_read_back(v6: bool, bits: u128, prefix in 0..=128_u8) {
            let (ip, prefix) = match Ipv6Addr::from_bits(bits) {
                ip if v6 => (IpAddr::V6(ip), prefix),
                _ => (IpAddr::V4((bits as u32).into()), prefix % 33),
            };
            let net = IpNet::new(ip, prefix).unwrap();
            let cidr = parse_cidr(&net.to_string()).unwrap();
            prop_assert_eq!(cidr.net, net.trunc());
            prop_assert_eq!(cidr.host_bits, net.network() != ip);
        }

        #[test]
        fn a_suggestion_is_accepted(octets: [u8; 4], zeros in 0..3_usize, prefix in 0..=32_u8) {
            let octets = octets.map(|octet| format!("{}{octet}", "0".repeat(zeros)));
            let text = format!("{}/{prefix}", octets.join("."));
            match parse_cidr(&text) {
                Ok(_) => prop_assert_eq!(zeros, 0),
                Err(CidrError::LeadingZeros { plain, .. }) => prop_assert!(parse_cidr(&plain).is_ok()),
                Err(other) => prop_assert!(false, "{}", other),
            }
        }

        #[test]
        fn no_text_breaks_it(text in "[0-9a-f:./% -]{0,24}") {
            if let Ok(cidr) = parse_cidr(&text) {
                prop_assert!(cidr.net.prefix_len() <= cidr.net.max_prefix_len());
            }
        }
    }
}
