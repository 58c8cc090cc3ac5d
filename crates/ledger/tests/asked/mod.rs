//! Pages that lie elsewhere, and questions that are asked until all pages that they need have been brought, one by one.

use std::collections::{BTreeMap, BTreeSet};

use lojal_ledger::tree::{LoadedPage, PagePath};
use lojal_ledger::{BlockExecutor, DryRun, Missing, State, StateTree, Stop, View};
use lojal_types::Code;

/// The stored pages of all versions of a state, by their hashes.
#[derive(Default)]
pub(super) struct Pages(BTreeMap<[u8; 32], Vec<u8>>);

impl Pages {
    /// Stores the pages of a version that are in memory.
    pub(super) fn store(&mut self, view: &View) {
        for tree in trees(view) {
            tree.pages(|at, page| {
                if let Some(page) = page {
                    self.0.entry(at.hash).or_insert_with(|| {
                        let mut bytes = Vec::new();
                        page.encode(&mut bytes);
                        bytes
                    });
                }
            });
        }
    }

    fn load(&self, hash: &[u8; 32]) -> LoadedPage {
        LoadedPage::decode(hash, &self.0[hash]).expect("as it was stored")
    }
}

fn trees(view: &View) -> impl Iterator<Item = &StateTree> {
    [view.tree()].into_iter().chain(view.shelves().iter().map(|(_, shelf)| shelf))
}

/// The number of pages of a version.
pub(super) fn pages_of(view: &View) -> usize {
    let mut count = 0;
    trees(view).for_each(|tree| tree.pages(|at, _| count += usize::from(at.entries > 0)));
    count
}

/// Gives up every page of a state.
pub(super) fn give_up(state: &mut State) {
    state.map_trees(|_, tree| {
        let mut paths = Vec::new();
        tree.pages(|at, _| paths.push(PagePath::of(&at.path)));
        tree.without_pages(&paths, |_, _| true)
    });
    trees(state.view()).for_each(|tree| tree.pages(|at, page| assert!(page.is_none() || at.entries == 0, "{at:?}")));
}

/// Whoever takes pages that were missing.
pub(super) trait Supplied {
    fn supply(&mut self, pages: Vec<LoadedPage>);
}

impl Supplied for BlockExecutor<'_> {
    fn supply(&mut self, pages: Vec<LoadedPage>) {
        self.supply(pages);
    }
}

impl Supplied for DryRun<'_> {
    fn supply(&mut self, pages: Vec<LoadedPage>) {
        self.supply(pages);
    }
}

impl Supplied for View {
    fn supply(&mut self, pages: Vec<LoadedPage>) {
        *self = self.with_pages(&pages);
    }
}

impl Supplied for Vec<StateTree> {
    fn supply(&mut self, pages: Vec<LoadedPage>) {
        self.iter_mut().for_each(|tree| *tree = tree.with_pages(&pages));
    }
}

/// Somebody who lacks pages, and is brought them.
pub(super) struct Asked<'p, T> {
    pub(super) of: T,
    pages: &'p Pages,
    brought: BTreeSet<[u8; 32]>,
}

impl<'p, T: Supplied> Asked<'p, T> {
    pub(super) fn new(of: T, pages: &'p Pages) -> Self {
        Self { of, pages, brought: BTreeSet::new() }
    }

    /// The number of pages that have been brought.
    pub(super) fn brought(&self) -> usize {
        self.brought.len()
    }

    /// Brings the first of the pages that are missing, none of which has been brought before: so there is an answer
    /// when all pages have been.
    pub(super) fn bring(&mut self, missing: &Missing) {
        let pages: BTreeSet<[u8; 32]> = missing.pages().iter().copied().collect();
        assert_eq!(pages.len(), missing.pages().len(), "a page is named once");
        assert!(pages.is_disjoint(&self.brought), "what was brought is missing no more");
        let first = missing.pages()[0];
        self.of.supply(vec![self.pages.load(&first)]);
        self.brought.insert(first);
    }

    /// The answer to a question, however many pages it takes.
    pub(super) fn ask<A>(&mut self, mut question: impl FnMut(&mut T) -> Result<A, Stop>) -> Result<A, Code> {
        loop {
            match question(&mut self.of) {
                Ok(answer) => return Ok(answer),
                Err(Stop::Failed(code)) => return Err(code),
                Err(Stop::Missing(missing)) => self.bring(&missing),
            }
        }
    }

    /// The same of a question that breaks no rule.
    pub(super) fn tell<A>(&mut self, mut question: impl FnMut(&mut T) -> Result<A, Missing>) -> A {
        self.ask(|of| Ok(question(of)?)).unwrap_or_else(|code| panic!("{code}"))
    }
}
