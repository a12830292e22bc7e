//! Tool call ids: one byte arena for all messages, and an index from a call's id to who made it.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use crate::core::history::message::{Message, Messages};

/// Dead bytes an arena may hold before it is worth a look.
const SLACK: usize = 1024;

/// The ids of all messages.
#[derive(Debug, Default)]
pub struct Ids {
    bytes: Vec<u8>,
    dead: usize,
    /// Hash of an id → the last message that made a call of that id.
    calls: HashMap<u64, u32>,
    /// Those before it, oldest first: calls without ids of their own go by a name that comes again.
    older: HashMap<u64, Vec<u32>>,
    hasher: RandomState,
}

/// The ids in a list, one a line.
fn lines(ids: &str) -> impl Iterator<Item = &str> {
    ids.split('\n').filter(|id| !id.is_empty())
}

impl Ids {
    /// Stores the lists of a message, which then points to them.
    ///
    /// # Panics
    /// Beyond 4 GB of ids.
    pub fn store(&mut self, message: &mut Message, calls: &str, answers: &str) {
        let len = |ids: &str| u32::try_from(ids.len()).expect("ids fit u32");
        message.ids = u32::try_from(self.bytes.len()).expect("ids fit u32");
        message.calls = len(calls);
        message.answers = len(answers);
        self.bytes.extend_from_slice(calls.as_bytes());
        self.bytes.extend_from_slice(answers.as_bytes());
    }

    fn list(&self, from: u32, len: u32) -> &str {
        // A message without ids may point to where an arena once was.
        if len == 0 {
            return "";
        }
        let from = from as usize;
        std::str::from_utf8(&self.bytes[from..from + len as usize]).unwrap_or_default()
    }

    /// Both lists of a message: calls, answers.
    #[must_use]
    pub fn of(&self, message: &Message) -> (&str, &str) {
        (
            self.list(message.ids, message.calls),
            self.list(message.ids + message.calls, message.answers),
        )
    }

    fn hash(&self, id: &str) -> u64 {
        self.hasher.hash_one(id)
    }

    /// The other messages whose calls a message answers.
    #[must_use]
    pub fn answered(&self, messages: &Messages, slot: u32) -> Vec<u32> {
        let (own, answers) = self.of(messages.get(slot));
        lines(answers)
            .filter(|id| !lines(own).any(|call| call == *id))
            .filter_map(|id| {
                let caller = *self.calls.get(&self.hash(id))?;
                let (calls, _) = self.of(messages.get(caller));
                lines(calls).any(|call| call == id).then_some(caller)
            })
            .collect()
    }

    /// Makes a message's calls findable.
    pub fn index(&mut self, messages: &Messages, slot: u32) {
        let message = messages.get(slot);
        if message.calls == 0 {
            return;
        }
        let hashes: Vec<u64> = lines(self.of(message).0).map(|id| self.hash(id)).collect();
        for hash in hashes {
            if let Some(before) = self
                .calls
                .insert(hash, slot)
                .filter(|before| *before != slot)
            {
                self.older.entry(hash).or_default().push(before);
            }
        }
    }

    /// Makes a message's calls unfindable.
    pub fn unindex(&mut self, messages: &Messages, slot: u32) {
        let message = messages.get(slot);
        if message.calls == 0 {
            return;
        }
        let hashes: Vec<u64> = lines(self.of(message).0).map(|id| self.hash(id)).collect();
        for hash in hashes {
            let latest = self.calls.get(&hash) == Some(&slot);
            let mut before = None;
            if let Some(older) = self.older.get_mut(&hash) {
                if latest {
                    before = older.pop();
                } else {
                    older.retain(|other| *other != slot);
                }
                if older.is_empty() {
                    self.older.remove(&hash);
                }
            }
            match before {
                Some(before) => self.calls.insert(hash, before),
                None if latest => self.calls.remove(&hash),
                None => None,
            };
        }
        if self.calls.is_empty() {
            self.calls = HashMap::default();
            self.older = HashMap::default();
        }
    }

    /// Makes every call unfindable.
    pub fn unindex_all(&mut self) {
        self.calls.clear();
        self.older.clear();
    }

    /// Frees the lists of a message that goes or gets others.
    pub fn release(&mut self, message: &Message) {
        self.dead += message.calls as usize + message.answers as usize;
        if self.dead == self.bytes.len() {
            self.bytes = Vec::new();
            self.dead = 0;
        }
    }

    /// Whether more than half of the arena is dead.
    #[must_use]
    pub fn wants_compaction(&self) -> bool {
        self.dead > SLACK && self.dead > self.bytes.len() / 2
    }

