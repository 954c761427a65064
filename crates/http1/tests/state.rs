//! The two machines as tables, for a person to read: `tests/state/*.txt`.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed, which is what it is for"
)]

use http1::state::{Request, RequestInput, Response, ResponseInput};
use std::fmt::Write;

fn folder(name: &str) -> String {
    format!("{}/tests/state/{name}.txt", env!("CARGO_MANIFEST_DIR"))
}

fn row(out: &mut String, state: &str, input: &str, next: Option<&str>) {
    writeln!(out, "{state:<15} {input:<24} {}", next.unwrap_or("refused")).unwrap();
}

#[test]
fn the_life_of_a_request() {
    use RequestInput::{Data, End, Head, Next, Octet};
    let inputs = [Octet, Head { content: true }, Head { content: false }, Data, End, Next];
    let mut out = String::from("where           what happens             where then\n");
    for state in Request::ALL {
        for input in inputs {
            row(&mut out, state.name(), input.name(), state.on(input).ok().map(Request::name));
        }
    }
    testkit::golden(folder("request"), &out);
}

#[test]
fn the_life_of_a_response() {
    use ResponseInput::{Data, End, Head, Informational, Next, Request, Switch};
    let inputs = [
        Request,
        Informational,
        Head { content: true },
        Head { content: false },
        Data,
        End,
        Switch,
        Next,
    ];
    let mut out = String::from("where           what happens             where then\n");
    for state in Response::ALL {
        for input in inputs {
            row(&mut out, state.name(), input.name(), state.on(input).ok().map(Response::name));
        }
    }
    testkit::golden(folder("response"), &out);
}

#[test]
fn no_input_leads_out_of_switched() {
    assert!(Response::Switched.on(ResponseInput::Next).is_err());
}
