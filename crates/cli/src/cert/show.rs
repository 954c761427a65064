//! A certificate in a few lines, or as JSON.

use ring::digest::{SHA256, digest};
use view::json;
use wire::{UnixTime, hex};
use x509::{Certificate, der::DateTime};

/// All of them, and the verdict, if one was asked for: whether they are believed, or why not.
pub(super) fn told(
    chain: &[Certificate],
    now: UnixTime,
    json: bool,
    verdict: Option<&Result<String, String>>,
) -> String {
    if json {
        return object_of(chain, verdict);
    }
    let mut out = String::new();
    for (number, certificate) in chain.iter().enumerate() {
        if number > 0 {
            out.push('\n');
        }
        let (subject, count) = (certificate.subject(), chain.len());
        out.push_str(&format!("certificate {number} of {count}: {subject}\n"));
        for (name, value) in fields(certificate) {
            let remark = if name == "valid" { remark(certificate, now) } else { String::new() };
            out.push_str(&format!("  {name:<13}{value}{remark}\n"));
        }
    }
    if let Some(Ok(verdict)) = verdict {
        out.push_str(&format!("\n{verdict}\n"));
    }
    out
}

fn object_of(chain: &[Certificate], verdict: Option<&Result<String, String>>) -> String {
    let mut object = json::Object::default();
    object.array("certificates", |array| {
        for certificate in chain {
            array.object(|inner| self::object(certificate, inner));
        }
    });
    if let Some(verdict) = verdict {
        object.flag("believed", verdict.is_ok());
        let (Ok(reason) | Err(reason)) = verdict;
        object.text("reason", reason);
    }
    object.finish() + "\n"
}

/// Its names, between commas.
pub(super) fn names(certificate: &Certificate) -> String {
    list(certificate.names())
}

fn list<T: ToString>(items: &[T]) -> String {
    items.iter().map(T::to_string).collect::<Vec<_>>().join(", ")
}

fn remark(certificate: &Certificate, now: UnixTime) -> String {
    let validity = certificate.validity();
    let days = |from: UnixTime, to: UnixTime| match to.0.saturating_sub(from.0) / 86_400 {
        1 => "1 day".to_owned(),
        days => format!("{days} days"),
    };
    if now < validity.not_before {
        format!(", not yet: in {}", days(now, validity.not_before))
    } else if now > validity.not_after {
        format!(", over for {}", days(validity.not_after, now))
    } else {
        format!(", {} left", days(now, validity.not_after))
    }
}

/// SHA-256 of the whole certificate, as browsers show it.
fn fingerprint(certificate: &Certificate) -> String {
    let digest = digest(&SHA256, certificate.der());
    hex::spaced(digest.as_ref()).replace(' ', ":").to_uppercase()
}

/// What the key may be used for: named bits, then purposes.
fn usages(certificate: &Certificate) -> (String, String) {
    let extensions = certificate.extensions();
    let usage = extensions.key_usage.map(|usage| usage.to_string());
    let purposes = extensions.extended_key_usage.as_deref().map(list);
    (usage.unwrap_or_default(), purposes.unwrap_or_default())
}

fn authority(certificate: &Certificate) -> Option<String> {
    let basic = certificate.extensions().basic_constraints.filter(|basic| basic.ca)?;
    Some(match basic.path_len {
        Some(most) => format!("yes, with {most} more below it at the most"),
        None => "yes".into(),
    })
}

/// What is said of whom, in order, without what is not there.
fn fields(certificate: &Certificate) -> Vec<(&'static str, String)> {
    let (usage, purposes) = usages(certificate);
    let mut fields = vec![
        ("subject", certificate.subject().to_string()),
        ("issuer", certificate.issuer().to_string()),
        ("names", names(certificate)),
        ("valid", certificate.validity().to_string()),
        ("serial", hex::encode(certificate.serial())),
        ("key", certificate.public_key().kind().to_string()),
        ("key usage", usage),
        ("purposes", purposes),
        ("authority", authority(certificate).unwrap_or_default()),
        ("signed with", certificate.signature_id().algorithm.to_string()),
        ("SPKI hash", certificate.spki_sha256()),
        ("SHA-256", fingerprint(certificate)),
    ];
    fields.retain(|(_, value)| !value.is_empty());
    fields
}

/// The same for a program.
pub(super) fn object(certificate: &Certificate, object: &mut json::Object) {
    let (usage, purposes) = usages(certificate);
    let words = |text: &str| text.split(", ").map(str::to_owned).collect::<Vec<_>>();
    let lists = [
        ("names", certificate.names().iter().map(ToString::to_string).collect()),
        ("key_usage", if usage.is_empty() { Vec::new() } else { words(&usage) }),
        ("purposes", if purposes.is_empty() { Vec::new() } else { words(&purposes) }),
    ];
    object.text("subject", &certificate.subject().to_string());
    object.text("issuer", &certificate.issuer().to_string());
    object.text("serial", &hex::encode(certificate.serial()));
    let validity = certificate.validity();
    object.text("not_before", &DateTime::of(validity.not_before).to_string());
    object.text("not_after", &DateTime::of(validity.not_after).to_string());
    object.text("key", &certificate.public_key().kind().to_string());
    object.text("signed_with", &certificate.signature_id().algorithm.to_string());
    let basic = certificate.extensions().basic_constraints;
    object.flag("authority", basic.is_some_and(|basic| basic.ca));
    object.text("spki_sha256", &certificate.spki_sha256());
    object.text("sha256", &fingerprint(certificate));
    for (name, list) in lists {
        object.array(name, |array| {
            for value in list {
                array.text(&value);
            }
        });
    }
}
