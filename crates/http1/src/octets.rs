//! What each octet may be, as one table: the grammar's smallest letters.
//!
//! RFC 9110 §5.5, §5.6.2; RFC 9112 §3.2; RFC 3986 §3.2.2
//!
//! | class  | octets                                        | not among them            |
//! |--------|-----------------------------------------------|---------------------------|
//! | token  | letters, digits, ``!#$%&'*+-.^_`|~``          | space, `:` and other delimiters |
//! | target | visible ASCII                                 | space, `#`                |
//! | host   | letters, digits, `-._~!$&'()*+,;=%`           | `:` `/` `@` `[`           |
//! | value  | HTAB, space, visible ASCII, beyond ASCII      | NUL, CR, LF, other controls |
//!
//! Used by: the scan, which needs an answer in one load, and the oracle, which needs it to be
//! right.

/// May stand in a token.
pub(crate) const TOKEN: u8 = 1;
/// May stand in a request target.
pub(crate) const TARGET: u8 = 2;
/// May stand in a registered name.
pub(crate) const HOST: u8 = 4;
/// May stand in a field's value.
pub(crate) const VALUE: u8 = 8;

/// Whether `octet` is of this class.
#[inline]
pub(crate) fn is(class: u8, octet: u8) -> bool {
    // The table has an entry for every octet, and the compiler sees it.
    CLASSES.get(usize::from(octet)).is_some_and(|classes| classes & class != 0)
}

static CLASSES: [u8; 256] = {
    let mut table = [0; 256];
    let mut octet = 0u8;
    loop {
        #[allow(clippy::indexing_slicing, reason = "an octet is below 256")]
        {
            table[octet as usize] = classes(octet);
        }
        if octet == 255 {
            break;
        }
        octet += 1;
    }
    table
};

const fn classes(octet: u8) -> u8 {
    let mut classes = 0;
    if http::is_tchar(octet) {
        classes |= TOKEN;
    }
    if matches!(octet, b'!'..=b'~') && octet != b'#' {
        classes |= TARGET;
    }
    // unreserved / pct-encoded / sub-delims
    if octet.is_ascii_alphanumeric()
        || matches!(octet, b'-' | b'.' | b'_' | b'~' | b'%' | b'!' | b'$' | b'&' | b'\'' | b'(')
        || matches!(octet, b')' | b'*' | b'+' | b',' | b';' | b'=')
    {
        classes |= HOST;
    }
    if matches!(octet, b'\t' | b' '..=b'~' | 0x80..) {
        classes |= VALUE;
    }
    classes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_classes_hold_what_the_grammar_says() {
        let all = |class| (0..=255).filter(|octet| is(class, *octet)).collect::<Vec<u8>>();
        assert_eq!(all(TOKEN).len(), 77);
        assert_eq!(all(TARGET).len(), 93);
        assert_eq!(all(HOST).len(), 62 + 16);
        assert_eq!(all(VALUE).len(), 1 + 95 + 128);
        for octet in *b"\0\r\n\x1b\x7f" {
            assert!(!is(TOKEN | TARGET | HOST | VALUE, octet));
        }
        for octet in *b" /@:[]\"\\#" {
            assert!(!is(TOKEN | HOST, octet) || octet == b'#');
        }
    }
}
