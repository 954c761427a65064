//! Frames in packets of the handshake, where they must not be (RFC 9000 §12.4, Table 3).

use super::{By, breaks};
use quic::{error::TransportError, recovery::Space};

frames! {
    s12_4_reset_stream_in_initial: Client, Initial, [
        0x04, 0, 0, 0
    ] => TransportError::PROTOCOL_VIOLATION;
    s12_4_stop_sending_in_initial: Client, Initial, [
        0x05, 0, 0
    ] => TransportError::PROTOCOL_VIOLATION;
    s12_4_stream_in_initial: Client, Initial, [
        0x0a, 0, 1, 1
    ] => TransportError::PROTOCOL_VIOLATION;
    s12_4_max_data_in_initial: Client, Initial, [0x10, 9] => TransportError::PROTOCOL_VIOLATION;
    s12_4_max_stream_data_in_initial: Client, Initial, [
        0x11, 0, 9
    ] => TransportError::PROTOCOL_VIOLATION;
    s12_4_max_streams_bidi_in_initial: Client, Initial, [
        0x12, 9
    ] => TransportError::PROTOCOL_VIOLATION;
    s12_4_max_streams_uni_in_initial: Client, Initial, [
        0x13, 9
    ] => TransportError::PROTOCOL_VIOLATION;
    s12_4_data_blocked_in_initial: Client, Initial, [
        0x14, 9
    ] => TransportError::PROTOCOL_VIOLATION;
    s12_4_stream_data_blocked_in_initial: Client, Initial, [
        0x15, 0, 9
    ] => TransportError::PROTOCOL_VIOLATION;
    s12_4_streams_blocked_bidi_in_initial: Client, Initial, [
        0x16, 9
    ] => TransportError::PROTOCOL_VIOLATION;
    s12_4_streams_blocked_uni_in_initial: Client, Initial, [
        0x17, 9
    ] => TransportError::PROTOCOL_VIOLATION;
    s12_4_new_connection_id_in_initial: Client, Initial, [
        0x18, 9, 0, 4, 1, 2, 3, 4, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16
    ] => TransportError::PROTOCOL_VIOLATION;
    s12_4_retire_connection_id_in_initial: Client, Initial, [
        0x19, 0
    ] => TransportError::PROTOCOL_VIOLATION;
    s12_4_path_challenge_in_initial: Client, Initial, [
        0x1a, 1, 2, 3, 4, 5, 6, 7, 8
    ] => TransportError::PROTOCOL_VIOLATION;
    s12_4_path_response_in_initial: Client, Initial, [
        0x1b, 1, 2, 3, 4, 5, 6, 7, 8
    ] => TransportError::PROTOCOL_VIOLATION;
    s12_4_application_close_in_initial: Client, Initial, [
        0x1d, 0, 0
    ] => TransportError::PROTOCOL_VIOLATION;
    s12_4_datagram_in_initial: Client, Initial, [0x31, 1, 1] => TransportError::PROTOCOL_VIOLATION;
    s12_4_reset_stream_in_initial_of_a_server: Server, Initial, [
        0x04, 0, 0, 0
    ] => TransportError::PROTOCOL_VIOLATION;
    s12_4_stop_sending_in_initial_of_a_server: Server, Initial, [
        0x05, 0, 0
    ] => TransportError::PROTOCOL_VIOLATION;
    s12_4_stream_in_initial_of_a_server: Server, Initial, [
        0x0a, 0, 1, 1
    ] => TransportError::PROTOCOL_VIOLATION;
    s12_4_max_data_in_initial_of_a_server: Server, Initial, [
        0x10, 9
    ] => TransportError::PROTOCOL_VIOLATION;
    s12_4_max_stream_data_in_initial_of_a_server: Server, Initial, [
        0x11, 0, 9
    ] => TransportError::PROTOCOL_VIOLATION;
    s12_4_max_streams_bidi_in_initial_of_a_server: Server, Initial, [
        0x12, 9
    ] => TransportError::PROTOCOL_VIOLATION;
    s12_4_max_streams_uni_in_initial_of_a_server: Server, Initial, [
        0x13, 9
    ] => TransportError::PROTOCOL_VIOLATION;
    s12_4_data_blocked_in_initial_of_a_server: Server, Initial, [
        0x14, 9
    ] => TransportError::PROTOCOL_VIOLATION;
    s12_4_stream_data_blocked_in_initial_of_a_server: Server, Initial, [
        0x15, 0, 9
    ] => TransportError::PROTOCOL_VIOLATION;
    s12_4_streams_blocked_bidi_in_initial_of_a_server: Server, Initial, [
        0x16, 9
    ] => TransportError::PROTOCOL_VIOLATION;
    s12_4_streams_blocked_uni_in_initial_of_a_server: Server, Initial, [
        0x17, 9
    ] => TransportError::PROTOCOL_VIOLATION;
    s12_4_new_connection_id_in_initial_of_a_server: Server, Initial, [
        0x18, 9, 0, 4, 1, 2, 3, 4, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16
    ] => TransportError::PROTOCOL_VIOLATION;
    s12_4_retire_connection_id_in_initial_of_a_server: Server, Initial, [
        0x19, 0
    ] => TransportError::PROTOCOL_VIOLATION;
    s12_4_path_challenge_in_initial_of_a_server: Server, Initial, [
        0x1a, 1, 2, 3, 4, 5, 6, 7, 8
    ] => TransportError::PROTOCOL_VIOLATION;
    s12_4_path_response_in_initial_of_a_server: Server, Initial, [
        0x1b, 1, 2, 3, 4, 5, 6, 7, 8
    ] => TransportError::PROTOCOL_VIOLATION;
    s12_4_application_close_in_initial_of_a_server: Server, Initial, [
        0x1d, 0, 0
    ] => TransportError::PROTOCOL_VIOLATION;
    s12_4_datagram_in_initial_of_a_server: Server, Initial, [
        0x31, 1, 1
    ] => TransportError::PROTOCOL_VIOLATION;
    s12_4_new_token_in_initial_of_a_server: Server, Initial, [
        0x07, 1, 1
    ] => TransportError::PROTOCOL_VIOLATION;
    s12_4_handshake_done_in_initial_of_a_server: Server, Initial, [
        0x1e
    ] => TransportError::PROTOCOL_VIOLATION;
    s12_4_reset_stream_in_handshake: Client, Handshake, [
        0x04, 0, 0, 0
    ] => TransportError::PROTOCOL_VIOLATION;
    s12_4_stop_sending_in_handshake: Client, Handshake, [
        0x05, 0, 0
    ] => TransportError::PROTOCOL_VIOLATION;
    s12_4_stream_in_handshake: Client, Handshake, [
        0x0a, 0, 1, 1
    ] => TransportError::PROTOCOL_VIOLATION;
    s12_4_max_data_in_handshake: Client, Handshake, [
        0x10, 9
    ] => TransportError::PROTOCOL_VIOLATION;
    s12_4_max_stream_data_in_handshake: Client, Handshake, [
        0x11, 0, 9
    ] => TransportError::PROTOCOL_VIOLATION;
    s12_4_max_streams_bidi_in_handshake: Client, Handshake, [
        0x12, 9
    ] => TransportError::PROTOCOL_VIOLATION;
    s12_4_max_streams_uni_in_handshake: Client, Handshake, [
        0x13, 9
    ] => TransportError::PROTOCOL_VIOLATION;
    s12_4_data_blocked_in_handshake: Client, Handshake, [
        0x14, 9
    ] => TransportError::PROTOCOL_VIOLATION;
    s12_4_stream_data_blocked_in_handshake: Client, Handshake, [
        0x15, 0, 9
    ] => TransportError::PROTOCOL_VIOLATION;
    s12_4_streams_blocked_bidi_in_handshake: Client, Handshake, [
        0x16, 9
    ] => TransportError::PROTOCOL_VIOLATION;
    s12_4_streams_blocked_uni_in_handshake: Client, Handshake, [
        0x17, 9
    ] => TransportError::PROTOCOL_VIOLATION;
    s12_4_new_connection_id_in_handshake: Client, Handshake, [
        0x18, 9, 0, 4, 1, 2, 3, 4, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16
    ] => TransportError::PROTOCOL_VIOLATION;
    s12_4_retire_connection_id_in_handshake: Client, Handshake, [
        0x19, 0
    ] => TransportError::PROTOCOL_VIOLATION;
    s12_4_path_challenge_in_handshake: Client, Handshake, [
        0x1a, 1, 2, 3, 4, 5, 6, 7, 8
    ] => TransportError::PROTOCOL_VIOLATION;
    s12_4_path_response_in_handshake: Client, Handshake, [
        0x1b, 1, 2, 3, 4, 5, 6, 7, 8
    ] => TransportError::PROTOCOL_VIOLATION;
    s12_4_application_close_in_handshake: Client, Handshake, [
        0x1d, 0, 0
    ] => TransportError::PROTOCOL_VIOLATION;
    s12_4_datagram_in_handshake: Client, Handshake, [
        0x31, 1, 1
    ] => TransportError::PROTOCOL_VIOLATION;
    s12_4_reset_stream_in_handshake_of_a_server: Server, Handshake, [
        0x04, 0, 0, 0
    ] => TransportError::PROTOCOL_VIOLATION;
    s12_4_stop_sending_in_handshake_of_a_server: Server, Handshake, [
        0x05, 0, 0
    ] => TransportError::PROTOCOL_VIOLATION;
    s12_4_stream_in_handshake_of_a_server: Server, Handshake, [
        0x0a, 0, 1, 1
    ] => TransportError::PROTOCOL_VIOLATION;
    s12_4_max_data_in_handshake_of_a_server: Server, Handshake, [
        0x10, 9
    ] => TransportError::PROTOCOL_VIOLATION;
    s12_4_max_stream_data_in_handshake_of_a_server: Server, Handshake, [
        0x11, 0, 9
    ] => TransportError::PROTOCOL_VIOLATION;
    s12_4_max_streams_bidi_in_handshake_of_a_server: Server, Handshake, [
        0x12, 9
    ] => TransportError::PROTOCOL_VIOLATION;
    s12_4_max_streams_uni_in_handshake_of_a_server: Server, Handshake, [
        0x13, 9
    ] => TransportError::PROTOCOL_VIOLATION;
    s12_4_data_blocked_in_handshake_of_a_server: Server, Handshake, [
        0x14, 9
    ] => TransportError::PROTOCOL_VIOLATION;
    s12_4_stream_data_blocked_in_handshake_of_a_server: Server, Handshake, [
        0x15, 0, 9
    ] => TransportError::PROTOCOL_VIOLATION;
    s12_4_streams_blocked_bidi_in_handshake_of_a_server: Server, Handshake, [
        0x16, 9
    ] => TransportError::PROTOCOL_VIOLATION;
    s12_4_streams_blocked_uni_in_handshake_of_a_server: Server, Handshake, [
        0x17, 9
    ] => TransportError::PROTOCOL_VIOLATION;
    s12_4_new_connection_id_in_handshake_of_a_server: Server, Handshake, [
        0x18, 9, 0, 4, 1, 2, 3, 4, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16
    ] => TransportError::PROTOCOL_VIOLATION;
    s12_4_retire_connection_id_in_handshake_of_a_server: Server, Handshake, [
        0x19, 0
    ] => TransportError::PROTOCOL_VIOLATION;
    s12_4_path_challenge_in_handshake_of_a_server: Server, Handshake, [
        0x1a, 1, 2, 3, 4, 5, 6, 7, 8
    ] => TransportError::PROTOCOL_VIOLATION;
    s12_4_path_response_in_handshake_of_a_server: Server, Handshake, [
        0x1b, 1, 2, 3, 4, 5, 6, 7, 8
    ] => TransportError::PROTOCOL_VIOLATION;
    s12_4_application_close_in_handshake_of_a_server: Server, Handshake, [
        0x1d, 0, 0
    ] => TransportError::PROTOCOL_VIOLATION;
    s12_4_datagram_in_handshake_of_a_server: Server, Handshake, [
        0x31, 1, 1
    ] => TransportError::PROTOCOL_VIOLATION;
    s12_4_new_token_in_handshake_of_a_server: Server, Handshake, [
        0x07, 1, 1
    ] => TransportError::PROTOCOL_VIOLATION;
    s12_4_handshake_done_in_handshake_of_a_server: Server, Handshake, [
        0x1e
    ] => TransportError::PROTOCOL_VIOLATION;
}
