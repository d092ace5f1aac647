//! Media files in a folder: whole, in parts, or not at all.

use bytes::Bytes;
use futures_util::TryStreamExt;
use nexora_store::{BlobError, Blobs, MediaUrl};

struct Folder {
    path: std::path::PathBuf,
    blobs: Blobs,
}

impl Folder {
    fn new() -> Self {
        let name = format!("nexora-media-{}", uuid::Uuid::new_v4().simple());
        let path = std::env::temp_dir().join(name);
        let blobs = Blobs::open(&MediaUrl::Folder(path.clone())).unwrap();
        Self { path, blobs }
    }

    async fn read(&self, key: &str, range: Option<std::ops::Range<u64>>) -> Option<Vec<u8>> {
        let found = match range {
            Some(range) => self.blobs.get_range(key, range).await.unwrap()?,
            None => self.blobs.get(key).await.unwrap()?,
        };
        let chunks: Vec<Bytes> = found.bytes.try_collect().await.unwrap();
        let bytes = chunks.concat();
        assert_eq!(found.range.end - found.range.start, bytes.len() as u64);
        Some(bytes)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.path).unwrap();
    }
}

#[tokio::test]
async fn a_file_is_found_whole_and_in_parts() {
    let folder = Folder::new();
    // More than one piece of reading.
    let bytes: Vec<u8> = (0..700_000_u32).map(|n| (n % 251) as u8).collect();
    let put = folder
        .blobs
        .put("m/ab/clip.mp4", bytes.clone().into(), "video/mp4");
    put.await.unwrap();
    assert_eq!(folder.read("m/ab/clip.mp4", None).await.unwrap(), bytes);
    let part = folder.read("m/ab/clip.mp4", Some(1_000..600_000)).await;
    assert_eq!(part.unwrap(), bytes[1_000..600_000]);
    let tail = folder.read("m/ab/clip.mp4", Some(699_990..900_000)).await;
    assert_eq!(tail.unwrap(), bytes[699_990..]);
    let size = folder.blobs.size("m/ab/clip.mp4").await.unwrap();
    assert_eq!(size, Some(700_000));
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let folder = Folder::new();
    assert_eq!(folder.read("m/none.png", None).await, None);
    assert_eq!(folder.blobs.size("m/none.png").await.unwrap(), None);
    folder.blobs.delete("m/none.png").await.unwrap();
    let put = folder
        .blobs
        .put("m/a.png", Bytes::from_static(b"png"), "image/png");
    put.await.unwrap();
    folder.blobs.delete("m/a.png").await.unwrap();
    assert_eq!(folder.read("m/a.png", None).await, None);
}

#[tokio::test]
async fn no_key_leads_out_of_the_folder() {
    let folder = Folder::new();
    for key in [
        "",
        "../secret",
        "a/../../b",
        "/etc/passwd",
        "a//b",
        "a b",
        "a\0b",
        "é",
    ] {
        let refused = folder.blobs.get(key).await;
        assert!(matches!(refused, Err(BlobError::InvalidKey)), "{key:?}");
    }
}

#[tokio::test]
async fn a_place_that_is_not_a_folder_is_refused() {
    let folder = Folder::new();
    let file = folder.path.join("file");
    std::fs::write(&file, "not a folder").unwrap();
    let refused = Blobs::open(&MediaUrl::Folder(file));
    assert!(matches!(refused, Err(BlobError::Refused(_))));
}
