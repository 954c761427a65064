//! Names in every script through a system of names that knows only letters, digits and `-`.
//!
//! RFC 3492
//!
//! ```text
//! 한국         U+D55C U+AD6D        as a person writes it
//! 3e0b707e     delta 1, delta 2     each delta: how far to count until the next character goes in
//! xn--3e0b707e                      in the name system, behind the prefix of RFC 5890
//! ```
//!
//! The decoder counts through (code point, place) pairs in order; a number says how many pairs to
//! pass over before inserting. Small numbers are short because the digits' weights adapt to the
//! size of the numbers seen so far.
//!
//! Invariant: each name of characters has one encoding, and decoding refuses every other text.

const BASE: u32 = 36;
const T_MIN: u32 = 1;
const T_MAX: u32 = 26;
const SKEW: u32 = 38;
const DAMP: u32 = 700;
const INITIAL_BIAS: u32 = 72;
const INITIAL_N: u32 = 0x80;

/// No name in the DNS has a longer label (RFC 1035 §2.3.4). It bounds the work too, which is
/// quadratic in the label's length.
pub const LABEL_MAX: usize = 63;

/// The encoding of `label`, without the prefix `xn--`; nothing where it would be longer than
/// [`LABEL_MAX`].
// ANCHOR: encode
pub fn encode(label: &str) -> Option<String> {
    let characters: Vec<u32> = label.chars().map(u32::from).take(LABEL_MAX + 1).collect();
    let mut out: String = label.chars().filter(char::is_ascii).take(LABEL_MAX + 1).collect();
    let basic = u32::try_from(out.len()).ok()?;
    if basic > 0 {
        out.push('-');
    }
    let (mut n, mut delta, mut bias, mut handled) = (INITIAL_N, 0u32, INITIAL_BIAS, basic);
    while (handled as usize) < characters.len() {
        let next = characters.iter().copied().filter(|c| *c >= n).min()?;
        delta = delta.checked_add((next - n).checked_mul(handled + 1)?)?;
        n = next;
        for character in &characters {
            if *character < n {
                delta = delta.checked_add(1)?;
            }
            if *character == n {
                push_number(&mut out, delta, bias)?;
                bias = adapt(delta, handled + 1, handled == basic);
                delta = 0;
                handled += 1;
            }
        }
        if out.len() > LABEL_MAX {
            return None;
        }
        delta = delta.checked_add(1)?;
        n += 1;
    }
    (out.len() <= LABEL_MAX).then_some(out)
}
// ANCHOR_END: encode

/// The label that `text`, without the prefix, encodes; nothing where it encodes none.
pub fn decode(text: &str) -> Option<String> {
    if text.len() > LABEL_MAX || !text.is_ascii() {
        return None;
    }
    let (basic, digits) = text.rsplit_once('-').unwrap_or(("", text));
    let mut out: Vec<char> = basic.chars().collect();
    let (mut n, mut i, mut bias) = (INITIAL_N, 0u32, INITIAL_BIAS);
    let mut digits = digits.bytes().peekable();
    while digits.peek().is_some() {
        let before = i;
        let (mut weight, mut k) = (1u32, BASE);
        loop {
            let digit = digit_value(digits.next()?)?;
            i = i.checked_add(digit.checked_mul(weight)?)?;
            let t = threshold(k, bias);
            if digit < t {
                break;
            }
            weight = weight.checked_mul(BASE - t)?;
            k += BASE;
        }
        let count = u32::try_from(out.len()).ok()? + 1;
        bias = adapt(i - before, count, before == 0);
        n = n.checked_add(i / count)?;
        i %= count;
        out.insert(i as usize, char::from_u32(n)?);
        i += 1;
    }
    let label: String = out.into_iter().collect();
    // Two texts must never mean one name; what encodes otherwise is a disguise.
    (encode(&label)?.eq_ignore_ascii_case(text)).then_some(label)
}

/// Appends `value` in digits of the generalised variable-length kind (RFC 3492 §3.3).
fn push_number(out: &mut String, value: u32, bias: u32) -> Option<()> {
    let (mut rest, mut k) = (value, BASE);
    loop {
        let t = threshold(k, bias);
        if rest < t {
            out.push(digit(rest)?);
            return Some(());
        }
        out.push(digit(t + (rest - t) % (BASE - t))?);
        rest = (rest - t) / (BASE - t);
        k += BASE;
    }
}

const fn threshold(k: u32, bias: u32) -> u32 {
    let t = k.saturating_sub(bias);
    if t < T_MIN {
        T_MIN
    } else if t > T_MAX {
        T_MAX
    } else {
        t
    }
}

/// The next bias (RFC 3492 §6.1).
const fn adapt(delta: u32, count: u32, first: bool) -> u32 {
    let mut delta = if first { delta / DAMP } else { delta / 2 };
    delta += delta / count;
    let mut k = 0;
    while delta > (BASE - T_MIN) * T_MAX / 2 {
        delta /= BASE - T_MIN;
        k += BASE;
    }
    k + (BASE - T_MIN + 1) * delta / (delta + SKEW)
}

/// `a` to `z` are 0 to 25, `0` to `9` are 26 to 35.
fn digit(value: u32) -> Option<char> {
    let letter = if value < 26 { u32::from('a') + value } else { u32::from('0') + value - 26 };
    char::from_u32(letter)
}

fn digit_value(digit: u8) -> Option<u32> {
    match digit {
        b'a'..=b'z' => Some(u32::from(digit - b'a')),
        b'A'..=b'Z' => Some(u32::from(digit - b'A')),
        b'0'..=b'9' => Some(u32::from(digit - b'0') + 26),
        _ => None,
    }
}
