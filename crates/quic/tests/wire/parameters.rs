//! Transport parameters: each rule of RFC 9000 §18.2, RFC 9221, RFC 9287 and RFC 9368.

use super::hex;
use quic::{
    connection_id::ConnectionId,
    error::{Error, TransportError},
    parameters::{Confirmed, PreferredAddress, TransportParameters, VersionInformation},
    version::Version,
};
use std::time::Duration;
use tls::Role;
use wire::Reader;

type Code = TransportError;

fn read(text: &str, sender: Role) -> Result<TransportParameters, Error> {
    TransportParameters::read(&mut Reader::new(&hex(text)), sender)
}

fn code(text: &str) -> Code {
    read(text, Role::Server).unwrap_err().code()
}

fn id(octets: &[u8]) -> ConnectionId {
    ConnectionId::new(octets).unwrap()
}

fn all() -> TransportParameters {
    let mut parameters = TransportParameters::default();
    parameters.original_destination_connection_id = Some(id(&[1; 8]));
    parameters.max_idle_timeout = Some(Duration::from_secs(30));
    parameters.stateless_reset_token = Some([3; 16]);
    parameters.max_udp_payload_size = 1472;
    parameters.initial_max_data = 1 << 20;
    parameters.initial_max_stream_data_bidi_local = 1 << 16;
    parameters.initial_max_stream_data_bidi_remote = 1 << 17;
    parameters.initial_max_stream_data_uni = 1 << 18;
    parameters.initial_max_streams_bidi = 1 << 60;
    parameters.initial_max_streams_uni = 3;
    parameters.ack_delay_exponent = 20;
    parameters.max_ack_delay = Duration::from_millis((1 << 14) - 1);
    parameters.disable_active_migration = true;
    parameters.preferred_address = Some(PreferredAddress {
        v4: Some("192.0.2.1:443".parse().unwrap()),
        v6: None,
        id: id(&[4; 5]),
        token: [6; 16],
    });
    parameters.active_connection_id_limit = 7;
    parameters.initial_source_connection_id = Some(ConnectionId::EMPTY);
    parameters.retry_source_connection_id = Some(id(&[8; 20]));
    parameters.max_datagram_frame_size = 65_535;
    parameters.grease_quic_bit = true;
    parameters.version_information =
        Some(VersionInformation { chosen: Version::V2, available: Version::ALL.to_vec() });
    parameters
}

#[test]
fn parameters_are_written_and_read() {
    for parameters in [all(), TransportParameters::default()] {
        for grease in [0, 1, 2, u16::MAX] {
            let mut out = Vec::new();
            parameters.encode(&mut out, grease);
            let read = TransportParameters::read(&mut Reader::new(&out), Role::Server);
            assert_eq!(read.as_ref(), Ok(&parameters));
        }
    }
}

#[test]
fn what_is_cut_short_is_a_transport_parameter_error() {
    let mut out = Vec::new();
    all().encode(&mut out, 0);
    for length in 0..out.len() {
        // Between two parameters nothing is cut short.
        let result = TransportParameters::read(&mut Reader::new(&out[..length]), Role::Server);
        if let Err(error) = result {
            assert_eq!(error.code(), Code::TRANSPORT_PARAMETER_ERROR, "{error}");
        }
    }
}

#[test]
fn each_value_out_of_its_range_is_a_transport_parameter_error() {
    for text in [
        // max_udp_payload_size 1199, ack_delay_exponent 21, max_ack_delay 2^14
        "03 02 44af",
        "0a 01 15",
        "0b 04 80004000",
        // active_connection_id_limit 1, both counts of streams 2^60 + 1
        "0e 01 01",
        "08 08 d000000000000001",
        "09 08 d000000000000001",
        // a connection ID of 21 octets, a token of 15 and of 17
        "0f 15 000000000000000000000000000000000000000000",
        "02 0f 000000000000000000000000000000",
        "02 11 0000000000000000000000000000000000",
        // numbers of no octets, with an octet behind, and with one missing
        "01 00",
        "04 02 0101",
        "04 01 40",
        // flags with a value
        "0c 01 01",
        "6ab2 01 00",
        // version_information: empty, not whole versions, version 0 chosen and available
        "11 00",
        "11 06 00000001 0000",
        "11 04 00000000",
        "11 08 00000001 00000000",
    ] {
        assert_eq!(code(text), Code::TRANSPORT_PARAMETER_ERROR, "{text}");
    }
}

#[test]
fn the_same_parameter_twice_is_a_transport_parameter_error() {
    for text in ["01 01 05 01 01 05", "40ab 00 05 01 01 40ab 01 00"] {
        assert!(matches!(read(text, Role::Client), Err(Error::ParameterRepeated { .. })));
        assert_eq!(code(text), Code::TRANSPORT_PARAMETER_ERROR);
    }
}

