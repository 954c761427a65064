//! Names on the command line become names in a certificate.
//!
//! RFC 5280 §4.2.1.6, RFC 9525 §6.3
//!
//! | on the command line | in the certificate                     |
//! |---------------------|----------------------------------------|
//! | `www.example.com`   | dNSName                                |
//! | `*.example.com`     | dNSName, any one label in front        |
//! | `192.0.2.1`, `::1`  | iPAddress                              |
//! | `me@example.com`    | rfc822Name, for a client alone         |

use x509::{DnsName, GeneralName, ServerName};

/// What a name on the command line stands for.
///
/// # Errors
/// Why it is none, in words.
pub(super) fn name(text: &str, client: bool) -> Result<GeneralName, String> {
    if let Some(parent) = text.strip_prefix("*.") {
        // The rule by which names are compared: nobody owns all of *.com.
        let parent = DnsName::parse(parent).filter(|parent| parent.as_str().contains('.'));
        let parent = parent.ok_or("an asterisk stands in front of two labels at least")?;
        return Ok(GeneralName::Dns(format!("*.{parent}")));
    }
    if client
        && let Some((user, host)) = text.split_once('@')
        && DnsName::parse(host).is_some()
        && !user.is_empty()
        && user.bytes().all(|octet| octet.is_ascii_graphic() && octet != b'@')
    {
        return Ok(GeneralName::Email(text.to_owned()));
    }
    if text.contains("://") {
        return Err("a URL; the host alone is its name".into());
    }
    if !text.is_ascii() {
        return Err("in a certificate, such a name is written with xn--".into());
    }
    let address = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
    match ServerName::parse(address.unwrap_or(text)) {
        Ok(name) => Ok(name.into()),
        Err(_)
            if text.rsplit_once(':').is_some_and(|(host, _)| ServerName::parse(host).is_ok()) =>
        {
            Err("a certificate names no port".into())
        }
        Err(error) => Err(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::name;

    #[test]
    fn a_name_is_a_host_a_wildcard_or_an_address() {
        let said = |text: &str| name(text, false).unwrap().to_string();
        assert_eq!(said("WWW.Example.com."), "DNS:www.example.com");
        assert_eq!(said("*.Example.com"), "DNS:*.example.com");
        assert_eq!(said("127.0.0.1"), "IP:127.0.0.1");
        assert_eq!(said("[::1]"), "IP:::1");
        assert_eq!(name("me@example.com", true).unwrap().to_string(), "email:me@example.com");
    }

    #[test]
    fn what_is_none_is_said_with_a_reason() {
        for (text, reason) in [
            ("*.com", "two labels"),
            ("https://a.example/", "the host alone"),
            ("a.example:443", "no port"),
            ("한글.example", "xn--"),
            ("me@example.com", "neither a host name nor an address"),
            ("", "neither a host name nor an address"),
            ("w*.example.com", "neither"),
        ] {
            let said = name(text, false).unwrap_err();
            assert!(said.contains(reason), "{text}: {said}");
        }
    }
}
