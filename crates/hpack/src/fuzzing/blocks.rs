//! Blocks of any octets: the decoder against the model, and against itself under a listener and
//! under limits.

use super::model::{List, Model};
use crate::{Decoder, Error, Limits, Scope, table::DynamicTable};
use wire::{Notes, Reader};

/// A connection's blocks, one behind the other. The first octet chooses the table's size; then an
/// octet below 240 is a block's length, one from 240 on a new setting.
#[doc(hidden)]
pub fn check_decode(octets: &[u8]) {
    let Some((choice, mut rest)) = octets.split_first() else { return };
    let table_size = [4096, 0, 64, 256][usize::from(choice & 3)];
    let wide = Limits { table_size, list_size: 1 << 24, fields: 1 << 20, ..Limits::default() };
    let narrow = Limits { table_size, list_size: 256, fields: 4, ..Limits::default() };
    let mut decoders =
        [Decoder::new(wide.clone()), Decoder::new(wide), Decoder::new(narrow.clone())];
    let mut model = Model::new(table_size);
    while let Some((length, behind)) = rest.split_first() {
        if let Some(size) = length.checked_sub(240) {
            let size = usize::from(size) * 40;
            decoders.iter_mut().for_each(|decoder| decoder.set_max_table_size(size));
            model.allow(size);
            rest = behind;
            continue;
        }
        let (block, behind) = behind.split_at(usize::from(*length).min(behind.len()));
        rest = behind;
        let said = model.decode(block);
        let [plain, observed, bounded] = &mut decoders;
        let found = decode(plain, &mut Reader::new(block));
        assert_eq!(found.clone().ok(), said);
        check_observed(observed, block, &found);
        check_bounded(bounded, block, &found, &narrow);
        if found.is_err() {
            return;
        }
        decoders.iter().for_each(|decoder| check_table(decoder.table(), &model));
    }
}

fn decode(decoder: &mut Decoder, reader: &mut Reader<'_>) -> Result<List, Error> {
    let mut list = List::new();
    let verdict = decoder.read(reader, |field| {
        list.push((field.name.to_vec(), field.value.to_vec(), field.sensitive));
    });
    verdict.map(|()| list)
}

/// A listener hears of every octet, and changes nothing.
fn check_observed(decoder: &mut Decoder, block: &[u8], found: &Result<List, Error>) {
    let notes = Notes::default();
    let mut reader = Reader::observed(block, &notes);
    assert_eq!(&decode(decoder, &mut reader), found);
    let mut at = 0;
    for note in notes.take() {
        if let wire::Note::Field { offset, octets, .. } = note {
            assert_eq!(offset, at, "no octet is passed over");
            at += octets.len();
        }
    }
    assert!(found.is_err() || at == block.len());
}

/// A list within the limits is told whole; one beyond them is an error of its stream, and no more
/// of it was told than they admit.
fn check_bounded(
    decoder: &mut Decoder,
    block: &[u8],
    found: &Result<List, Error>,
    limits: &Limits,
) {
    let (mut count, mut size) = (0, 0);
    let verdict = decoder.decode(block, |field| {
        count += 1;
        size += field.size();
    });
    assert!(count <= limits.fields && size <= limits.list_size);
    match found {
        Err(error) => assert_eq!(verdict, Err(*error)),
        Ok(list) => {
            let whole: usize = list.iter().map(|(n, v, _)| n.len() + v.len() + 32).sum();
            if whole <= limits.list_size && list.len() <= limits.fields {
                assert_eq!((verdict, count, size), (Ok(()), list.len(), whole));
            } else {
                assert_eq!(verdict.map_err(|error| error.scope()), Err(Scope::Stream));
            }
        }
    }
}

/// The table is the model's, and its numbers are right.
pub(super) fn check_table(table: &DynamicTable, model: &Model) {
    assert_eq!((table.size(), table.max_size()), (model.size(), model.max_size));
    assert_eq!((table.len(), table.is_empty()), (model.entries.len(), model.entries.is_empty()));
    for (age, (name, value)) in model.entries.iter().enumerate() {
        assert_eq!(table.get(age), Some((name.as_slice(), value.as_slice())));
    }
    assert_eq!(table.get(table.len()), None);
}
