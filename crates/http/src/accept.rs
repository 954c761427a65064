//! Which of the things I have do you like best?
//!
//! RFC 9110 §12.4.2, §12.5
//!
//! ```text
//! Accept          = #( media-range [ weight ] )
//! Accept-Encoding = #( ( content-coding / "identity" / "*" ) [ weight ] )
//! Accept-Language = #( language-range [ weight ] )
//! weight          = OWS ";" OWS "q=" ( "0" [ "." 0*3DIGIT ] / "1" [ "." 0*3("0") ] )
//! ```
//!
//! Each function gets the field's value, where there is one, and what the server has, best first;
//! it answers the index of what to send. For each offer the most specific element decides, and
//! among offers of equal weight the server's order.
//!
//! ```
//! use http::accept;
//! let codings = ["gzip", "identity"];
//! assert_eq!(accept::encoding(Some(b"br, gzip;q=0.8"), &codings), Some(0));
//! assert_eq!(accept::encoding(None, &codings), Some(1));
//! assert_eq!(accept::language(Some(b"ko, en;q=0.5"), &["en", "ko-KR"]), Some(1));
//! ```
//!
//! Invariant: an offer of weight 0 is never chosen. An element with a malformed weight is passed
//! over.
//!
//! Used by: `server` for precompressed files, and any handler with more than one form of a thing.

use crate::{
    MediaType,
    header::list::{self, Parameters},
};

/// A weight in thousandths, 0 to 1000.
type Weight = u16;

const WHOLE: Weight = 1000;

/// The media type to send; nothing where none is acceptable (406, or send one all the same).
/// Without a field every type is acceptable.
pub fn media(value: Option<&[u8]>, offers: &[&str]) -> Option<usize> {
    let Some(value) = value.filter(|value| list::elements(value).next().is_some()) else {
        return (!offers.is_empty()).then_some(0);
    };
    best(offers.iter().map(|offer| {
        let offer = MediaType::parse(offer.as_bytes())?;
        list::elements(value).filter_map(|range| media_match(range, &offer)).max().map(weight_of)
    }))
}

/// The coding to apply; `identity` is no coding. Nothing where the client refuses all.
///
/// Without a field every coding is acceptable, but a client that does not ask may not know any, so
/// `identity` is chosen. What a list does not name is not acceptable, except `identity`, which is
/// the last resort unless it is refused (RFC 9110 §12.5.3).
pub fn encoding(value: Option<&[u8]>, offers: &[&str]) -> Option<usize> {
    let plain = |offer: &str| offer.eq_ignore_ascii_case("identity");
    let Some(value) = value else { return offers.iter().position(|offer| plain(offer)) };
    let chosen = best(offers.iter().map(|offer| {
        list::elements(value)
            .filter_map(|element| coding_match(element, offer))
            .max()
            .map(weight_of)
    }));
    // An element about it, or `*`, has had its say above; silence lets it pass.
    chosen.or_else(|| {
        let silent = |offer: &str| {
            plain(offer)
                && !list::elements(value).any(|element| coding_match(element, offer).is_some())
        };
        offers.iter().position(|offer| silent(offer))
    })
}

/// The language to send; nothing where none fits: the server's default is then better than 406
/// (RFC 9110 §12.5.4). `ko` takes `ko-KR` (RFC 4647 §3.3.1); and where nothing fits so, `ko-KR`
/// takes `ko` (RFC 4647 §3.4).
pub fn language(value: Option<&[u8]>, offers: &[&str]) -> Option<usize> {
    let Some(value) = value else { return (!offers.is_empty()).then_some(0) };
    let said = |offer: &str, fits: fn(&[u8], &[u8]) -> bool| {
        let matching = list::elements(value).filter_map(|element| {
            let (range, parameters) = list::with_parameters(element);
            let weight = weight(parameters)?;
            match range {
                b"*" => Some((0, weight)),
                range if fits(range, offer.as_bytes()) => Some((range.len(), weight)),
                _ => None,
            }
        });
        matching.max().map(weight_of)
    };
    let chosen = best(offers.iter().map(|offer| said(offer, is_prefix)));
    chosen.or_else(|| {
        // Only what nothing was said about: a refusal is not undone by a longer tag.
        let silent = |offer: &str| said(offer, is_prefix).is_none();
        let shorter = |offer: &str| said(offer, |range, offer| is_prefix(offer, range));
        best(offers.iter().map(|offer| silent(offer).then(|| shorter(offer)).flatten()))
    })
}

