//! What must hold for every input, on inputs that look like the real thing and on noise.

use http::fuzzing;
use proptest::prelude::*;

fn noise() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(any::<u8>(), 0..200)
}

/// Runs of characters that matter to a grammar, so that most inputs get past its first octet.
fn of(pattern: &'static str) -> impl Strategy<Value = Vec<u8>> {
    pattern.prop_map(String::into_bytes)
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: if cfg!(debug_assertions) { 2000 } else { 20_000 },
        // A failure becomes a test of its own, with a name; no file of numbers.
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn uri_noise(octets in noise()) { fuzzing::check_uri(&octets) }

    #[test]
    fn uri_text(octets in of("(http|HTTPS|x|urn:a)?:?(//)?([a-zA-Z.:@%한국ㅏ\u{1112}\u{1161}。\\[\\]0-9-]{0,12})[/a-z.%2eE한:@?#;=\\[ \\\\|-]{0,20}")) {
        fuzzing::check_uri(&octets)
    }

    #[test]
    fn uri_dots(octets in of("(x:|http://a)?/?((\\.|\\.\\.|a|%2e|)/){0,6}(\\.|\\.\\.|b)?")) {
        fuzzing::check_uri(&octets)
    }

    #[test]
    fn punycode_text(octets in of("(xn--)?[a-z0-9A-Z가-힣ぁ-ん-]{0,20}")) { fuzzing::check_uri(&octets) }

    #[test]
    fn target_noise(octets in noise()) { fuzzing::check_target(&octets) }

    #[test]
    fn target_text(octets in of("((HTTP|ws|1x)://)?([a-zA-Z.%@0-9]{0,8}|\\[[0-9:a-f.]{0,8}\\])(:[0-9]{0,6})?[/?a%2*]{0,6}")) {
        fuzzing::check_target(&octets)
    }

    #[test]
    fn date_noise(octets in noise()) { fuzzing::check_date(&octets) }

    #[test]
    fn date_text(octets in of("(Sun|Sunday|Mon|Xyz)(,)? [0-9]{2}( Nov |-Feb-| Feb )[0-9]{2,4} [0-2][0-9]:[0-6][0-9]:[0-6][0-9]( GMT| 1994)?")) {
        fuzzing::check_date(&octets)
    }

    #[test]
    fn ranges_noise(octets in noise()) { fuzzing::check_ranges(&octets) }

    #[test]
    fn ranges_text(length in 0u64..30, value in "(bytes=([0-9]{0,2}-[0-9]{0,2}, ?){0,9}[0-9]{0,2}-[0-9]{0,2}|bytes [0-9]{0,2}-[0-9]{0,2}/([0-9]{1,2}|\\*))") {
        fuzzing::check_ranges(&[&length.to_be_bytes(), value.as_bytes()].concat())
    }

    #[test]
    fn cookie_noise(octets in noise()) { fuzzing::check_cookie(&octets) }

    #[test]
    fn cookie_text(octets in of("((__Host-|__secure-)?[a-c]?=[a-z;\t\"]{0,4}(; ?(Path=/a?|Domain=\\.?(example\\.com|com)|Secure|HttpOnly|SameSite=(none|lax)|Max-Age=-?[0-9]{0,3}|Expires=Sun, 06 Nov 2094 08:49:37 GMT)){0,4}\n){0,6}")) {
        fuzzing::check_cookie(&octets)
    }

    #[test]
    fn cookie_file_text(octets in of("((#HttpOnly_)?\\.?[a-z.]{0,6}\t(TRUE|FALSE)\t/[a-z]{0,3}\t(TRUE|false)\t[0-9]{1,10}\t[a-z=]{0,3}\t[a-z\t ]{0,3}\n){0,6}")) {
        fuzzing::check_cookie(&octets)
    }

    #[test]
    fn challenge_noise(octets in noise()) { fuzzing::check_challenge(&octets) }

    #[test]
    fn challenge_text(octets in of("((Basic|Digest|N)( [a-z]{0,2} ?=? ?(\"[a-z\\\\\",]{0,3}\"|[a-z]{0,2})=?)?,? ?){0,5}")) {
        fuzzing::check_challenge(&octets)
    }

    #[test]
    fn media_type_noise(octets in noise()) { fuzzing::check_media_type(&octets) }

    #[test]
    fn media_type_text(octets in of("[a-z]{0,4}/[a-z+]{0,4}( ?; ?([a-z]{0,2}=(\"[a-z\\\\]{0,3}\"|[a-z]{0,2}))?){0,3}")) {
        fuzzing::check_media_type(&octets)
    }

    #[test]
    fn accept_noise(octets in noise()) { fuzzing::check_accept(&octets) }

    #[test]
    fn accept_text(octets in of("((\\*/\\*|text/(html|\\*)|image/png|gzip|x-gzip|br|identity|\\*|ko(-KR)?|en|de-AT)( ?; ?q=[01](\\.[0-9]{0,4})?)?, ?){0,6}")) {
        fuzzing::check_accept(&octets)
    }

    #[test]
    fn field_values_noise(octets in noise()) { fuzzing::check_field_values(&octets) }

    #[test]
    fn field_values_text(octets in of("([A-Za-z]{1,3}:([a-z,;=\"\\\\() ]{0,8}|(W/)?\"[a-z]{0,2}\")\n){0,6}")) {
        fuzzing::check_field_values(&octets)
    }

    #[test]
    fn lists_and_comments(octets in of("[(\"]([a,;=\\\\()\" \t]{0,12})[)\"]?(, ?(W/)?\"[a-z]\"){0,3}")) {
        fuzzing::check_field_values(&octets)
    }
}
