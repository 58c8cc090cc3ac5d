use lojal_random::Random;

use super::*;

fn any_line(random: &mut Random) -> Line {
    let depth = [0, 7, 8, 25, 127, 128, 255, 256][random.index(8)];
    let entries = random.below(17) as u8;
    let mut path: [u8; 32] = std::array::from_fn(|_| random.byte());
    for bit in usize::from(depth)..DEPTH_MAX {
        path[bit / 8] &= !(0x80 >> (bit % 8));
    }
    if entries == 0 {
        return Line { page: PageAt { path, depth, hash: [0; 32], entries }, length: 0 };
    }
    let length = [0, 1, 127, 128, 1_400, 1 << 21, u32::MAX][random.index(7)];
    Line { page: PageAt { path, depth, hash: std::array::from_fn(|_| random.byte()), entries }, length }
}

#[test]
fn lines_come_back_one_after_the_other_and_are_small() {
    let mut random = Random::new(1);
    let lines: Vec<Line> = (0..2_000).map(|_| any_line(&mut random)).collect();
    let mut bytes = Vec::new();
    for line in &lines {
        let before = bytes.len();
        line.encode(&mut bytes);
        assert!(bytes.len() - before <= LINE_BYTES_MAX);
    }
    let mut rest = &bytes[..];
    let back: Vec<Line> = lines.iter().map(|_| Line::decode(&mut rest).expect("just written")).collect();
    assert!(back == lines && rest.is_empty());
    let usual = PageAt { path: [0; 32], depth: 23, hash: [7; 32], entries: 11 };
    bytes.clear();
    Line { page: usual, length: 1_400 }.encode(&mut bytes);
    assert_eq!(bytes.len(), 39);
}

#[test]
fn a_line_has_one_form_and_what_has_another_is_none() {
    let mut random = Random::new(2);
    for _ in 0..2_000 {
        let mut bytes = Vec::new();
        any_line(&mut random).encode(&mut bytes);
        for end in 0..bytes.len() {
            assert_eq!(Line::decode(&mut &bytes[..end]), Err(Malformed), "cut at {end}");
        }
        let at = random.index(bytes.len());
        bytes[at] ^= 1 << random.below(8);
        let mut rest = &bytes[..];
        let Ok(line) = Line::decode(&mut rest) else { continue };
        let mut again = Vec::new();
        line.encode(&mut again);
        assert_eq!(again, bytes[..bytes.len() - rest.len()]);
    }
    for refused in [&[0x80, 0, 0][..], &[1, 0, 0x40], &[0, 17], &[0x81, 2, 0], &[0xff, 0xff, 0xff, 0xff, 0x7f]] {
        assert_eq!(Line::decode(&mut &refused[..]), Err(Malformed), "{refused:?}");
    }
}

#[test]
fn pages_overlap_if_one_is_in_the_place_of_the_other() {
    let line = |first: u8, depth: u16| {
        let mut path = [0; 32];
        path[0] = first;
        Line { page: PageAt { path, depth, hash: [0; 32], entries: 1 }, length: 0 }
    };
    for (one, other, expected) in [
        (line(0, 0), line(0xff, 8), true),
        (line(0x80, 1), line(0xc0, 2), true),
        (line(0x80, 1), line(0x40, 2), false),
        (line(0x80, 1), line(0x80, 9), true),
        (line(0x80, 9), line(0x81, 8), false),
        (line(0x80, 8), line(0x80, 8), true),
    ] {
        assert_eq!(
            (one.page.overlaps(&other.page), other.page.overlaps(&one.page)),
            (expected, expected),
            "{one:?} {other:?}"
        );
    }
}
