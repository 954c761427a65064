//! Challenges and their answers: the RFC's examples first.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed, which is what it is for")]

use client::core::{
    auth::{Answer, Auth, Credentials, answer},
    digest::{Digest, Unanswerable},
};
use http::auth::{Challenge, challenges};

fn one(value: &str) -> Challenge {
    let mut all = challenges(value.as_bytes()).unwrap();
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}

/// The parameter `name` of an answer.
fn parameter(value: &str, name: &str) -> Option<String> {
    one(value).parameter(name).map(str::to_owned)
}

#[test]
fn rfc_7617_section_2() {
    assert_eq!(
        Credentials::new("Aladdin", "open sesame").basic().unwrap(),
        "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="
    );
}

#[test]
fn rfc_7617_section_2_1_utf_8() {
    assert_eq!(Credentials::new("test", "123£").basic().unwrap(), "Basic dGVzdDoxMjPCow==");
}

// ANCHOR: mufasa
#[test]
fn rfc_7616_section_3_9_1_sha_256() {
    let mut digest = Digest::read(&one(concat!(
        r#"Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=SHA-256, "#,
        r#"nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", "#,
        r#"opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUo5tdS""#,
    )))
    .unwrap();
    let cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
    let value = digest.answer("Mufasa", "Circle of Life", "GET", "/dir/index.html", cnonce);
    assert_eq!(
        parameter(&value, "response").unwrap(),
        "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"
    );
    for (name, expected) in [
        ("username", "Mufasa"),
        ("realm", "http-auth@example.org"),
        ("uri", "/dir/index.html"),
        ("algorithm", "SHA-256"),
        ("qop", "auth"),
        ("nc", "00000001"),
        ("cnonce", cnonce),
        ("opaque", "FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUo5tdS"),
    ] {
        assert_eq!(parameter(&value, name).as_deref(), Some(expected), "{name}");
    }
}
// ANCHOR_END: mufasa

/// The RFC printed SHA-512 cut to 256 bits here; erratum 4897 has the hash that was meant.
#[test]
fn rfc_7616_section_3_9_2_sha_512_256_with_a_hashed_name() {
    let mut digest = Digest::read(&one(concat!(
        r#"Digest realm="api@example.org", qop="auth", algorithm=SHA-512-256, "#,
        r#"nonce="5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK", "#,
        r#"opaque="HRPCssKJSGjCrkzDg8OhwpzCiGPChXYjwrI2QmXDnsOS", charset=UTF-8, userhash=true"#,
    )))
    .unwrap();
    let cnonce = "NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v";
    let value = digest.answer("Jäsøn Doe", "Secret, or not?", "GET", "/doe.json", cnonce);
    assert_eq!(
        parameter(&value, "username").unwrap(),
        "793263caabb707a56211940d90411ea4a575adeccb7e360aeb624ed06ece9b0b"
    );
    assert_eq!(
        parameter(&value, "response").unwrap(),
        "3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5"
    );
    assert_eq!(parameter(&value, "userhash").as_deref(), Some("true"));
}

#[test]
fn the_count_rises_with_each_answer_to_one_nonce() {
    let mut digest = Digest::read(&one(SHA_256)).unwrap();
    for count in ["00000001", "00000002", "00000003"] {
        let value = digest.answer("u", "p", "GET", "/", "c");
        assert_eq!(parameter(&value, "nc").as_deref(), Some(count));
    }
}

const SHA_256: &str = r#"Digest realm="r", nonce="n", qop="auth", algorithm=SHA-256"#;
const MD5: &str = r#"Digest realm="r", nonce="n", qop="auth", algorithm=MD5"#;

