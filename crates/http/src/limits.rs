//! Every ceiling of this crate, with its reason.

/// How much of what a peer sends is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Ranges that a Range field may name before it is ignored, as RFC 9110 §14.2 allows. 64: a
    /// reader of PDF files asks for some dozen; an attack asks for thousands.
    pub ranges: usize,
    /// Cookies that a jar holds in all. 3000: RFC 6265 §6.1 asks for that many at least.
    pub cookies: usize,
    /// Cookies that a jar holds for one domain. 180, as browsers do; RFC 6265 §6.1 asks for 50.
    pub cookies_per_domain: usize,
    /// Octets of a cookie's name and value together. 4096, RFC 6265bis §5.6.
    pub cookie_pair: usize,
    /// Octets of one attribute's value. 1024, RFC 6265bis §5.6.
    pub cookie_attribute: usize,
    /// Octets of one request's Cookie field; what does not fit is not sent. 8190: more than servers
    /// take in one line, and what curl sends at most.
    pub cookie_field: usize,
    /// Seconds that a cookie may live from now. 400 days, RFC 6265bis §5.6.
    pub cookie_age: i64,
    /// Challenges taken from one message. 16: a server offers one to three schemes.
    pub challenges: usize,
}

impl Limits {
    /// The defaults, as a constant.
    pub const DEFAULT: Self = Self {
        ranges: 64,
        cookies: 3000,
        cookies_per_domain: 180,
        cookie_pair: 4096,
        cookie_attribute: 1024,
        cookie_field: 8190,
        cookie_age: 400 * 86_400,
        challenges: 16,
    };
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}
