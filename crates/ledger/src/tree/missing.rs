//! The pages that an answer lacks because they are not in memory.

use thiserror::Error;

/// Pages that would have to be in memory for an answer, which is neither a record nor its absence then. There is one at
/// least, and each is named once.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{} pages of the state are not in memory", .pages.len())]
pub struct Missing {
    pages: Vec<[u8; 32]>,
}

impl Missing {
    pub(super) fn page(hash: [u8; 32]) -> Self {
        Self { pages: vec![hash] }
    }

    /// The hashes of the pages.
    pub fn pages(&self) -> &[[u8; 32]] {
        &self.pages
    }

    /// Both of two answers, or all that either of them lacks.
    pub(crate) fn both<A, B>(one: Result<A, Self>, other: Result<B, Self>) -> Result<(A, B), Self> {
        match (one, other) {
            (Ok(one), Ok(other)) => Ok((one, other)),
            (Err(one), Err(other)) => Err(Self::of([one.pages, other.pages].concat())),
            (Err(missing), Ok(_)) | (Ok(_), Err(missing)) => Err(missing),
        }
    }

    /// All answers, or all that any of them lacks.
    pub(crate) fn each<T>(answers: impl Iterator<Item = Result<T, Self>>) -> Result<Vec<T>, Self> {
        let (mut all, mut pages) = (Vec::new(), Vec::new());
        for answer in answers {
            match answer {
                Ok(answer) => all.push(answer),
                Err(missing) => pages.extend(missing.pages),
            }
        }
        Self::all(pages).map(|()| all)
    }

    /// The same without those pages that `is_there` says; nothing if none is left.
    pub(crate) fn without(mut self, is_there: impl Fn(&[u8; 32]) -> bool) -> Result<(), Self> {
        self.pages.retain(|page| !is_there(page));
        Self::all(self.pages)
    }

    /// Nothing, unless there are pages.
    pub(super) fn all(pages: Vec<[u8; 32]>) -> Result<(), Self> {
        if pages.is_empty() { Ok(()) } else { Err(Self::of(pages)) }
    }

    fn of(mut pages: Vec<[u8; 32]>) -> Self {
        pages.sort_unstable();
        pages.dedup();
        Self { pages }
    }
}