#[test]
fn a_client_does_not_say_what_servers_say() {
    for text in ["00 00", "02 10 00000000000000000000000000000000", "10 00"] {
        assert!(read(text, Role::Server).is_ok());
        let error = read(text, Role::Client).unwrap_err();
        assert_eq!(error.code(), Code::TRANSPORT_PARAMETER_ERROR);
    }
    let error = read("0d 00", Role::Client).unwrap_err();
    assert_eq!(error, Error::ParameterSender { parameter: "preferred_address" });
}

#[test]
fn a_preferred_address_has_a_connection_id() {
    let address = |length: &str| format!("0d 29 {} {length} {}", "00".repeat(24), "00".repeat(16));
    assert_eq!(code(&address("00")), Code::TRANSPORT_PARAMETER_ERROR);
}

#[test]
fn unknown_parameters_are_passed_over() {
    let parameters = read("1b 03 616263 7fff 00", Role::Client).unwrap();
    assert_eq!(parameters, TransportParameters::default());
}

/// RFC 9000 §7.3
#[test]
fn connection_ids_are_confirmed() {
    let seen = Confirmed {
        original_destination: id(&[1; 8]),
        initial_source: ConnectionId::EMPTY,
        retry_source: Some(id(&[8; 20])),
    };
    let mut said = all();
    said.preferred_address = None;
    assert_eq!(said.confirm(Role::Server, &seen), Ok(()));
    let changes: [fn(&mut TransportParameters); 6] = [
        |p| p.original_destination_connection_id = None,
        |p| p.original_destination_connection_id = Some(ConnectionId::EMPTY),
        |p| p.initial_source_connection_id = None,
        |p| p.initial_source_connection_id = ConnectionId::new(&[9]),
        |p| p.retry_source_connection_id = None,
        |p| p.retry_source_connection_id = Some(ConnectionId::EMPTY),
    ];
    for change in changes {
        let mut said = said.clone();
        change(&mut said);
        let error = said.confirm(Role::Server, &seen).unwrap_err();
        assert_eq!(error.code(), Code::TRANSPORT_PARAMETER_ERROR);
    }
    let none = Confirmed { retry_source: None, ..seen };
    assert!(said.confirm(Role::Server, &none).is_err(), "a Retry that nobody saw");
    assert!(all().confirm(Role::Server, &seen).is_err(), "preferred, but nameless");
}

/// RFC 9000 §7.4.1
#[test]
fn a_server_does_not_fall_below_what_was_remembered() {
    let remembered = all().remembered();
    assert_eq!(remembered.original_destination_connection_id, None);
    assert_eq!(all().confirm_remembered(&remembered), Ok(()));
    let changes: [fn(&mut TransportParameters); 8] = [
        |p| p.active_connection_id_limit -= 1,
        |p| p.initial_max_data -= 1,
        |p| p.initial_max_stream_data_bidi_local -= 1,
        |p| p.initial_max_stream_data_bidi_remote -= 1,
        |p| p.initial_max_stream_data_uni -= 1,
        |p| p.initial_max_streams_bidi -= 1,
        |p| p.initial_max_streams_uni -= 1,
        |p| p.max_datagram_frame_size -= 1,
    ];
    for change in changes {
        let mut now = all();
        change(&mut now);
        let error = now.confirm_remembered(&remembered).unwrap_err();
        assert_eq!(error.code(), Code::PROTOCOL_VIOLATION);
    }
}

/// RFC 9368 §4
#[test]
fn a_version_that_was_forced_is_a_version_negotiation_error() {
    let said = |chosen, available: &[Version]| {
        let mut parameters = TransportParameters::default();
        parameters.version_information =
            Some(VersionInformation { chosen, available: available.to_vec() });
        parameters
    };
    let both = Version::ALL;
    let (v1, v2) = (Version::V1, Version::V2);
    let server = said(v2, &both);
    assert_eq!(server.confirm_version(Role::Server, v2, &[v2, v1], true), Ok(()));
    let silent = TransportParameters::default();
    assert_eq!(silent.confirm_version(Role::Server, v1, &both, false), Ok(()));
    for wrong in [
        server.confirm_version(Role::Server, v1, &[v2, v1], false),
        server.confirm_version(Role::Server, v2, &[v1, v2], true),
        silent.confirm_version(Role::Server, v1, &both, true),
        said(v1, &[v2]).confirm_version(Role::Client, v1, &both, false),
        said(v1, &both).confirm_version(Role::Client, v2, &both, false),
    ] {
        assert_eq!(wrong.unwrap_err().code(), Code::VERSION_NEGOTIATION_ERROR);
    }
}
