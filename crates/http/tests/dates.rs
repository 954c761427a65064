//! Dates: three forms in, one out, and the calendar both ways.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed, which is what it is for")]

use http::date::{Civil, format, parse};
use wire::UnixTime;

/// 2026-01-01T00:00:00Z.
const NOW: UnixTime = UnixTime(1_767_225_600);

/// RFC 9110 §5.6.7.
#[test]
fn the_rfcs_three_forms_are_one_moment() {
    for text in [
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
    ] {
        assert_eq!(parse(text, NOW), Ok(UnixTime(784_111_777)));
    }
    assert_eq!(&*format(UnixTime(784_111_777)), "Sun, 06 Nov 1994 08:49:37 GMT");
}

#[test]
fn each_form_in_its_detail() {
    let mut table = String::new();
    for text in [
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "Tue, 29 Feb 2000 23:59:59 GMT",
        "Sat, 31 Dec 2016 23:59:60 GMT",
        "Fri, 31 Dec 9999 23:59:59 GMT",
        "Mon, 06 Nov 1994 08:49:37 GMT",
        "Monday, 31-Dec-75 00:00:00 GMT",
        "Monday, 01-Jan-76 00:00:00 GMT",
        "Monday, 01-Jan-76 00:00:01 GMT",
        "Monday, 01-Jan-99 00:00:00 GMT",
        "Monday, 01-Jan-00 00:00:00 GMT",
        "Sun Nov 16 08:49:37 1994",
        "Tue, 29 Feb 2100 00:00:00 GMT",
        "Sun, 00 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:00:00 GMT",
        "Sun, 06 Nov 1994 08:49:37 UTC",
        "Sun, 06 Nov 1994 08:49:37 +0000",
        "sun, 06 nov 1994 08:49:37 gmt",
        "Sun, 6 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 94 08:49:37 GMT",
        "Sun Nov 6 08:49:37 1994",
        "Sun, 06 Nov 1994 08:49:37 GMT ",
        "1994-11-06T08:49:37Z",
        "0",
        "",
    ] {
        let meaning = match parse(text, NOW) {
            Ok(time) => format!("{:>13}  {}", time.0, format(time)),
            Err(error) => error.to_string(),
        };
        table += &format!("{:<34}{meaning}\n", format!("{text:?}"));
    }
    testkit::golden(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tables/dates.txt"), &table);
}

#[test]
fn two_digits_are_never_more_than_fifty_years_ahead() {
    for (now, years) in [(1994, 1945..2044), (2026, 1977..2076), (2050, 2001..2100)] {
        let at = Civil { year: now, month: 6, day: 1, hour: 0, minute: 0, second: 0 }.to_unix();
        for year in years {
            let text = format!("Monday, 01-Jun-{:02} 00:00:00 GMT", year % 100);
            assert_eq!(Civil::from_unix(parse(&text, at).unwrap()).year, year, "in {now}");
        }
    }
}

#[test]
fn every_day_of_eight_hundred_years_follows_the_one_before() {
    let midnight = |year, month, day| Civil { year, month, day, hour: 0, minute: 0, second: 0 };
    let mut expected = midnight(1600, 1, 1);
    let mut time = expected.to_unix();
    let mut weekday = expected.weekday();
    assert_eq!(weekday, 6, "1600-01-01 was a Saturday");
    while expected.year < 2400 {
        assert_eq!(Civil::from_unix(time), expected);
        assert_eq!((expected.to_unix(), expected.weekday()), (time, weekday));
        let next_day = Civil { day: expected.day + 1, ..expected };
        let next_month = Civil { day: 1, month: expected.month + 1, ..expected };
        expected = next_day
            .checked()
            .or_else(|| next_month.checked())
            .unwrap_or_else(|| midnight(expected.year + 1, 1, 1));
        time = time.plus_seconds(86_400);
        weekday = (weekday + 1) % 7;
    }
}

#[test]
fn what_four_digits_cannot_date_is_the_nearest_they_can() {
    assert_eq!(&*format(UnixTime(i64::MAX)), "Fri, 31 Dec 9999 23:59:59 GMT");
    assert_eq!(&*format(UnixTime(i64::MIN)), "Sat, 01 Jan 0000 00:00:00 GMT");
    for extreme in [i64::MIN, i64::MAX] {
        assert_eq!(Civil::from_unix(UnixTime(extreme)).to_unix(), UnixTime(extreme));
    }
}

#[test]
fn every_prefix_is_refused_at_its_end() {
    let text = "Sun, 06 Nov 1994 08:49:37 GMT";
    for end in 0..text.len() {
        let error = parse(text.get(..end).unwrap(), NOW).unwrap_err();
        assert!(error.offset <= end);
    }
}

/// A leap second is the second after it, but for the last one that four digits can date.
#[test]
fn every_date_that_is_understood_can_be_written() {
    for text in [
        "Fri, 31 Dec 9999 23:59:60 GMT",
        "Fri Dec 31 23:59:60 9999",
        "Fri, 31 Dec 9999 23:59:59 GMT",
    ] {
        http::fuzzing::check_date(text.as_bytes());
    }
}

/// A moment that does not exist is a mistake of the caller's, not the end of the program.
#[test]
fn a_month_without_end_does_not_panic() {
    use http::date::Civil;
    for month in [0, 13, u32::MAX] {
        let civil = Civil { month, day: u32::MAX, ..Civil::FIRST };
        assert_eq!(civil.checked(), None);
        let _ = (civil.to_unix(), civil.weekday());
    }
}
