//! One test per rule of the grammar.

use super::*;
use std::os::unix::ffi::OsStringExt;

const COMMAND: Command = Command {
    name: "try",
    operands: "THING…",
    count: (1, 2),
    summary: "A command for the tests.",
    sections: &[Section {
        heading: "Flags",
        flags: &[
            switch(Some('v'), "verbose", "say more"),
            switch(Some('s'), "silent", "say less"),
            valued(Some('o'), "output", "FILE", "where to"),
            valued(None, "max-time", "SECONDS", "how long"),
        ],
    }],
    notes: "",
};

fn parse(arguments: &[&str]) -> Result<Parsed, UsageError> {
    COMMAND.parse(arguments.iter().map(OsString::from))
}

fn flags(arguments: &[&str]) -> Vec<(&'static str, String)> {
    let parsed = parse(arguments).unwrap();
    parsed.iter().map(|(name, value)| (name, lossy(value))).collect()
}

fn error(arguments: &[&str]) -> String {
    parse(arguments).unwrap_err().to_string()
}

#[test]
fn short_switches_may_stand_together() {
    let expected = [("verbose", String::new()), ("silent", String::new())];
    assert_eq!(flags(&["-v", "-s"]), expected);
    assert_eq!(flags(&["-vs"]), expected);
    assert_eq!(flags(&["--verbose", "--silent"]), expected);
    assert_eq!(parse(&["-vvs", "-v"]).unwrap().count("verbose"), 3);
}

#[test]
fn a_value_stands_behind_its_flag_in_four_ways() {
    let expected = [("output", "file".to_owned())];
    for way in [&["-ofile"][..], &["-o", "file"], &["--output=file"], &["--output", "file"]] {
        assert_eq!(flags(way), expected, "{way:?}");
    }
    assert_eq!(flags(&["-vofile"]).len(), 2);
    assert_eq!(flags(&["-o-"]), [("output", "-".to_owned())]);
    assert_eq!(flags(&["--output="]), [("output", String::new())]);
    assert_eq!(flags(&["--output=a=b"]), [("output", "a=b".to_owned())]);
    // The next argument is the value, whatever it looks like.
    assert_eq!(flags(&["-o", "-v"]), [("output", "-v".to_owned())]);
    assert_eq!(flags(&["-o한국"]), [("output", "한국".to_owned())]);
}

#[test]
fn operands_may_stand_between_flags_and_behind_two_dashes() {
    let parsed = parse(&["a", "-v", "-", "--", "-s"]).unwrap();
    assert_eq!(parsed.operands, ["a", "-", "-s"]);
    assert_eq!(parsed.count("silent"), 0);
}

#[test]
fn the_last_value_counts_and_all_can_be_had() {
    let parsed = parse(&["-oa", "-ob"]).unwrap();
    assert_eq!(parsed.text("output"), Ok(Some("b")));
    assert_eq!(parsed.texts("output"), Ok(vec!["a", "b"]));
    assert_eq!(parsed.text("max-time"), Ok(None));
}

#[test]
fn numbers_and_seconds_are_read() {
    let parsed = parse(&["--max-time=1.5", "-o7"]).unwrap();
    assert_eq!(parsed.seconds("max-time").unwrap().unwrap().as_millis(), 1500);
    assert_eq!(parsed.number::<u8>("output"), Ok(Some(7)));
    assert!(parse(&["-o300"]).unwrap().number::<u8>("output").is_err());
    for wrong in ["x", "-1", "nan", "inf", ""] {
        let parsed = parse(&["--max-time", wrong]).unwrap();
        assert!(parsed.seconds("max-time").is_err(), "{wrong}");
    }
    assert!(parse(&["--max-time=1e300"]).unwrap().seconds("max-time").is_ok());
}

#[test]
fn what_is_wrong_is_said_in_one_line() {
    assert_eq!(error(&["--verbos"]), "there is no flag --verbos; did you mean --verbose?");
    assert_eq!(error(&["--max=3"]), "there is no flag --max; did you mean --max-time?");
    assert_eq!(error(&["--banana"]), "there is no flag --banana");
    assert_eq!(error(&["-vx"]), "there is no flag -x");
    assert_eq!(error(&["-silent"]), "there is no flag -i; did you mean --silent?");
    assert_eq!(error(&["-o"]), "-o, --output needs a value: FILE");
    assert_eq!(error(&["--max-time"]), "--max-time needs a value: SECONDS");
    assert_eq!(error(&["--silent=yes"]), "-s, --silent takes no value");
}

#[test]
fn operands_are_counted() {
    let check = |arguments: &[&str]| COMMAND.check_count(&parse(arguments).unwrap());
    assert_eq!(check(&[]), Err(UsageError::MissingOperand { operand: "THING…" }));
    assert_eq!(check(&["a", "b"]), Ok(()));
    assert_eq!(check(&["a", "b", "c"]), Err(UsageError::ExtraOperand { operand: "c".into() }));
}

#[test]
fn octets_that_are_no_text_pass_where_no_text_is_needed() {
    let odd = || OsString::from_vec(vec![b'a', 0xff]);
    let parsed = COMMAND.parse([OsString::from("-o"), odd(), odd()]).unwrap();
    assert_eq!(parsed.raw("output"), Some(odd().as_os_str()));
    assert_eq!(parsed.text("output"), Err(UsageError::NotText { flag: "output" }));
    assert_eq!(parsed.operands, [odd()]);
    let joined = OsString::from_vec(b"-oa\xff".to_vec());
    assert_eq!(COMMAND.parse([joined]).unwrap().raw("output"), Some(odd().as_os_str()));
    let joined = OsString::from_vec(b"--output=a\xff".to_vec());
    assert_eq!(COMMAND.parse([joined]).unwrap().raw("output"), Some(odd().as_os_str()));
}

#[test]
fn the_help_is_made_of_the_table() {
    let help = command_help(&COMMAND, 60);
    assert!(help.starts_with("Usage: wirebook try [FLAGS] THING…\n\nA command for the tests.\n"));
    assert!(help.contains("  -o, --output FILE           where to\n"), "{help}");
    assert!(help.contains("      --max-time SECONDS      how long\n"), "{help}");
}
