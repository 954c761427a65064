//! Fields that a command line speaks of: `-H` and its kin.

use crate::args::{Parsed, UsageError, as_text, read_file};

/// What `-H` and its kin say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Field {
    /// `Name: value`, or `Name;` with an empty one.
    Set(String, String),
    /// `Name:`.
    Without(String),
}

/// All fields that flags speak of, in the order of the flags.
///
/// # Errors
/// [`UsageError`].
pub(crate) fn fields(parsed: &Parsed) -> Result<Vec<Field>, UsageError> {
    let mut fields = Vec::new();
    let set = |name: &str, value: &str| Field::Set(name.to_owned(), value.to_owned());
    for (index, (flag, value)) in parsed.iter().enumerate() {
        // One field for each of these, however often the flag is given: the last one's.
        let again = || parsed.iter().skip(index + 1).any(|(other, _)| other == flag);
        match flag {
            "user-agent" | "referer" | "range" if again() => {}
            "header" => match as_text(flag, value)? {
                file if file.starts_with('@') => {
                    let file = file.trim_start_matches('@');
                    let lines = read_file(flag, file.as_ref())?;
                    let lines = String::from_utf8_lossy(&lines).into_owned();
                    for line in lines.lines().filter(|line| !line.trim().is_empty()) {
                        fields.push(field(line)?);
                    }
                }
                line => fields.push(field(line)?),
            },
            "user-agent" => fields.push(match as_text(flag, value)? {
                "" => Field::Without("User-Agent".into()),
                name => set("User-Agent", name),
            }),
            "referer" => fields.push(set("Referer", as_text(flag, value)?)),
            "range" => fields.push(set("Range", &format!("bytes={}", as_text(flag, value)?))),
            "cookie" if value.as_encoded_bytes().contains(&b'=') => {
                fields.push(set("Cookie", as_text(flag, value)?));
            }
            _ => {}
        }
    }
    Ok(fields)
}

/// `Name: value`, `Name:`, `Name;`.
fn field(line: &str) -> Result<Field, UsageError> {
    let wrong =
        || UsageError::value("header", line, "it must be `Name: value`, `Name:` or `Name;`");
    let checked = |name: &str| {
        let name = name.trim_end();
        http::HeaderName::new(name).map(|_| name.to_owned()).map_err(|_| wrong())
    };
    if let Some((name, value)) = line.split_once(':') {
        return Ok(match (checked(name)?, value.trim()) {
            (name, "") => Field::Without(name),
            (name, value) => Field::Set(name, value.to_owned()),
        });
    }
    let name = line.trim_end().strip_suffix(';').ok_or_else(wrong)?;
    Ok(Field::Set(checked(name)?, String::new()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_have_three_forms() {
        let set = |name: &str, value: &str| Field::Set(name.into(), value.into());
        assert_eq!(field("A: b: c "), Ok(set("A", "b: c")));
        assert_eq!(field("A:b"), Ok(set("A", "b")));
        assert_eq!(field("A;"), Ok(set("A", "")));
        assert_eq!(field("A:"), Ok(Field::Without("A".into())));
        for wrong in ["A", "", ": b", "A b: c", "A\r\nB: c"] {
            assert!(field(wrong).is_err(), "{wrong:?}");
        }
    }
}
