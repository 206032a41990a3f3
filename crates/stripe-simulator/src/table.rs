//! A table of one kind of object, in the order of their making.

use indexmap::IndexMap;

use crate::wire::{Refusal, Row};

/// Objects by id.
#[derive(Debug)]
pub(crate) struct Table<R>(IndexMap<String, R>);

impl<R> Default for Table<R> {
    fn default() -> Self {
        Self(IndexMap::new())
    }
}

impl<R: Row> Table<R> {
    pub(crate) fn get(&self, id: &str) -> Option<&R> {
        self.0.get(id)
    }

    /// The object whose id stands in the path of a request.
    pub(crate) fn find(&self, id: &str) -> Result<&R, Refusal> {
        self.get(id).ok_or_else(|| Refusal::not_found(R::KIND, id))
    }

    /// The object that a parameter names.
    pub(crate) fn named(&self, id: &str, param: &str) -> Result<&R, Refusal> {
        self.get(id).ok_or_else(|| Refusal::no_such(R::KIND, id, param))
    }

    /// Adds an object, or takes the place of the one with its id.
    pub(crate) fn put(&mut self, row: R) {
        self.0.insert(row.id().to_owned(), row);
    }

    pub(crate) fn newest_first(&self) -> impl Iterator<Item = &R> {
        self.0.values().rev()
    }

    pub(crate) fn oldest_first(&self) -> impl Iterator<Item = &R> {
        self.0.values()
    }
}