    /// Copies what the given messages hold into a fresh arena.
    pub fn compact(&mut self, messages: &mut Messages, slots: impl Iterator<Item = u32>) {
        let fresh = Vec::with_capacity(self.live());
        let old = std::mem::replace(&mut self.bytes, fresh);
        self.dead = 0;
        for slot in slots {
            let message = messages.get_mut(slot);
            let (from, len) = (
                message.ids as usize,
                (message.calls + message.answers) as usize,
            );
            message.ids = u32::try_from(self.bytes.len()).unwrap_or(u32::MAX);
            self.bytes
                .extend_from_slice(old.get(from..from + len).unwrap_or_default());
        }
    }

    /// Live bytes of ids. With more dead than there are, which the audit must survive, more than there can be.
    #[must_use]
    pub fn live(&self) -> usize {
        self.bytes.len().wrapping_sub(self.dead)
    }

    /// Bytes on the heap.
    #[must_use]
    pub fn heap(&self) -> usize {
        let older = self.older.values().map(|v| 32 + v.capacity() * 4);
        self.bytes.capacity() + self.calls.capacity() * 17 + older.sum::<usize>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::history::History;
    use crate::core::history::message::{Descriptor, flag};

    fn push(history: &mut History, calls: &str, answers: &str) -> u64 {
        let it = Descriptor {
            flags: flag::ASSISTANT,
            tokens: 0.0,
            fixed_bytes: 0,
            fixed_units: 0,
            calls,
            answers,
        };
        history.push(&it, &[], &mut Default::default());
        history.next - 1
    }

    /// Who is found to have made the call that is answered next.
    fn caller(history: &mut History, id: &str) -> Vec<u32> {
        let number = push(history, "", id);
        let slot = *history.order.slots.back().unwrap();
        let found = history.ids.answered(&history.messages, slot);
        history.remove(&[number]).unwrap();
        history.validate().unwrap();
        found
    }

    #[test]
    fn of_calls_with_one_id_the_latest_that_is_left_is_found() {
        let mut history = History::default();
        for _ in 0..4 {
            push(&mut history, "x\nx", "");
        }
        assert_eq!(caller(&mut history, "x"), [3]);
        history.remove(&[1]).unwrap();
        assert_eq!(caller(&mut history, "x"), [3]);
        history.remove(&[3]).unwrap();
        assert_eq!(caller(&mut history, "x"), [2]);
        history.remove(&[2]).unwrap();
        assert_eq!(caller(&mut history, "x"), [0]);
        history.remove(&[0]).unwrap();
        assert!(caller(&mut history, "x").is_empty());
        assert!(history.ids.calls.is_empty() && history.ids.older.is_empty());
    }

    /// What trimming does: only those that are to go are made unfindable.
    #[test]
    fn of_calls_with_one_id_the_others_stay_findable() {
        let mut history = History::default();
        for _ in 0..4 {
            push(&mut history, "x", "");
        }
        push(&mut history, "", "x");
        let found = |history: &History| history.ids.answered(&history.messages, 4);
        for (gone, latest) in [(1, 3), (3, 2), (2, 0)] {
            history.ids.unindex(&history.messages, gone);
            assert_eq!(found(&history), [latest]);
        }
        history.ids.unindex(&history.messages, 0);
        assert!(found(&history).is_empty());
    }

    #[test]
    fn ids_are_copied_once_more_than_half_of_them_and_of_a_kilobyte_are_dead() {
        let wants = |dead: usize, len: usize| {
            let ids = Ids {
                bytes: vec![0; len],
                dead,
                ..Ids::default()
            };
            ids.wants_compaction()
        };
        assert!(!wants(SLACK, SLACK + 1));
        assert!(wants(SLACK + 1, SLACK + 1));
        assert!(wants(2 * SLACK + 1, 4 * SLACK));
        assert!(!wants(2 * SLACK, 4 * SLACK));
        assert!(!wants(SLACK + 1, 100 * SLACK));
    }

    #[test]
    fn the_index_says_what_it_holds() {
        let mut ids = Ids::default();
        assert_eq!(ids.heap(), 0);
        ids.bytes = Vec::with_capacity(100);
        ids.calls.insert(1, 1);
        let room = ids.calls.capacity();
        assert_eq!(ids.heap(), 100 + 17 * room);
        ids.older.insert(1, Vec::with_capacity(3));
        ids.older.insert(2, Vec::with_capacity(5));
        assert_eq!(ids.heap(), 100 + 17 * room + 32 + 3 * 4 + 32 + 5 * 4);
    }
}
