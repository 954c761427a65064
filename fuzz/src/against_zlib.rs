//! We, zlib (zlib-rs) and miniz_oxide on the same octets: inflated, and deflated by each for the
//! others.
//!
//! RFC 1951
//!
//! | both are right, and differ      | we                         | zlib                        |
//! |---------------------------------|----------------------------|-----------------------------|
//! | no code in the code length code | refuse it where it is said | reads on, finds no end code |
//! | HLIT and HDIST out of range     | name the one that is wrong | has one message for both    |
//!
//! What we refuse beyond that zlib refuses too, for the same reason. miniz_oxide forgives more; but
//! what we take whole it must take, too.
//!
//! Invariant: nothing else differs. A new line in this table needs a reason from the RFC.
//!
//! Used by: the fuzz target `inflate_peers`, and the replay of its seeds in `tests/`.

use deflate::{Deflate, Flush, Inflate, Level, Status, Violation, WindowBits};
use miniz_oxide::inflate::{TINFLStatus, core as miniz};

/// Octets of output that all are given.
const BOUND: usize = 1 << 17;

/// What zlib-rs says of a symbol that its inner loop refused: by then it forgot why.
const FORGOTTEN: &str = "repeated call with bad state";

/// Inflates `octets` with all three, then deflates them with each.
///
/// # Panics
/// Where they disagree in a way that the table does not name.
pub fn check(octets: &[u8]) {
    inflate(octets);
    deflate(octets);
}

fn inflate(octets: &[u8]) {
    let (mut input, mut out) = (octets, Vec::new());
    let ours = Inflate::new(WindowBits::MAX).inflate(&mut input, &mut out, BOUND);
    let mut zlib = zlib_rs::Inflate::new(false, 15);
    let mut theirs = vec![0; BOUND];
    let status = zlib.decompress(octets, &mut theirs, zlib_rs::InflateFlush::NoFlush);
    let came = theirs.get(..usize::try_from(zlib.total_out()).expect("it fits")).expect("it does");
    let silent = ours.is_err_and(|error| error.violation == Violation::CodeLengthCodeIncomplete);
    match (ours, status) {
        (Err(_), _) if silent => assert_ne!(status, Ok(zlib_rs::Status::StreamEnd)),
        (Err(error), Err(_)) => {
            let said = zlib.error_message().filter(|said| *said != FORGOTTEN);
            assert!(said.is_none_or(|said| said == message(error.violation)), "{error}: {said:?}");
            assert_eq!(out, came);
        }
        (Ok(Status::Ended), Ok(zlib_rs::Status::StreamEnd)) => {
            assert_eq!(out, came);
            assert_eq!((octets.len() - input.len()) as u64, zlib.total_in());
            miniz_takes(octets, &out);
        }
        (
            Ok(Status::Starved | Status::Full),
            Ok(zlib_rs::Status::Ok | zlib_rs::Status::BufError),
        ) => {
            assert_eq!(out, came);
        }
        (ours, status) => panic!("we say {ours:?}, zlib {status:?} {:?}", zlib.error_message()),
    }
}

/// zlib's words for a rule.
fn message(violation: Violation) -> &'static str {
    match violation {
        Violation::BlockType => "invalid block type",
        Violation::StoredLength => "invalid stored block lengths",
        Violation::LiteralCodes | Violation::DistanceCodes => "too many length or distance symbols",
        Violation::CodeLengthCodeOverfull | Violation::CodeLengthCodeIncomplete => {
            "invalid code lengths set"
        }
        Violation::RepeatOfNothing | Violation::RepeatTooLong => "invalid bit length repeat",
        Violation::EndOfBlockMissing => "invalid code -- missing end-of-block",
        Violation::LiteralCodeOverfull | Violation::LiteralCodeIncomplete => {
            "invalid literal/lengths set"
        }
        Violation::DistanceCodeOverfull | Violation::DistanceCodeIncomplete => {
            "invalid distances set"
        }
        Violation::LiteralSymbol => "invalid literal/length code",
        Violation::DistanceSymbol => "invalid distance code",
        Violation::DistanceTooFar => "invalid distance too far back",
        other => panic!("{other} is no rule of a raw stream"),
    }
}

fn miniz_takes(octets: &[u8], expected: &[u8]) {
    let mut out = vec![0; BOUND];
    let mut state = miniz::DecompressorOxide::new();
    let flags = miniz::inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
    let (status, _, written) = miniz::decompress(&mut state, octets, &mut out, 0, flags);
    assert_eq!((status, out.get(..written)), (TINFLStatus::Done, Some(expected)));
}

/// The first octet chooses the level and the window; all of them are deflated.
fn deflate(octets: &[u8]) {
    let choice = octets.first().copied().unwrap_or_default();
    let (level, bits) = (choice % 10, 8 + (choice >> 5));
    let level = Level::new(level).expect("0 to 9");
    let mut out = Vec::new();
    let window = WindowBits::new(bits).expect("8 to 15");
    Deflate::new(level, window).deflate(octets, &mut out, Flush::Finish);
    miniz_takes(&out, octets);
    let mut back = vec![0; octets.len() + 1];
    let mut zlib = zlib_rs::Inflate::new(false, 15);
    let status = zlib.decompress(&out, &mut back, zlib_rs::InflateFlush::Finish);
    assert_eq!(status, Ok(zlib_rs::Status::StreamEnd));
    assert_eq!(back.get(..octets.len()), Some(octets));
    let theirs = miniz_oxide::deflate::compress_to_vec(octets, level.get());
    let (mut inflate, mut back) = (Inflate::new(WindowBits::MAX), Vec::new());
    assert_eq!(inflate.inflate(&mut theirs.as_slice(), &mut back, BOUND), Ok(Status::Ended));
    assert_eq!(back, octets);
}
