use super::*;

const KEY: &[u8] = b"a key";

fn write(path: &Path, bytes: &[u8], at_once: usize) {
    let directory = path.parent().expect("a file in a directory");
    let name = path.file_name().and_then(|name| name.to_str()).expect("text");
    let (disk, pace) = (Disk::real(), Pace::at_once());
    let folder = Folder { disk: &disk, directory, pace: &pace };
    let mut writer = PageWriter::create(&folder, name, KEY.to_vec()).expect("a new file");
    for part in bytes.chunks(at_once) {
        writer.write(part).expect("the disk works");
    }
    writer.finish().expect("the disk works");
}

fn open(path: &Path, key: &[u8], bytes: usize) -> Result<PageFile, StoreError> {
    PageFile::open(&Disk::real(), path, key.to_vec(), bytes as u64)
}

fn content(bytes: usize) -> Vec<u8> {
    (0..bytes).map(|at| (at % 251) as u8).collect()
}

#[test]
fn a_stream_of_any_length_comes_back_in_order_and_from_any_place() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let path = dir.path().join("file");
    let border = CONTENT_BYTES;
    for len in [0, 4, border - 4, border, border + 4, 2 * border, (RUN_BUFFER_PAGES + 1) * border + 8] {
        for at_once in [1, 7, 10 * border] {
            let bytes = content(len);
            write(&path, &bytes, at_once);
            let file = open(&path, KEY, len).expect("whole");
            file.verify().expect("whole");
            for pages_at_once in [1, RUN_BUFFER_PAGES] {
                let mut reader = file.reader(0, len as u64, pages_at_once);
                let mut back = Vec::new();
                while let Some(four) = reader.next::<4>().expect("readable") {
                    back.extend(four);
                }
                assert_eq!(back, bytes, "{len} bytes");
                for at in (0..len.saturating_sub(8)).rev().step_by(1_001) {
                    assert_eq!(reader.read::<8>(at as u64).expect("readable"), bytes[at..at + 8]);
                }
            }
        }
    }
}

#[test]
fn a_read_past_the_last_page_is_damage() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let path = dir.path().join("file");
    write(&path, &content(CONTENT_BYTES), 100);
    let file = open(&path, KEY, CONTENT_BYTES).expect("whole");
    let mut reader = file.reader(0, u64::MAX, 1);
    assert!(matches!(reader.read::<4>(CONTENT_BYTES as u64 - 3), Err(StoreError::Index(_))));
    assert!(matches!(reader.read::<4>(u64::MAX), Err(StoreError::Index(_))));
}

#[test]
fn a_flipped_bit_a_page_elsewhere_and_another_file_are_damage() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let path = dir.path().join("file");
    let len = 3 * CONTENT_BYTES;
    write(&path, &content(len), len);
    let whole = std::fs::read(&path).expect("just written");
    assert_eq!(whole.len(), 3 * PAGE_BYTES);
    let is_damage = |bytes: &[u8], key: &[u8]| {
        std::fs::write(&path, bytes).expect("a file");
        matches!(open(&path, key, len).and_then(|file| file.verify()), Err(StoreError::Index(_)))
    };
    assert!(!is_damage(&whole, KEY));
    assert!(is_damage(&whole, b"another key"));
    for at in (0..whole.len()).step_by(97).chain([CONTENT_BYTES - 1, CONTENT_BYTES, PAGE_BYTES - 1, PAGE_BYTES]) {
        let mut flipped = whole.clone();
        flipped[at] ^= 1 << (at % 8);
        assert!(is_damage(&flipped, KEY), "flipped at {at}");
    }
    let swapped = [&whole[PAGE_BYTES..2 * PAGE_BYTES], &whole[..PAGE_BYTES], &whole[2 * PAGE_BYTES..]].concat();
    assert!(is_damage(&swapped, KEY));
    assert!(is_damage(&whole[..2 * PAGE_BYTES], KEY));
    assert!(is_damage(&[&whole[..], &[0; PAGE_BYTES]].concat(), KEY));
    std::fs::remove_file(&path).expect("a file");
    assert!(matches!(open(&path, KEY, len), Err(StoreError::Index(_))));
}
