//! What is kept, and how long.

use super::*;
use crate::files::send::Described;
use std::{path::Path, time::Duration};

fn kept(place: &Path) -> Arc<Kept> {
    let metadata = fs::metadata(place).unwrap();
    let described = Described::for_tests(&metadata);
    let (place, looks) = (place.to_path_buf(), Looks::of(&metadata));
    Arc::new(Kept { place, looks, described, seen: AtomicU64::new(0) })
}

/// A file that was written long ago.
fn settled(place: &Path, content: &str) {
    fs::write(place, content).unwrap();
    let long_ago = std::time::SystemTime::now() - Duration::from_secs(60);
    fs::File::open(place).unwrap().set_modified(long_ago).unwrap();
}

#[test]
fn one_look_serves_all_that_was_read_before_it() {
    let folder = testkit::TempDir::new("memory");
    let place = folder.path().join("page");
    settled(&place, "first");
    let memory = Memory::new(MOST);
    crate::reading::count();
    memory.keep("/page", kept(&place));
    assert!(memory.find("/page").is_some());
    settled(&place, "other");
    // Read with the first request, so it may have the first answer.
    assert!(memory.find("/page").is_some());
    crate::reading::count();
    assert!(memory.find("/page").is_none());
}

#[test]
fn off_the_loops_each_request_looks() {
    let folder = testkit::TempDir::new("memory");
    let place = folder.path().join("page");
    settled(&place, "first");
    let memory = Memory::new(MOST);
    memory.keep("/page", kept(&place));
    assert!(memory.find("/page").is_some());
    fs::remove_file(&place).unwrap();
    assert!(memory.find("/page").is_none());
}

#[test]
fn what_is_asked_for_stays_and_the_rest_goes() {
    let folder = testkit::TempDir::new("memory");
    let place = folder.path().join("page");
    settled(&place, "page");
    let (memory, kept) = (Memory::new(64 * 1024), kept(&place));
    memory.keep("/often", kept.clone());
    memory.keep("/once", kept.clone());
    for other in 0..1000 {
        memory.keep(&format!("/other/{other}"), kept.clone());
        assert!(memory.find("/often").is_some());
        let generations = memory.generations.lock().unwrap();
        assert!(generations.young.len() + generations.old.len() <= 64);
    }
    assert!(memory.find("/once").is_none());
}

#[test]
fn without_room_nothing_is_kept() {
    let folder = testkit::TempDir::new("memory");
    let place = folder.path().join("page");
    settled(&place, "page");
    let memory = Memory::new(0);
    memory.keep("/page", kept(&place));
    assert!(memory.find("/page").is_none());
}
