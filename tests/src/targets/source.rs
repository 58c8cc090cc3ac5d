//! Arbitrary bytes as a sequence of choices.

/// Bytes that are taken one after the other; after the last one all are 0.
pub struct Source<'a>(&'a [u8]);

impl<'a> Source<'a> {
    /// Reads from the first byte.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }
    /// Tells whether there are no more bytes.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    /// The next byte.
    pub fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }
    /// One choice in two: the last bit of the next byte.
    pub fn flag(&mut self) -> bool {
        self.byte() & 1 == 1
    }
    /// One choice in so many, of 1 to 256.
    pub fn below(&mut self, count: usize) -> usize {
        usize::from(self.byte()) % count
    }
    /// The next four bytes, the lowest first.
    pub fn u32(&mut self) -> u32 {
        u32::from_le_bytes([(); 4].map(|()| self.byte()))
    }
    /// The next eight bytes, the lowest first.
    pub fn u64(&mut self) -> u64 {
        u64::from_le_bytes([(); 8].map(|()| self.byte()))
    }
    /// Up to `count` of the next bytes.
    pub fn bytes(&mut self, count: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(count.min(self.0.len()));
        self.0 = rest;
        taken
    }
    /// All that is left.
    pub fn rest(self) -> &'a [u8] {
        self.0
    }
}
