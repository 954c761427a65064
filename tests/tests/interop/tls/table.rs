//! Which test tries what with whom; printed, and held against the tests that there are.

use std::collections::BTreeSet;
use std::fmt::Write;

/// A module, its client and server, and its tests with what each tries.
struct Pair {
    client: &'static str,
    server: &'static str,
    source: &'static str,
    tests: &'static [(&'static str, &'static str)],
}

const PAIRS: [Pair; 9] = [
    Pair {
        client: "openssl s_client",
        server: "wirebook serve",
        source: include_str!("openssl_asks.rs"),
        tests: &[
            ("each_group_and_each_suite", "full: X25519, P-256 × three suites; close_notify"),
            ("a_share_of_another_group_is_asked_for", "HelloRetryRequest; nothing in common"),
            ("each_kind_of_key", "P-256, P-384, Ed25519, RSA, made by OpenSSL"),
            ("two_tickets_each_good_for_one_connection", "resumption; single use"),
            ("a_ticket_and_a_share_of_another_group", "resumption with HelloRetryRequest"),
            ("early_data_once", "0-RTT; a replay is skipped"),
            ("early_data_before_another_hello_is_skipped", "0-RTT with HelloRetryRequest"),
            ("keys_are_changed_by_the_client", "KeyUpdate, asked back or not"),
            ("what_is_spoken_inside_and_for_which_name", "ALPN; no overlap; SNI"),
            ("the_certificate_is_that_of_the_name", "SNI chooses the certificate"),
            ("clients_show_who_they_are", "client certificates, also resumed; refused"),
            ("who_is_not_believed_is_told_why_by_openssl", "another authority's"),
            ("a_new_certificate_after_a_hangup_while_a_connection_goes_on", "SIGHUP"),
        ],
    },
    Pair {
        client: "wirebook get",
        server: "openssl s_server",
        source: include_str!("openssl_answers.rs"),
        tests: &[
            ("each_group_and_each_suite", "full: X25519, P-256 × three suites"),
            (
                "another_group_is_asked_for",
                "HelloRetryRequest, full and resumed; nothing in common",
            ),
            ("each_kind_of_key", "P-256, P-384, Ed25519, RSA, of both ends"),
            ("a_client_that_says_nothing_where_it_is_asked", "certificate_required"),
            ("a_ticket_makes_the_second_handshake_short", "resumption with each suite"),
            ("early_data", "0-RTT"),
            ("keys_are_changed_by_the_server", "KeyUpdate, asked back or not"),
            ("what_is_spoken_inside_and_for_which_name", "ALPN; SNI"),
            ("a_large_file_in_records_of_any_length", "3 MB; small records; padding"),
        ],
    },
    Pair {
        client: "curl",
        server: "wirebook serve",
        source: include_str!("curl_asks.rs"),
        tests: &[
            (
                "a_page_ranges_and_several_requests_on_one_connection",
                "full, HelloRetryRequest, suites, ALPN, keep-alive, ranges; TLS 1.2 refused",
            ),
            ("a_large_download_is_the_file", "40 MB by hash"),
            ("a_large_upload_comes_back", "20 MB by hash, either way"),
            ("a_ticket_makes_the_second_handshake_short", "resumption, twice"),
            ("whom_curl_believes", "60 for another authority's; -k"),
            ("clients_show_who_they_are", "client certificate; none is 56"),
        ],
    },
    Pair {
        client: "wirebook get, sessions",
        server: "nginx",
        source: include_str!("nginx.rs"),
        tests: &[
            ("a_full_handshake_and_a_resumed_one", "three suites, resumed twice; ALPN; SNI"),
            ("another_group_is_asked_for", "HelloRetryRequest, full and resumed"),
            ("early_data_and_too_early", "0-RTT; 425 and once more"),
            ("early_data_that_is_not_taken_any_more_goes_again", "0-RTT refused, resumed"),
            ("a_ticket_that_is_not_known_any_more", "0-RTT refused, full"),
            ("it_asks_who_we_are", "client certificate, full and resumed; none"),
        ],
    },
    Pair {
        client: "Chromium",
        server: "wirebook serve",
        source: include_str!("browser.rs"),
        tests: &[
            ("the_printed_command_shows_the_page", "the command of `wirebook cert`; without it"),
            ("a_page_with_web_sockets", "page and wss on /_wirebook/"),
            ("it_is_refused_without_the_switch", "ERR_CERT_AUTHORITY_INVALID"),
        ],
    },
    Pair {
        client: "Python's ssl, wirebook ws",
        server: "wirebook serve, Python's ssl",
        source: include_str!("sockets.rs"),
        tests: &[("pythons_client", "wss echo"), ("pythons_server", "wss echo; 60")],
    },
    Pair {
        client: "wirebook get, curl",
        server: "openssl s_server",
        source: include_str!("refusals.rs"),
        tests: &[
            ("a_good_chain_is_believed", "with an authority in between"),
            ("times_and_names", "60: expired, not yet valid, another's name"),
            ("nobody_vouches_for_it", "60: untrusted, incomplete, self-signed"),
            ("weak_keys_and_signatures", "60: RSA of 1024 bits, SHA-1"),
            ("octets_that_are_no_certificate", "60: malformed DER, a bit flipped"),
            ("roots_that_cannot_be_used", "77: no file, no certificate in it; SSL_CERT_FILE"),
        ],
    },
    Pair {
        client: "wirebook get",
        server: "wirebook serve, read by tshark",
        source: include_str!("capture.rs"),
        tests: &[("tshark_reads_our_run_with_either_key_log", "--keylog, SSLKEYLOGFILE; 0-RTT")],
    },
    Pair {
        client: "rustls, ours",
        server: "ours, rustls, in memory",
        source: include_str!("../../../peers/tls/tests/conversations.rs"),
        tests: &[
            ("a_full_handshake", "groups × suites, HelloRetryRequest, KeyUpdate"),
            ("a_resumed_one", "resumption, also with HelloRetryRequest"),
            ("early_data", "0-RTT"),
            ("early_data_refused", "0-RTT refused"),
            ("every_kind_of_key", "Ed25519, P-384, RSA; client certificates"),
        ],
    },
];

/// The names of the functions that are tests.
fn tests(source: &str) -> BTreeSet<&str> {
    let behind = source.split("#[test]\n").skip(1);
    behind.filter_map(|rest| rest.trim_start().strip_prefix("fn ")?.split('(').next()).collect()
}

#[test]
fn each_pair_is_in_the_table() {
    let mut table = String::new();
    for Pair { client, server, source, tests: told } in &PAIRS {
        let listed: BTreeSet<&str> = told.iter().map(|(name, _)| *name).collect();
        assert_eq!(listed, tests(source), "{client} → {server}");
        writeln!(table, "{client} → {server}").unwrap();
        for (name, what) in *told {
            writeln!(table, "    {what:<75} {name}").unwrap();
        }
    }
    print!("{table}");
}