#[test]
fn sess_hashes_the_nonces_into_the_secret() {
    let plain = Digest::read(&one(SHA_256)).unwrap().answer("u", "p", "GET", "/", "c");
    let text = SHA_256.replace("SHA-256", "SHA-256-sess");
    let sess = Digest::read(&one(&text)).unwrap().answer("u", "p", "GET", "/", "c");
    assert_eq!(parameter(&sess, "algorithm").as_deref(), Some("SHA-256-sess"));
    assert_ne!(parameter(&sess, "response"), parameter(&plain, "response"));
}

#[test]
fn without_qop_there_is_no_count() {
    let text = r#"Digest realm="r", nonce="n", algorithm=SHA-256"#;
    let value = Digest::read(&one(text)).unwrap().answer("u", "p", "GET", "/", "c");
    for name in ["qop", "nc", "cnonce"] {
        assert_eq!(parameter(&value, name), None);
    }
}

#[test]
fn a_name_that_quotes_cannot_hold_is_extended() {
    let value = Digest::read(&one(SHA_256)).unwrap().answer("사자", "p", "GET", "/", "c");
    assert!(value.starts_with("Digest username*=UTF-8''%EC%82%AC%EC%9E%90, "), "{value}");
}

#[test]
fn quotes_and_backslashes_are_escaped() {
    let value = Digest::read(&one(SHA_256)).unwrap().answer(r#"a"b\c"#, "p", "GET", "/", "c");
    assert!(value.starts_with(r#"Digest username="a\"b\\c", "#), "{value}");
    assert_eq!(parameter(&value, "username").as_deref(), Some(r#"a"b\c"#));
}

#[test]
fn md5_gets_one_clear_line() {
    let auth = Auth::Digest(Credentials::new("u", "p"));
    for text in [MD5, r#"Digest realm="r", nonce="n", qop="auth""#] {
        let error = answer(&auth, &challenges(text.as_bytes()).unwrap()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the server asks for Digest with MD5, and this client knows SHA-256 and SHA-512-256"
        );
    }
}

#[test]
fn auth_int_alone_cannot_be_answered() {
    let text = SHA_256.replace("\"auth\"", "\"auth-int\"");
    assert_eq!(Digest::read(&one(&text)), Err(Unanswerable::Protection("auth-int".into())));
}

#[test]
fn a_challenge_without_a_nonce_is_refused() {
    let error = Digest::read(&one(r#"Digest realm="r", algorithm=SHA-256"#)).unwrap_err();
    assert_eq!(error, Unanswerable::Missing("nonce"));
}

#[test]
fn the_strongest_hash_wins_in_any_order() {
    let auth = Auth::Any(Credentials::new("u", "p"));
    let sha_512 = SHA_256.replace("SHA-256", "SHA-512-256");
    for list in [
        format!("{MD5}, {SHA_256}, {sha_512}"),
        format!("{sha_512}, Basic realm=\"r\", {MD5}"),
        format!("Basic realm=\"r\", {SHA_256}, {sha_512}"),
    ] {
        match answer(&auth, &challenges(list.as_bytes()).unwrap()).unwrap() {
            Answer::Digest(digest) => assert_eq!(digest.hash().name(), "SHA-512-256"),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn basic_is_answered_only_if_the_caller_allowed_it() {
    let offered = challenges(b"Basic realm=\"r\"").unwrap();
    let credentials = Credentials::new("u", "p");
    assert_eq!(answer(&Auth::Any(credentials.clone()), &offered), Ok(Answer::Basic));
    assert_eq!(answer(&Auth::Digest(credentials), &offered), Ok(Answer::None));
}

#[test]
fn a_name_with_a_colon_is_not_for_basic() {
    assert_eq!(Credentials::new("a:b", "c").basic(), None);
    assert!(Auth::Basic(Credentials::new("a:b", "c")).first().is_err());
}

#[test]
fn no_print_shows_a_password() {
    for auth in [
        Auth::Basic(Credentials::new("u", "hidden")),
        Auth::Digest(Credentials::new("u", "hidden")),
        Auth::Bearer("hidden".into()),
    ] {
        assert!(!format!("{auth:?}").contains("hidden"));
    }
}
