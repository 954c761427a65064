//! The properties behind the fuzz targets, the replay of their seeds, and a test of each.
//!
//! Few octets that strangers wrote are parsed on this floor: the kernel's tables and its control
//! messages. Both are trusted as little as a peer's.

use crate::owner::{parse, parse_unix};

/// A table of the kernel's: whatever it says, each entry comes from a line of it.
pub fn check_owner_table(octets: &[u8]) {
    let text = String::from_utf8_lossy(octets);
    let lines = text.lines().count();
    match parse(&text) {
        Ok(entries) => assert!(entries.len() <= lines.saturating_sub(1)),
        Err(problem) => assert!(problem.line > 1 && problem.line <= lines),
    }
    for (_, path) in parse_unix(&text) {
        assert!(text.contains(path));
    }
}

/// Control messages: the list ends, and no message reaches beyond it.
#[cfg(target_os = "linux")]
pub fn check_control(octets: &[u8]) {
    use crate::sys::linux::control::Control;
    let control = Control::of(octets);
    let data: usize = control.items().map(|item| item.data.len()).sum();
    assert!(data <= octets.len());
    // What can be read can be written, and is read the same again.
    let mut again = Control::EMPTY;
    for item in control.items() {
        again.push(item.level, item.kind, item.data);
    }
    assert!(again.items().eq(control.items()));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Octets that look like the real thing, and each of them changed.
    fn mutations(seed: &[u8], check: fn(&[u8])) {
        testkit::prefixes(seed, check);
        for place in 0..seed.len() {
            for value in [0, 1, b' ', b':', b'\n', 0x7f, 0xff] {
                let mut octets = seed.to_vec();
                octets[place] = value;
                check(&octets);
            }
        }
    }

    #[test]
    fn tables() {
        let seed = "  sl  local_address …\n\
            0: 0100007F:1F90 00000000:0000 0A 0:0 0:0 0  1000 0 47\n\
            00000000e50f84c0: 00000002 00000000 00010000 0001 01 12345 @abstract\n";
        mutations(seed.as_bytes(), check_owner_table);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn control_messages() {
        let mut control = crate::sys::linux::control::Control::EMPTY;
        control.push(17, 104, &1200_i32.to_ne_bytes());
        control.push(0, 8, &[7; 12]);
        control.push(0, 1, &[2]);
        mutations(control.octets(), check_control);
    }
}
