//! A bounded memory: the oldest entry makes room for the newest.

use std::collections::{HashMap, VecDeque};

/// Entries by id, at most `most` of them.
pub(crate) struct Keep<T> {
    by_id: HashMap<String, T>,
    order: VecDeque<String>,
    most: usize,
}

impl<T> Keep<T> {
    pub(crate) fn new(most: usize) -> Self {
        Self {
            by_id: HashMap::new(),
            order: VecDeque::new(),
            most,
        }
    }

    pub(crate) fn get(&self, id: &str) -> Option<&T> {
        self.by_id.get(id)
    }

    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut T> {
        self.by_id.get_mut(id)
    }

    /// Adds or replaces an entry.
    pub(crate) fn put(&mut self, id: String, entry: T) {
        if self.by_id.insert(id.clone(), entry).is_some() {
            return;
        }
        if self.order.len() == self.most
            && let Some(oldest) = self.order.pop_front()
        {
            self.by_id.remove(&oldest);
        }
        self.order.push_back(id);
    }

    pub(crate) fn remove(&mut self, id: &str) -> Option<T> {
        self.order.retain(|known| known != id);
        self.by_id.remove(id)
    }

    pub(crate) fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Oldest first.
    pub(crate) fn all(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.order.iter().filter_map(|id| self.by_id.get(id))
    }

    /// In no order.
    pub(crate) fn all_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.by_id.values_mut()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_makes_room() {
        let mut keep = Keep::new(2);
        for id in ["a", "b", "a", "c"] {
            keep.put(id.to_owned(), id);
        }
        assert!(keep.get("a").is_none());
        assert_eq!(keep.all().copied().collect::<Vec<_>>(), ["b", "c"]);
        assert_eq!(keep.remove("b"), Some("b"));
        assert_eq!(keep.len(), 1);
    }
}
