use std::collections::BTreeMap;

use lojal_random::Random;

use super::*;

fn hash(random: &mut Random) -> [u8; 32] {
    std::array::from_fn(|_| random.byte())
}

fn any_place(random: &mut Random) -> Place {
    let offset = random.below(1 << UNIT_BITS) * UNIT_BYTES;
    Place::new(1 + random.below(FILES_MAX.into()) as u16, offset, random.below(9_000) as u32).expect("it fits")
}

#[test]
fn an_entry_is_a_key_a_place_and_a_mark() {
    let (mut random, table) = (Random::new(1), Table::new());
    for _ in 0..1_000 {
        let (hash, place) = (hash(&mut random), any_place(&mut random));
        let entry = table.entry(&hash, &place);
        assert_eq!((entry.key(), entry.place()), (table.key(&hash), place));
        let marked = entry.leaving();
        assert!(!entry.is_leaving() && marked.is_leaving() && marked.place() == place && marked.is_at(entry));
    }
}

#[test]
fn what_is_read_is_no_less_than_the_page_unless_that_is_large() {
    for (bytes, read, is_all) in [(0, 512, true), (508, 512, true), (509, 1_024, true), (7_164, 7_168, true)] {
        let place = Place::new(1, 16, bytes).expect("it fits");
        assert_eq!((place.read_bytes, place.is_all), (read, is_all), "{bytes}");
    }
    let large = Place::new(1, 16, 1 << 20).expect("it fits");
    assert_eq!((large.read_bytes, large.is_all), (READ_MAX, false));
    assert_eq!(Place::new(1, 8, 10), None);
    assert!(Place::new(FILES_MAX, ((1 << UNIT_BITS) - 1) * UNIT_BYTES, 10).is_some());
    assert_eq!(Place::new(1, (1 << UNIT_BITS) * UNIT_BYTES, 10), None);
}

#[test]
fn a_table_answers_as_a_map_does_also_where_keys_meet() {
    for key_bits in [KEY_BITS, 12, 9] {
        let (mut random, table) = (Random::new(key_bits.into()), Table::with_keys_of(key_bits));
        let mut naive = BTreeMap::<[u8; 32], Entry>::new();
        for round in 0..60_000_u32 {
            let known = naive.keys().nth(random.index(naive.len().max(1)).min(200)).copied();
            match (random.below(8), known) {
                (0..=2, Some(hash)) if round > 1_000 => {
                    let entry = naive.remove(&hash).expect("known");
                    assert!(table.shard(entry.key()).remove(entry));
                    assert!(!table.shard(entry.key()).remove(entry));
                }
                (3, Some(hash)) => {
                    let entry = naive[&hash];
                    let other = table.entry(&hash, &any_place(&mut random)).leaving();
                    assert!(table.shard(entry.key()).replace(entry, other));
                    naive.insert(hash, other);
                }
                _ => {
                    let hash = hash(&mut random);
                    let entry = table.entry(&hash, &any_place(&mut random));
                    table.shard(entry.key()).insert(entry);
                    naive.insert(hash, entry);
                }
            }
        }
        assert!(naive.len() > 5_000);
        for (hash, entry) in &naive {
            let key = table.key(hash);
            let found: Vec<Entry> = table.shard(key).entries(key).collect();
            assert!(found.contains(entry) && found.iter().all(|found| found.key() == key));
            assert!(key_bits < KEY_BITS || found.len() == 1);
        }
        let none = table.key(&[0xee; 32]);
        assert!(key_bits < KEY_BITS || table.shard(none).entries(none).next().is_none());
        let (entries, bytes) = table.size();
        assert_eq!(entries, naive.len() as u64);
        assert!(key_bits < KEY_BITS || bytes < 26 * entries, "{bytes} bytes for {entries} pages");
    }
}

#[test]
fn ten_million_pages_take_about_250_megabytes() {
    // A shard's share of them; all shards are alike.
    let (mut random, mut shard) = (Random::new(1), Shard::default());
    let table = Table::new();
    let mut most = 0;
    for pages in 1..=10_000_000 / (1_u64 << SHARD_BITS) {
        let entry = table.entry(&hash(&mut random), &any_place(&mut random));
        shard.insert(entry);
        if pages > 10_000 {
            most = most.max(shard.slots.capacity() as u64 * 16 * 100 / pages);
        }
    }
    assert!(most < 2_400, "{most} hundredths of a byte for a page");
}
