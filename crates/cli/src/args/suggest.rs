//! What somebody may have meant: the nearest word by edit distance.
//!
//! ```text
//!          h e a d s
//!        0 1 2 3 4 5        each cell: the fewest insertions, deletions, replacements and swaps
//!      h 1 0 1 2 3 4        of neighbours that make one prefix of the other
//!      e 2 1 0 1 2 3
//! ```

/// The word of `known` that is nearest to `word`, if one is near enough: a third of its letters may
/// be wrong, or its beginning was typed and nothing else begins so.
pub(crate) fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let known: Vec<&str> = known.collect();
    let mut begun = known.iter().filter(|name| word.len() >= 3 && name.starts_with(word));
    if let (Some(only), None) = (begun.next(), begun.next()) {
        return Some(only);
    }
    let far = |name: &str| distance(word, name);
    let near = known.into_iter().min_by_key(|name| far(name))?;
    let letters = word.chars().count().max(near.chars().count());
    (far(near) <= letters.div_ceil(3).min(letters.saturating_sub(1))).then_some(near)
}

/// The optimal string alignment distance.
fn distance(one: &str, other: &str) -> usize {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    // Three rows are enough: a swap looks two rows back.
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=other.len()).collect();
    for (row, a) in one.iter().enumerate() {
        let mut current = vec![row + 1];
        for (column, b) in other.iter().enumerate() {
            let at = |row: &[usize], column: usize| row.get(column).copied().unwrap_or(usize::MAX);
            let replaced = at(&last, column) + usize::from(a != b);
            let mut least = replaced.min(at(&last, column + 1) + 1).min(at(&current, column) + 1);
            let swapped = row > 0
                && column > 0
                && one.get(row - 1) == Some(b)
                && other.get(column - 1) == Some(a);
            if swapped {
                least = least.min(at(&before, column - 1) + 1);
            }
            current.push(least);
        }
        before = std::mem::replace(&mut last, current);
    }
    last.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        for (one, other, expected) in [
            ("", "", 0),
            ("", "abc", 3),
            ("head", "head", 0),
            ("haed", "head", 1),
            ("heads", "head", 1),
            ("kitten", "sitting", 3),
            ("한국", "한글", 1),
        ] {
            assert_eq!(distance(one, other), expected, "{one} {other}");
            assert_eq!(distance(other, one), expected, "{other} {one}");
        }
    }

    #[test]
    fn near_words_are_suggested_and_far_ones_are_not() {
        let known = ["serve", "get", "head", "header", "connect-timeout"];
        let near = |word| nearest(word, known.into_iter());
        assert_eq!(near("sreve"), Some("serve"));
        assert_eq!(near("gte"), Some("get"));
        assert_eq!(near("headers"), Some("header"));
        assert_eq!(near("connect"), Some("connect-timeout"));
        assert_eq!(near("conect-timout"), Some("connect-timeout"));
        assert_eq!(near("banana"), None);
        assert_eq!(near("x"), None);
        assert_eq!(nearest("x", std::iter::empty()), None);
    }
}
