//! What a history keeps once it is shared with other threads: the JSON of its messages without the texts.

use std::collections::{HashMap, VecDeque};

/// JSON of one message, with a placeholder for each of its texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skeleton {
    /// JSON.
    pub json: Box<str>,
    /// What marks a placeholder.
    pub nonce: Box<str>,
}

/// The shared part of a history.
#[derive(Debug, Default)]
pub struct Shared {
    /// By message number.
    pub skeletons: HashMap<u64, Skeleton>,
    /// Messages pushed by others that the owner has not seen, oldest first.
    pub news: VecDeque<u64>,
}

impl Shared {
    /// Bytes on the heap.
    #[must_use]
    pub fn heap(&self) -> usize {
        let held = self.skeletons.values();
        held.map(|it| it.json.len() + it.nonce.len() + 64)
            .sum::<usize>()
            + self.news.capacity() * 8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_what_it_holds() {
        let mut shared = Shared::default();
        assert_eq!(shared.heap(), 0);
        for number in 0..2 {
            let (json, nonce) = ("12345".into(), "789".into());
            shared.skeletons.insert(number, Skeleton { json, nonce });
        }
        assert_eq!(shared.heap(), 2 * (5 + 3 + 64));
        shared.news = VecDeque::with_capacity(10);
        assert_eq!(shared.heap(), 2 * (5 + 3 + 64) + 10 * 8);
    }
}
