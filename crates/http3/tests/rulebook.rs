//! What a peer must not do, row by row: `RULES.md` is the table, and each of its rows is a test
//! here.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use common::{
    Outcome::*, Say, control, datagram, end, fields, get, on, promise, reset, servers_control, stop,
};
use http3::ErrorCode;

macro_rules! rules {
    ($($name:ident: $role:ident, $says:expr => $outcome:expr;)*) => {
        $(#[test]
        fn $name() {
            common::$role(&Vec::<Say>::from($says), &$outcome);
        })*
    };
}

rules! {
    s6_2_1_the_first_frame_is_not_settings: server,
        [on(2, [0x00, 0x07, 1, 0])]
        => Connection(ErrorCode::H3_MISSING_SETTINGS);
    s6_2_1_the_first_frame_is_data: server,
        [on(2, [0x00, 0x00, 1, 0])]
        => Connection(ErrorCode::H3_MISSING_SETTINGS);
    s6_2_1_the_first_frame_is_reserved: server,
        [on(2, [0x00, 0x21, 0])]
        => Connection(ErrorCode::H3_MISSING_SETTINGS);
    s6_2_1_the_first_frame_of_a_server: client,
        [on(3, [0x00, 0x07, 1, 0])]
        => Connection(ErrorCode::H3_MISSING_SETTINGS);
    s7_2_4_settings_twice: server,
        [on(2, [0x00, 0x04, 0, 0x04, 0])]
        => Connection(ErrorCode::H3_FRAME_UNEXPECTED);
    s7_2_4_settings_on_a_request: server,
        [control(), on(0, [0x04, 0])]
        => Connection(ErrorCode::H3_FRAME_UNEXPECTED);
    s7_2_4_a_setting_twice: server,
        [on(2, [0x00, 0x04, 4, 0x06, 9, 0x06, 9])]
        => Connection(ErrorCode::H3_SETTINGS_ERROR);
    s7_2_4_1_the_setting_0_of_http2: server,
        [on(2, [0x00, 0x04, 2, 0, 0])]
        => Connection(ErrorCode::H3_SETTINGS_ERROR);
    s7_2_4_1_the_setting_2_of_http2: server,
        [on(2, [0x00, 0x04, 2, 2, 0])]
        => Connection(ErrorCode::H3_SETTINGS_ERROR);
    s7_2_4_1_the_setting_3_of_http2: server,
        [on(2, [0x00, 0x04, 2, 3, 0])]
        => Connection(ErrorCode::H3_SETTINGS_ERROR);
    s7_2_4_1_the_setting_4_of_http2: server,
        [on(2, [0x00, 0x04, 2, 4, 0])]
        => Connection(ErrorCode::H3_SETTINGS_ERROR);
    s7_2_4_1_the_setting_5_of_http2: server,
        [on(2, [0x00, 0x04, 2, 5, 0])]
        => Connection(ErrorCode::H3_SETTINGS_ERROR);
    s7_2_4_settings_cut_inside: server,
        [on(2, [0x00, 0x04, 1, 0x06])]
        => Connection(ErrorCode::H3_FRAME_ERROR);
    rfc9220_s5_connect_of_2: server,
        [on(2, [0x00, 0x04, 2, 0x08, 2])]
        => Connection(ErrorCode::H3_SETTINGS_ERROR);
    rfc9297_s2_1_1_datagram_of_2: server,
        [on(2, [0x00, 0x04, 2, 0x33, 2])]
        => Connection(ErrorCode::H3_SETTINGS_ERROR);
    s7_2_data_on_the_control_stream: server,
        [control(), on(2, [0, 1, 0])]
        => Connection(ErrorCode::H3_FRAME_UNEXPECTED);
    s7_2_headers_on_the_control_stream: server,
        [control(), on(2, [1, 1, 0])]
        => Connection(ErrorCode::H3_FRAME_UNEXPECTED);
    s7_2_push_promise_on_the_control_stream: server,
        [control(), on(2, [5, 1, 0])]
        => Connection(ErrorCode::H3_FRAME_UNEXPECTED);
    s7_2_8_the_frame_2_of_http2_on_the_control_stream: server,
        [control(), on(2, [2, 0])]
        => Connection(ErrorCode::H3_FRAME_UNEXPECTED);
    s7_2_8_the_frame_2_of_http2_on_a_request: server,
        [control(), on(0, [2, 0])]
        => Connection(ErrorCode::H3_FRAME_UNEXPECTED);
    s7_2_8_the_frame_6_of_http2_on_the_control_stream: server,
        [control(), on(2, [6, 0])]
        => Connection(ErrorCode::H3_FRAME_UNEXPECTED);
    s7_2_8_the_frame_6_of_http2_on_a_request: server,
        [control(), on(0, [6, 0])]
        => Connection(ErrorCode::H3_FRAME_UNEXPECTED);
    s7_2_8_the_frame_8_of_http2_on_the_control_stream: server,
        [control(), on(2, [8, 0])]
        => Connection(ErrorCode::H3_FRAME_UNEXPECTED);
    s7_2_8_the_frame_8_of_http2_on_a_request: server,
        [control(), on(0, [8, 0])]
        => Connection(ErrorCode::H3_FRAME_UNEXPECTED);
    s7_2_8_the_frame_9_of_http2_on_the_control_stream: server,
        [control(), on(2, [9, 0])]
        => Connection(ErrorCode::H3_FRAME_UNEXPECTED);
    s7_2_8_the_frame_9_of_http2_on_a_request: server,
        [control(), on(0, [9, 0])]
        => Connection(ErrorCode::H3_FRAME_UNEXPECTED);
    s7_2_cancel_push_on_a_request: server,
        [control(), on(0, [3, 1, 0])]
        => Connection(ErrorCode::H3_FRAME_UNEXPECTED);
    s7_2_cancel_push_of_no_octets: server,
        [control(), on(2, [3, 0])]
        => Connection(ErrorCode::H3_FRAME_ERROR);
    s7_2_cancel_push_with_octets_behind: server,
        [control(), on(2, [3, 2, 0, 0])]
        => Connection(ErrorCode::H3_FRAME_ERROR);
    s7_2_goaway_on_a_request: server,
        [control(), on(0, [7, 1, 0])]
        => Connection(ErrorCode::H3_FRAME_UNEXPECTED);
    s7_2_goaway_of_no_octets: server,
        [control(), on(2, [7, 0])]
        => Connection(ErrorCode::H3_FRAME_ERROR);
    s7_2_goaway_with_octets_behind: server,
        [control(), on(2, [7, 2, 0, 0])]
        => Connection(ErrorCode::H3_FRAME_ERROR);
    s7_2_max_push_id_on_a_request: server,
        [control(), on(0, [13, 1, 0])]
        => Connection(ErrorCode::H3_FRAME_UNEXPECTED);
    s7_2_max_push_id_of_no_octets: server,
        [control(), on(2, [13, 0])]
        => Connection(ErrorCode::H3_FRAME_ERROR);
    s7_2_max_push_id_with_octets_behind: server,
        [control(), on(2, [13, 2, 0, 0])]
        => Connection(ErrorCode::H3_FRAME_ERROR);
    rfc9218_s7_2_priority_update_on_a_request: server,
        [control(), on(0, [0x80, 0x0f, 0x07, 0x00, 1, 0])]
        => Connection(ErrorCode::H3_FRAME_UNEXPECTED);
    rfc9218_s7_2_priority_update_of_a_server: client,
        [servers_control(), on(3, [0x80, 0x0f, 0x07, 0x00, 1, 0])]
        => Connection(ErrorCode::H3_FRAME_UNEXPECTED);
    rfc9218_s7_2_priority_update_of_no_request: server,
        [control(), on(2, [0x80, 0x0f, 0x07, 0x00, 1, 2])]
        => Connection(ErrorCode::H3_ID_ERROR);
    rfc9218_s7_2_priority_update_beyond_the_limit: server,
        [control(), on(2, [0x80, 0x0f, 0x07, 0x00, 2, 0x41, 0x90])]
        => Connection(ErrorCode::H3_ID_ERROR);
    rfc9218_s7_2_priority_update_of_no_push: server,
        [control(), on(2, [0x80, 0x0f, 0x07, 0x01, 1, 2])]
        => Connection(ErrorCode::H3_ID_ERROR);
    s7_2_7_max_push_id_of_a_server: client,
        [servers_control(), on(3, [0x0d, 1, 0])]
        => Connection(ErrorCode::H3_FRAME_UNEXPECTED);
    s7_2_7_max_push_id_that_shrinks: server,
        [control(), on(2, [0x0d, 1, 9, 0x0d, 1, 8])]
        => Connection(ErrorCode::H3_ID_ERROR);
    s7_2_3_cancel_of_a_push_never_promised: server,
        [control(), on(2, [0x0d, 1, 9, 0x03, 1, 0])]
        => Connection(ErrorCode::H3_ID_ERROR);
    s7_2_3_cancel_of_a_push_never_allowed: client,
        [servers_control(), on(3, [0x03, 1, 0])]
        => Connection(ErrorCode::H3_ID_ERROR);
    s5_2_goaway_that_grows: client,
        [servers_control(), on(3, [0x07, 1, 4, 0x07, 1, 8])]
        => Connection(ErrorCode::H3_ID_ERROR);
    s5_2_goaway_that_grows_of_a_client: server,
        [control(), on(2, [0x07, 1, 4, 0x07, 1, 8])]
        => Connection(ErrorCode::H3_ID_ERROR);
    s7_2_6_goaway_of_no_request: client,
        [servers_control(), on(3, [0x07, 1, 3])]
        => Connection(ErrorCode::H3_ID_ERROR);
    s6_2_1_a_second_control_stream: server,
        [control(), on(6, [0x00])]
        => Connection(ErrorCode::H3_STREAM_CREATION_ERROR);
    rfc9204_s4_2_a_second_encoder_stream: server,
        [control(), on(6, [0x02]), on(10, [0x02])]
        => Connection(ErrorCode::H3_STREAM_CREATION_ERROR);
    rfc9204_s4_2_a_second_decoder_stream: server,
        [control(), on(6, [0x03]), on(10, [0x03])]
        => Connection(ErrorCode::H3_STREAM_CREATION_ERROR);
    s6_2_2_a_push_stream_of_a_client: server,
        [control(), on(6, [0x01, 0])]
        => Connection(ErrorCode::H3_STREAM_CREATION_ERROR);
    s6_1_a_bidirectional_stream_of_a_server: client,
        [on(1, [0x01])]
        => Connection(ErrorCode::H3_STREAM_CREATION_ERROR);
    s4_6_a_push_stream_that_was_not_allowed: client,
        [servers_control(), on(7, [0x01, 0])]
        => Connection(ErrorCode::H3_ID_ERROR);
    s7_2_5_a_promise_that_was_not_allowed: client,
        [servers_control(), on(0, promise(0))]
        => Connection(ErrorCode::H3_ID_ERROR);
    s7_2_5_push_promise_of_a_client: server,
        [control(), on(0, promise(0))]
        => Connection(ErrorCode::H3_FRAME_UNEXPECTED);
    s6_2_an_unknown_stream_is_given_up: server,
        [control(), on(6, [0x21, 1, 2, 3]), on(0, get())]
        => Stopped(6, ErrorCode::H3_STREAM_CREATION_ERROR);
    s6_2_1_the_control_stream_ends: server,
        [on(2, [0x00, 0x04, 0]), end(2)]
        => Connection(ErrorCode::H3_CLOSED_CRITICAL_STREAM);
    s6_2_1_the_control_stream_is_reset: server,
        [on(2, [0x00, 0x04, 0]), reset(2)]
        => Connection(ErrorCode::H3_CLOSED_CRITICAL_STREAM);
    rfc9204_s4_2_the_encoder_stream_ends: server,
        [on(6, [0x02]), end(6)]
        => Connection(ErrorCode::H3_CLOSED_CRITICAL_STREAM);
    rfc9204_s4_2_the_encoder_stream_is_reset: server,
        [on(6, [0x02]), reset(6)]
        => Connection(ErrorCode::H3_CLOSED_CRITICAL_STREAM);
    rfc9204_s4_2_the_decoder_stream_ends: server,
        [on(10, [0x03]), end(10)]
        => Connection(ErrorCode::H3_CLOSED_CRITICAL_STREAM);
    rfc9204_s4_2_the_decoder_stream_is_reset: server,
        [on(10, [0x03]), reset(10)]
        => Connection(ErrorCode::H3_CLOSED_CRITICAL_STREAM);
    s6_2_1_our_control_stream_is_not_wanted: server,
        [stop(3)]
        => Connection(ErrorCode::H3_CLOSED_CRITICAL_STREAM);
    s6_2_1_our_encoder_stream_is_not_wanted: server,
        [stop(7)]
        => Connection(ErrorCode::H3_CLOSED_CRITICAL_STREAM);
    s6_2_1_our_decoder_stream_is_not_wanted: server,
        [stop(11)]
        => Connection(ErrorCode::H3_CLOSED_CRITICAL_STREAM);
    s4_1_data_before_the_head: server,
        [control(), on(0, [0x00, 1, 1])]
        => Connection(ErrorCode::H3_FRAME_UNEXPECTED);
    s4_1_data_before_the_head_of_a_response: client,
        [servers_control(), on(0, [0x00, 1, 1])]
        => Connection(ErrorCode::H3_FRAME_UNEXPECTED);
    s4_1_data_behind_the_trailers: server,
        [control(), on(0, [get(), fields(&[("a", "b")]), vec![0x00, 1, 1]].concat())]
        => Connection(ErrorCode::H3_FRAME_UNEXPECTED);
    s4_1_headers_behind_the_trailers: server,
        [control(), on(0, [get(), fields(&[("a", "b")]), fields(&[("a", "b")])].concat())]
        => Connection(ErrorCode::H3_FRAME_UNEXPECTED);
    s4_1_a_request_without_a_head: server,
        [control(), on(0, [0x21, 0]), end(0)]
        => Stream(0, ErrorCode::H3_REQUEST_INCOMPLETE);
    s4_1_an_empty_request: server,
        [control(), end(0)]
        => Stream(0, ErrorCode::H3_REQUEST_INCOMPLETE);
    s4_1_a_response_without_a_head: client,
        [servers_control(), end(0)]
        => Stream(0, ErrorCode::H3_MESSAGE_ERROR);
    s7_1_an_end_inside_of_a_frame: server,
        [control(), on(0, get()), on(0, [0x00, 9, 1]), end(0)]
        => Connection(ErrorCode::H3_FRAME_ERROR);
    s7_1_an_end_inside_of_a_head: server,
        [control(), on(0, get()), on(0, [0x00]), end(0)]
        => Connection(ErrorCode::H3_FRAME_ERROR);
    s4_4_headers_inside_of_a_tunnel: server,
        [control(), on(0, [fields(&[(":method", "CONNECT"), (":authority", "a:1")]),
            fields(&[("a", "b")])].concat())]
        => Connection(ErrorCode::H3_FRAME_UNEXPECTED);
    s4_3_a_pseudo_field_twice: server,
        [control(), on(0, fields(&[(":method", "GET"), (":method", "GET"), (":scheme",
            "https"), (":authority", "a"), (":path", "/")])), end(0)]
        => Stream(0, ErrorCode::H3_MESSAGE_ERROR);
    s4_3_an_unknown_pseudo_field: server,
        [control(), on(0, fields(&[(":method", "GET"), (":scheme", "https"),
            (":authority", "a"), (":path", "/"), (":other", "a")])), end(0)]
        => Stream(0, ErrorCode::H3_MESSAGE_ERROR);
    s4_3_a_pseudo_field_behind_others: server,
        [control(), on(0, fields(&[(":method", "GET"), ("a", "b"), (":scheme", "https"),
            (":authority", "a"), (":path", "/")])), end(0)]
        => Stream(0, ErrorCode::H3_MESSAGE_ERROR);
    s4_3_a_pseudo_field_of_responses: server,
        [control(), on(0, fields(&[(":method", "GET"), (":scheme", "https"),
            (":authority", "a"), (":path", "/"), (":status", "200")])), end(0)]
        => Stream(0, ErrorCode::H3_MESSAGE_ERROR);
    s4_3_1_no_method: server,
        [control(), on(0, fields(&[(":scheme", "https"), (":authority", "a"), (":path",
            "/")])), end(0)]
        => Stream(0, ErrorCode::H3_MESSAGE_ERROR);
    s4_3_1_no_scheme: server,
        [control(), on(0, fields(&[(":method", "GET"), (":authority", "a"), (":path",
            "/")])), end(0)]
        => Stream(0, ErrorCode::H3_MESSAGE_ERROR);
    s4_3_1_no_path: server,
        [control(), on(0, fields(&[(":method", "GET"), (":scheme", "https"),
            (":authority", "a")])), end(0)]
        => Stream(0, ErrorCode::H3_MESSAGE_ERROR);
    s4_3_1_an_empty_path: server,
        [control(), on(0, fields(&[(":method", "GET"), (":scheme", "https"),
            (":authority", "a"), (":path", "")])), end(0)]
        => Stream(0, ErrorCode::H3_MESSAGE_ERROR);
    s4_3_1_no_authority: server,
        [control(), on(0, fields(&[(":method", "GET"), (":scheme", "https"), (":path",
            "/")])), end(0)]
        => Stream(0, ErrorCode::H3_MESSAGE_ERROR);
    s4_3_1_another_host: server,
        [control(), on(0, fields(&[(":method", "GET"), (":scheme", "https"),
            (":authority", "a"), (":path", "/"), ("host", "b")])), end(0)]
        => Stream(0, ErrorCode::H3_MESSAGE_ERROR);
    s4_4_connect_with_a_path: server,
        [control(), on(0, fields(&[(":method", "CONNECT"), (":scheme", "https"),
            (":authority", "a:1"), (":path", "/")])), end(0)]
        => Stream(0, ErrorCode::H3_MESSAGE_ERROR);
    s4_2_a_name_with_capitals: server,
        [control(), on(0, fields(&[(":method", "GET"), (":scheme", "https"),
            (":authority", "a"), (":path", "/"), ("Accept", "a")])), end(0)]
        => Stream(0, ErrorCode::H3_MESSAGE_ERROR);
    s4_2_a_name_with_a_space: server,
        [control(), on(0, fields(&[(":method", "GET"), (":scheme", "https"),
            (":authority", "a"), (":path", "/"), ("a b", "a")])), end(0)]
        => Stream(0, ErrorCode::H3_MESSAGE_ERROR);
    s4_2_a_value_with_a_line_end: server,
        [control(), on(0, fields(&[(":method", "GET"), (":scheme", "https"),
            (":authority", "a"), (":path", "/"), ("a", "b\r\nc: d")])), end(0)]
        => Stream(0, ErrorCode::H3_MESSAGE_ERROR);
    s4_2_connection_is_of_http1: server,
        [control(), on(0, fields(&[(":method", "GET"), (":scheme", "https"),
            (":authority", "a"), (":path", "/"), ("connection", "a")])), end(0)]
        => Stream(0, ErrorCode::H3_MESSAGE_ERROR);
    s4_2_keep_alive_is_of_http1: server,
        [control(), on(0, fields(&[(":method", "GET"), (":scheme", "https"),
            (":authority", "a"), (":path", "/"), ("keep-alive", "a")])), end(0)]
        => Stream(0, ErrorCode::H3_MESSAGE_ERROR);
    s4_2_proxy_connection_is_of_http1: server,
        [control(), on(0, fields(&[(":method", "GET"), (":scheme", "https"),
            (":authority", "a"), (":path", "/"), ("proxy-connection", "a")])), end(0)]
        => Stream(0, ErrorCode::H3_MESSAGE_ERROR);
    s4_2_transfer_encoding_is_of_http1: server,
        [control(), on(0, fields(&[(":method", "GET"), (":scheme", "https"),
            (":authority", "a"), (":path", "/"), ("transfer-encoding", "a")])), end(0)]
        => Stream(0, ErrorCode::H3_MESSAGE_ERROR);
    s4_2_upgrade_is_of_http1: server,
        [control(), on(0, fields(&[(":method", "GET"), (":scheme", "https"),
            (":authority", "a"), (":path", "/"), ("upgrade", "a")])), end(0)]
        => Stream(0, ErrorCode::H3_MESSAGE_ERROR);
    s4_2_te_other_than_trailers: server,
        [control(), on(0, fields(&[(":method", "GET"), (":scheme", "https"),
            (":authority", "a"), (":path", "/"), ("te", "gzip")])), end(0)]
        => Stream(0, ErrorCode::H3_MESSAGE_ERROR);
    s4_1_2_content_length_twice: server,
        [control(), on(0, fields(&[(":method", "GET"), (":scheme", "https"),
            (":authority", "a"), (":path", "/"), ("content-length", "1"),
            ("content-length", "2")])), end(0)]
        => Stream(0, ErrorCode::H3_MESSAGE_ERROR);
    s4_1_2_less_content_than_announced: server,
        [control(), on(0, fields(&[(":method", "GET"), (":scheme", "https"),
            (":authority", "a"), (":path", "/"), ("content-length", "5")])), end(0)]
        => Stream(0, ErrorCode::H3_MESSAGE_ERROR);
    s4_1_2_more_content_than_announced: server,
        [control(), on(0, [fields(&[(":method", "GET"), (":scheme", "https"),
            (":authority", "a"), (":path", "/"), ("content-length", "1")]), vec![0x00, 2,
            1, 1]].concat())]
        => Stream(0, ErrorCode::H3_MESSAGE_ERROR);
    s4_3_a_pseudo_field_in_trailers: server,
        [control(), on(0, [get(), fields(&[(":path", "/")])].concat())]
        => Stream(0, ErrorCode::H3_MESSAGE_ERROR);
    s4_3_2_a_response_without_a_status: client,
        [servers_control(), on(0, fields(&[("a", "b")]))]
        => Stream(0, ErrorCode::H3_MESSAGE_ERROR);
    s4_5_status_101: client,
        [servers_control(), on(0, fields(&[(":status", "101")]))]
        => Stream(0, ErrorCode::H3_MESSAGE_ERROR);
    s4_1_a_1xx_that_ends_the_stream: client,
        [servers_control(), on(0, fields(&[(":status", "103")])), end(0)]
        => Stream(0, ErrorCode::H3_MESSAGE_ERROR);
    s4_2_2_a_section_that_is_too_large: server,
        [control(), on(0, fields(&[(":method", "GET"), (":scheme", "https"),
            (":authority", "a"), (":path", "/"), ("a", &"x".repeat(20_000))])), end(0)]
        => Answered(0);
    rfc9204_s2_2_3_a_reference_to_an_entry_that_is_not_there: server,
        [control(), on(0, [0x01, 3, 0, 0, 0x80])]
        => Connection(ErrorCode::QPACK_DECOMPRESSION_FAILED);
    rfc9204_s3_1_a_static_entry_that_there_is_not: server,
        [control(), on(0, [0x01, 4, 0, 0, 0xff, 0x24])]
        => Connection(ErrorCode::QPACK_DECOMPRESSION_FAILED);
    rfc9204_s4_5_1_a_required_insert_count_that_cannot_be: server,
        [control(), on(0, [0x01, 4, 0xff, 0xff, 0x01, 0])]
        => Connection(ErrorCode::QPACK_DECOMPRESSION_FAILED);
    rfc9204_s3_2_3_more_capacity_than_allowed: server,
        [control(), on(6, [0x02, 0x3f, 0xff, 0xff, 0x03])]
        => Connection(ErrorCode::QPACK_ENCODER_STREAM_ERROR);
    rfc9204_s4_3_an_insertion_that_refers_to_nothing: server,
        [control(), on(6, [0x02, 0x3f, 0x61, 0x80, 1, 97])]
        => Connection(ErrorCode::QPACK_ENCODER_STREAM_ERROR);
    rfc9204_s4_3_4_a_duplicate_of_nothing: server,
        [control(), on(6, [0x02, 0x3f, 0x61, 0x00])]
        => Connection(ErrorCode::QPACK_ENCODER_STREAM_ERROR);
    rfc9204_s4_4_1_an_acknowledgment_of_nothing: server,
        [control(), on(10, [0x03, 0x80])]
        => Connection(ErrorCode::QPACK_DECODER_STREAM_ERROR);
    rfc9204_s4_4_3_an_increment_of_0: server,
        [control(), on(10, [0x03, 0x00])]
        => Connection(ErrorCode::QPACK_DECODER_STREAM_ERROR);
    rfc9204_s4_4_3_an_increment_beyond_what_was_inserted: server,
        [control(), on(10, [0x03, 0x05])]
        => Connection(ErrorCode::QPACK_DECODER_STREAM_ERROR);
    rfc9297_s2_1_a_datagram_without_a_stream: server,
        [control(), datagram([0xc0])]
        => Connection(ErrorCode::H3_DATAGRAM_ERROR);
    rfc9297_s2_1_a_datagram_of_no_stream: server,
        [control(), datagram([0xd0, 0, 0, 0, 0, 0, 0, 0])]
        => Connection(ErrorCode::H3_DATAGRAM_ERROR);
    rfc9297_s2_1_a_datagram_beyond_the_limit: server,
        [control(), datagram([0x40, 100])]
        => Connection(ErrorCode::H3_ID_ERROR);
    s9_a_reserved_frame_on_the_control_stream: server,
        [control(), on(2, [0x21, 3, 1, 2, 3]), on(0, get())]
        => Request(0);
    s9_a_reserved_frame_before_the_head: server,
        [control(), on(0, [vec![0x40, 0x40, 2, 1, 2], get()].concat())]
        => Request(0);
    s9_a_reserved_setting: server, [on(2, [0x00, 0x04, 2, 0x21, 9]), on(0, get())] => Request(0);
}

#[test]
fn each_row_has_its_test_and_each_test_its_row() {
    let (table, book) = (include_str!("RULES.md"), include_str!("rulebook.rs"));
    let mut rows = 0;
    for row in table.lines().filter(|line| line.starts_with("| §") || line.starts_with("| RFC")) {
        let name = row.split('`').rev().nth(1).unwrap();
        assert!(book.contains(&format!("    {name}: ")), "no test for {row}");
        rows += 1;
    }
    for line in book.lines() {
        let Some((name, rest)) = line.trim_start().split_once(": ") else { continue };
        if ["server,", "client,"].iter().any(|role| rest.starts_with(role)) {
            assert!(table.contains(&format!("`{name}`")), "no row for {name}");
        }
    }
    assert!(rows > 100, "{rows} rows");
}
