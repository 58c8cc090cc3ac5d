#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| lojal_tests::targets::snapshot_pieces(data));
