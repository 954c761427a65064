//! Tokens are good for one address, one version and a while; and only ours are.

use quic::{
    connection_id::ConnectionId,
    token::{RETRY_LIFETIME, TOKEN_LIFETIME, Token, TokenKey},
    version::Version,
};
use std::net::SocketAddr;
use wire::{Scripted, UnixTime};

const NOW: UnixTime = UnixTime(1_700_000_000);

fn retry() -> Token {
    Token::Retry {
        original_destination: ConnectionId::new(&[1; 20]).unwrap(),
        retry_source: ConnectionId::new(&[2; 20]).unwrap(),
    }
}

fn address() -> SocketAddr {
    "192.0.2.1:4433".parse().unwrap()
}

/// RFC 9000 §8.1.2, §8.1.3
#[test]
fn a_token_is_ours_for_an_address_a_version_and_a_while() {
    let key = TokenKey::new(&[1; 32]).unwrap();
    let other = TokenKey::new(&[2; 32]).unwrap();
    for (token, lifetime) in [(retry(), RETRY_LIFETIME), (Token::Before, TOKEN_LIFETIME)] {
        let octets = key.seal(&token, address(), Version::V1, NOW, &mut Scripted(9));
        let open = |address, version, seconds| {
            key.open(&octets, address, version, NOW.plus_seconds(seconds))
        };
        let last = i64::try_from(lifetime.as_secs()).unwrap();
        assert_eq!(open(address(), Version::V1, 0), Some(token.clone()));
        assert_eq!(open(address(), Version::V1, last), Some(token.clone()));
        assert_eq!(open(address(), Version::V1, last + 1), None, "too old");
        assert_eq!(open(address(), Version::V1, -1), None, "from the future");
        assert_eq!(open(address(), Version::V2, 0), None);
        assert_eq!(open("192.0.2.2:4433".parse().unwrap(), Version::V1, 0), None);
        let port = open("192.0.2.1:4434".parse().unwrap(), Version::V1, 0);
        assert_eq!(port.is_some(), token == Token::Before);
        assert_eq!(other.open(&octets, address(), Version::V1, NOW), None);
        for bit in 0..octets.len() * 8 {
            let mut bad = octets.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(key.open(&bad, address(), Version::V1, NOW), None);
        }
        testkit::prefixes(&octets, |cut| {
            if cut.len() < octets.len() {
                assert_eq!(key.open(cut, address(), Version::V1, NOW), None);
            }
        });
    }
    assert_eq!(key.open(&[0; 5000], address(), Version::V1, NOW), None);
}

/// RFC 9000 §10.3.2
#[test]
fn a_stateless_reset_token_belongs_to_key_and_identifier() {
    let [a, b] = [[1; 32], [2; 32]].map(|key| TokenKey::new(&key).unwrap());
    let [x, y] = [[1; 8], [2; 8]].map(|id| ConnectionId::new(&id).unwrap());
    assert_eq!(a.stateless_reset(&x), a.stateless_reset(&x));
    assert_ne!(a.stateless_reset(&x), a.stateless_reset(&y));
    assert_ne!(a.stateless_reset(&x), b.stateless_reset(&x));
}
