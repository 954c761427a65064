//! The top floor: one call.
//!
//! As `requests.get` does, [`get`] makes a session and throws it away, so two calls share neither
//! cookies nor a connection. Whoever asks twice keeps a [`Session`].

use crate::{Error, Response, Session};

// ANCHOR: get
/// GET, with all defaults; proxies as the environment says. A URL without a scheme is `http`.
///
/// # Errors
/// Whatever keeps a response from coming. A status of 4xx or 5xx is a response; see
/// [`Response::error_for_status`].
pub fn get(url: &str) -> Result<Response, Error> {
    let session = Session::builder().proxies_from_environment()?.build();
    session.get(url)?.send()
}
// ANCHOR_END: get
