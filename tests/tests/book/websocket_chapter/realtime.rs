//! The same events in every way, counted.

use crate::figure::figure;
use lab::realtime::{self, Fields, Options, Way};

fn table(fields: Fields) -> String {
    let options = Options { fields, ..Options::default() };
    let rows = realtime::run(&Way::all(options.interval), &options, |_| {}).unwrap();
    realtime::text(&rows, &options)
}

#[test]
fn events_by_polling_by_waiting_and_by_being_told() {
    figure("realtime", &table(Fields::Small));
    figure("realtime-browser", &table(Fields::Browser));
}
