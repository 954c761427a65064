//! The receiving half of RFC 9113 §5.1: each state, each frame, what comes of it.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed, which is what it is for")]

use http2::state::{Cause, Input, Sent, State, Step};
use http2::{ErrorCode, Scope, StreamId};

const STREAM: StreamId = StreamId::new(1);

fn refused(state: State, input: Input) -> (ErrorCode, Scope) {
    let error = state.receive(input, STREAM).unwrap_err();
    (error.code(), error.scope())
}

#[test]
fn s5_1_idle_takes_headers_alone() {
    for input in [Input::Data { end: false }, Input::Reset, Input::WindowUpdate] {
        let fatal = (ErrorCode::PROTOCOL_ERROR, Scope::Connection);
        assert_eq!(refused(State::Idle, input), fatal);
    }
}

#[test]
fn s5_1_half_closed_remote_is_an_error_of_the_stream() {
    for input in [Input::Data { end: false }, Input::Headers { end: true }] {
        let mild = (ErrorCode::STREAM_CLOSED, Scope::Stream(STREAM));
        assert_eq!(refused(State::HalfClosedRemote, input), mild);
        assert_eq!(refused(State::Closed(Cause::ResetByPeer), input), mild);
    }
}

#[test]
fn s5_1_closed_by_both_is_an_error_of_the_connection() {
    for input in [Input::Data { end: false }, Input::Headers { end: true }] {
        let fatal = (ErrorCode::STREAM_CLOSED, Scope::Connection);
        assert_eq!(refused(State::Closed(Cause::Ended), input), fatal);
    }
}

#[test]
fn s5_1_behind_our_reset_all_is_ignored() {
    for input in Input::ALL {
        let step = State::Closed(Cause::ResetByUs).receive(input, STREAM);
        assert_eq!(step, Ok(Step::Ignore));
    }
}

#[test]
fn closed_is_the_end() {
    for state in State::ALL.into_iter().filter(|state| matches!(state, State::Closed(_))) {
        for input in Input::ALL {
            assert!(!matches!(state.receive(input, STREAM), Ok(Step::To(_))));
        }
    }
}

#[test]
fn s5_1_what_may_be_sent_in_each_state() {
    use Sent::{Data, Headers, Reset};
    let both = |make: fn(bool) -> Sent| [make(false), make(true)];
    let head = both(|end| Headers { end });
    let content = both(|end| Data { end });
    let all = [&head[..], &content, &[Reset]].concat();
    for (state, may) in [
        (State::Idle, &head[..]),
        (State::ReservedLocal, &[&head[..], &[Reset]].concat()),
        (State::ReservedRemote, &[Reset]),
        (State::Open, &all),
        (State::HalfClosedLocal, &[Reset]),
        (State::HalfClosedRemote, &all),
        (State::Closed(Cause::Ended), &[]),
        (State::Closed(Cause::ResetByUs), &[]),
        (State::Closed(Cause::ResetByPeer), &[]),
    ] {
        for sent in Sent::ALL {
            assert_eq!(state.send(sent).is_some(), may.contains(&sent), "{state:?} {sent:?}");
        }
    }
}
