//! Names: a subject's, and those that a key is said to belong to.
//!
//! RFC 5280 §4.1.2.4 (distinguished names), §4.2.1.6 (general names); RFC 9525 (what a client
//! compares)
//!
//! ```text
//!   subject            C=KR,O=Wirebook,CN=Root     links one certificate to the next
//!   subjectAltName     DNS example.com, IP ::1     whom the key speaks for
//!   ServerName         example.com                 whom the client wants to speak to
//! ```
//!
//! The subject of a server's certificate decides nothing: a CN that looks like a host name is not
//! compared (RFC 9525 §2).

mod distinguished;
mod general;
mod server;

pub use distinguished::DistinguishedName;
pub use general::GeneralName;
pub(crate) use general::{address, address_octets};
pub use server::{DnsName, NoServerName, ServerName};
