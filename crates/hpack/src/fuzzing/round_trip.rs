//! Lists of any fields: what the encoder writes is read again, by the decoder and by the model.

use super::{
    blocks::check_table,
    model::{List, Model},
};
use crate::{Decoder, Encoder, Field, Limits, table::FIXED};

/// A connection's lists, one behind the other. The first octet chooses what the encoder spends;
/// then an octet each says what is next:
///
/// | octet            | what                                                               |
/// |------------------|--------------------------------------------------------------------|
/// | `0` to `239`     | a field: its name by the octet, its value by the next one          |
/// | `240` to `249`   | the list ends                                                      |
/// | `250` to `255`   | the peer's setting changes, to what the next octet says            |
#[doc(hidden)]
pub fn check_round_trip(octets: &[u8]) {
    let mut rest = octets.iter().copied();
    let Some(choice) = rest.next() else { return };
    let table_size = [4096, 0, 100, 65_536][usize::from(choice & 3)];
    let mut encoder = Encoder::new(&Limits { table_size, ..Limits::default() });
    let wide = Limits { list_size: 1 << 24, fields: 1 << 20, block: 1 << 24, ..Limits::default() };
    let mut decoder = Decoder::new(wide);
    let mut model = Model::new(4096);
    let mut list = List::new();
    let mut next = rest.next();
    while let Some(octet) = next {
        match octet {
            0..240 => list.push(field(octet, &mut rest)),
            240..250 => {
                check_list(&mut encoder, &mut decoder, &mut model, &list);
                list.clear();
            }
            250.. => {
                let size = usize::from(rest.next().unwrap_or(0)) * 60;
                encoder.set_max_table_size(size);
                decoder.set_max_table_size(size);
                model.allow(size);
            }
        }
        next = rest.next();
    }
    check_list(&mut encoder, &mut decoder, &mut model, &list);
}

/// A name of the static table or one of few others; a value of few, or of the octets that follow.
fn field(choice: u8, rest: &mut impl Iterator<Item = u8>) -> (Vec<u8>, Vec<u8>, bool) {
    let name = match FIXED.get(usize::from(choice)) {
        Some((name, _)) => name.to_vec(),
        None if choice < 200 => format!("x-{}", choice % 16).into_bytes(),
        None => rest.by_ref().take(usize::from(choice - 200)).collect(),
    };
    let value = rest.next().unwrap_or(0);
    let sensitive = value & 0x80 != 0;
    let value = match value & 0x7f {
        short @ 0..32 => vec![b'0' + short % 10; usize::from(short)],
        fixed @ 32..93 => {
            FIXED.get(usize::from(fixed) - 32).map(|(_, value)| value.to_vec()).unwrap_or_default()
        }
        long @ 93..99 => vec![long; usize::from(long - 92) * 60],
        // More than three quarters of the usual table.
        99 => vec![b'a'; 3100],
        any => rest.by_ref().take(usize::from(any - 100)).collect(),
    };
    (name, value, sensitive)
}

fn check_list(encoder: &mut Encoder, decoder: &mut Decoder, model: &mut Model, list: &List) {
    let mut block = b"before".to_vec();
    let fields =
        list.iter().map(|(name, value, sensitive)| Field { name, value, sensitive: *sensitive });
    encoder.encode(fields, &mut block);
    let block = &block[6..];
    let mut found = List::new();
    let verdict = decoder.decode(block, |field| {
        found.push((field.name.to_vec(), field.value.to_vec(), field.sensitive));
    });
    assert_eq!(verdict, Ok(()));
    assert_eq!(model.decode(block).as_ref(), Some(&found));
    assert_eq!(found.len(), list.len());
    for (found, said) in found.iter().zip(list) {
        assert_eq!((&found.0, &found.1), (&said.0, &said.1));
        assert!(found.2 || !said.2, "a secret stays one");
    }
    check_table(encoder.table(), model);
    check_table(decoder.table(), model);
}
