//! The properties of `client::fuzzing`, over seeds cut anywhere and changed at every place.

use client::fuzzing::{check_challenge, check_location, check_proxy, check_websocket_url};

const OCTETS: &[u8] = b"\0\t\r\n \"#%,/:;=?@A[\\]a{\x7f\x80\xff";

/// Every prefix of `seed`, and every octet replaced by each of the suspicious ones.
fn around(seed: &str, check: fn(&[u8])) {
    for end in 0..=seed.len() {
        check(seed.as_bytes().get(..end).unwrap_or_default());
    }
    for place in 0..seed.len() {
        for octet in OCTETS {
            let mut changed = seed.as_bytes().to_vec();
            if let Some(there) = changed.get_mut(place) {
                *there = *octet;
            }
            check(&changed);
        }
    }
}

#[test]
fn a_location_leads_to_http_and_no_secret_goes_along() {
    for seed in
        ["http://b.example:80/x?y#z", "//u:p@b/../x", "../../x;y=%41", "?q", "https://b/", "/한국"]
    {
        around(seed, check_location);
    }
}

#[test]
fn an_answer_to_a_challenge_is_a_field_value() {
    for seed in [
        "Digest realm=\"r\\\"é\", nonce=\"n\", qop=\"auth,auth-int\", algorithm=SHA-256-sess",
        "Basic realm=r, Digest realm=\"\", nonce=\"\\\\\", algorithm=SHA-512-256, userhash=true",
        "Negotiate YWI=, Digest stale=TRUE, realm=a, nonce=b, opaque=\"c,d\", algorithm=sha-256",
    ] {
        around(seed, check_challenge);
    }
}

#[test]
fn a_proxy_is_one_or_is_refused() {
    for seed in ["http://u:p%40@h.example:3128/", "[::1]:80,10.0.0.0/8 .a.example:8080,*", "::1"] {
        around(seed, check_proxy);
    }
}

#[test]
fn a_websockets_url_is_one_or_is_refused() {
    for seed in ["ws://u:p@b.example:80/x?y", "wss://[::1]:8080", "localhost:80/#x", "//한국/길"]
    {
        around(seed, check_websocket_url);
    }
}
