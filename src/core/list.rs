//! A recency list threaded through the slot table: coldest entry first.

use crate::core::slots::{NONE, Slots};

/// Ends and length of one list; the links are in the slots.
#[derive(Debug, Clone, Copy)]
pub struct List {
    /// The least recently touched entry.
    pub head: u32,
    /// The most recently touched entry.
    pub tail: u32,
    /// Number of entries.
    pub len: u32,
}

impl Default for List {
    fn default() -> Self {
        Self {
            head: NONE,
            tail: NONE,
            len: 0,
        }
    }
}

impl List {
    /// Adds an entry at the warm end.
    #[inline]
    pub fn push_warm(&mut self, slots: &mut Slots, slot: u32) {
        let record = slots.get_mut(slot);
        record.prev = self.tail;
        record.next = NONE;
        if self.tail == NONE {
            self.head = slot;
        } else {
            slots.get_mut(self.tail).next = slot;
        }
        self.tail = slot;
        self.len += 1;
    }

    /// Adds an entry where its `seq` belongs, walking from the cold end. One of the list is warmer.
    pub fn insert_by_seq(&mut self, slots: &mut Slots, slot: u32) {
        let seq = slots.get(slot).seq;
        let mut after = self.head;
        while slots.get(after).seq < seq {
            after = slots.get(after).next;
        }
        let before = slots.get(after).prev;
        let record = slots.get_mut(slot);
        record.prev = before;
        record.next = after;
        slots.get_mut(after).prev = slot;
        if before == NONE {
            self.head = slot;
        } else {
            slots.get_mut(before).next = slot;
        }
        self.len += 1;
    }

    /// Takes an entry out.
    #[inline]
    pub fn unlink(&mut self, slots: &mut Slots, slot: u32) {
        let (prev, next) = {
            let record = slots.get(slot);
            (record.prev, record.next)
        };
        if prev == NONE {
            self.head = next;
        } else {
            slots.get_mut(prev).next = next;
        }
        if next == NONE {
            self.tail = prev;
        } else {
            slots.get_mut(next).prev = prev;
        }
        self.len -= 1;
    }

    /// Makes an entry of the list its warmest. The hottest path of the core: every read comes here.
    #[inline]
    pub fn warm(&mut self, slots: &mut Slots, slot: u32) {
        if self.tail == slot {
            return;
        }
        let record = slots.get_mut(slot);
        let (prev, next) = (record.prev, record.next);
        record.prev = self.tail;
        record.next = NONE;
        // Not the tail, so there is a next one.
        slots.get_mut(next).prev = prev;
        if prev == NONE {
            self.head = next;
        } else {
            slots.get_mut(prev).next = next;
        }
        slots.get_mut(self.tail).next = slot;
        self.tail = slot;
    }

    /// Links all entries of the list anew, in this order, coldest first.
    pub fn link(&mut self, slots: &mut Slots, order: impl Iterator<Item = u32>) {
        let mut order = order.peekable();
        let mut prev = NONE;
        self.head = order.peek().copied().unwrap_or(NONE);
        while let Some(slot) = order.next() {
            let record = slots.get_mut(slot);
            record.prev = prev;
            record.next = order.peek().copied().unwrap_or(NONE);
            prev = slot;
        }
        self.tail = prev;
    }

    /// Makes the coldest entries, up to `last`, the warmest, keeping their order.
    pub fn warm_head(&mut self, slots: &mut Slots, last: u32) {
        let after = slots.get(last).next;
        if after == NONE {
            return;
        }
        let first = std::mem::replace(&mut self.head, after);
        slots.get_mut(after).prev = NONE;
        slots.get_mut(first).prev = self.tail;
        slots.get_mut(self.tail).next = first;
        slots.get_mut(last).next = NONE;
        self.tail = last;
    }
}
