//! The rules of the house that a compiler doesn't check: who may know whom, what the pure core may name, what a source
//! file may look like, that every code is tested, and that the documents say what the code does.

mod codes;
mod dependencies;
mod documents;
mod paths;
mod references;
mod sources;
mod workspace;