/// The first of the heaviest; nothing where all are refused.
fn best(weights: impl Iterator<Item = Option<Weight>>) -> Option<usize> {
    let mut chosen: Option<(usize, Weight)> = None;
    for (index, weight) in weights.enumerate() {
        let weight = weight.unwrap_or_default();
        if weight > chosen.map_or(0, |(_, best)| best) {
            chosen = Some((index, weight));
        }
    }
    chosen.map(|(index, _)| index)
}

/// How specific, then how heavy.
type Match = (usize, Weight);

const fn weight_of((_, weight): Match) -> Weight {
    weight
}

/// What a media range says about an offer: `*/*` < `text/*` < `text/html` < `text/html;level=1`.
fn media_match(range: &[u8], offer: &MediaType<'_>) -> Option<Match> {
    let range = MediaType::parse(range)?;
    let specific = match (range.kind(), range.subtype()) {
        ("*", "*") => 0,
        (kind, "*") if kind.eq_ignore_ascii_case(offer.kind()) => 1,
        (kind, subtype)
            if kind.eq_ignore_ascii_case(offer.kind())
                && subtype.eq_ignore_ascii_case(offer.subtype()) =>
        {
            2
        }
        _ => return None,
    };
    let wanted = || range.parameters().filter(|(name, _)| !name.eq_ignore_ascii_case("q"));
    let has = |(name, value): (&str, std::borrow::Cow<'_, [u8]>)| {
        offer.parameter(name).is_some_and(|there| there.eq_ignore_ascii_case(&value))
    };
    wanted().all(has).then_some(())?;
    Some((specific + wanted().count(), weight(range.parameters())?))
}

fn coding_match(element: &[u8], offer: &str) -> Option<Match> {
    let (coding, parameters) = list::with_parameters(element);
    // The old names mean the same (RFC 9110 §8.4.1).
    let same = |coding: &[u8]| {
        let coding = match coding {
            [b'x' | b'X', b'-', rest @ ..] => rest,
            other => other,
        };
        coding.eq_ignore_ascii_case(offer.as_bytes())
    };
    match coding {
        b"*" => Some((0, weight(parameters)?)),
        coding if same(coding) => Some((1, weight(parameters)?)),
        _ => None,
    }
}

/// Whether `range` is all of `tag`, or its first subtags.
fn is_prefix(range: &[u8], tag: &[u8]) -> bool {
    tag.split_at_checked(range.len()).is_some_and(|(front, rest)| {
        front.eq_ignore_ascii_case(range) && matches!(rest, [] | [b'-', ..])
    })
}

/// The parameter `q`; 1 where there is none, nothing where it is malformed.
fn weight(mut parameters: Parameters<'_>) -> Option<Weight> {
    let q = parameters.find(|(name, _)| name.eq_ignore_ascii_case("q"));
    match q {
        Some((_, value)) => qvalue(&value),
        None if parameters.is_malformed() => None,
        None => Some(WHOLE),
    }
}

/// `0`, `0.5`, `1.000`: thousandths.
fn qvalue(text: &[u8]) -> Option<Weight> {
    let (whole, digits) = match text {
        [whole @ (b'0' | b'1')] => (*whole, [].as_slice()),
        [whole @ (b'0' | b'1'), b'.', digits @ ..] if digits.len() <= 3 => (*whole, digits),
        _ => return None,
    };
    let mut weight = Weight::from(whole - b'0') * WHOLE;
    for (digit, scale) in digits.iter().zip([100, 10, 1]) {
        weight += Weight::from(digit.is_ascii_digit().then(|| digit - b'0')?) * scale;
    }
    (weight <= WHOLE).then_some(weight)
}
