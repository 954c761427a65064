//! A folder of its own for a test, which goes away with it.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process,
    sync::atomic::{AtomicU64, Ordering},
};

/// A new folder under the system's temporary one; dropping it removes it and all that is in it.
#[derive(Debug)]
pub struct TempDir(PathBuf);

static COUNT: AtomicU64 = AtomicU64::new(0);

impl TempDir {
    /// Makes the folder; `name` stands in its name, for whoever finds it after a crash.
    ///
    /// # Panics
    /// Where it cannot be made.
    #[track_caller]
    pub fn new(name: &str) -> Self {
        // A name may be left over from a process of the same number that was killed: try the next.
        loop {
            let turn = COUNT.fetch_add(1, Ordering::Relaxed);
            let path = env::temp_dir().join(format!("wirebook-{name}-{}-{turn}", process::id()));
            match fs::create_dir(&path) {
                Ok(()) => return Self(path),
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(error) => panic!("{}: {error}", path.display()),
            }
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for TempDir {
    fn drop(&mut self) {
        // What cannot be removed is litter, not a failure.
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_are_different_and_both_go_away() {
        let (one, two) = (TempDir::new("temp"), TempDir::new("temp"));
        let paths = [one.path().to_path_buf(), two.path().to_path_buf()];
        assert_ne!(paths[0], paths[1]);
        fs::write(paths[0].join("file"), "octets").unwrap();
        drop((one, two));
        assert!(paths.iter().all(|path| !path.exists()));
    }
}
