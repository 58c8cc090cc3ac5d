//! The rules of the house that a compiler doesn't check: who may know whom, what the pure core may name, what a source
//! file may look like, that every code is tested, that rules of versions are asked for by name, that comments cite what
//! is there and begin with what a thing is, that lines fit, and that the documents say what the code does.

mod circles;
mod citations;
mod codes;
mod comments;
mod dependencies;
mod documents;
mod imports;
mod pages;
mod paths;
mod prose;
mod records;
mod references;
mod sources;
mod versions;
mod workspace;
