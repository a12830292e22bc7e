//! The slot table: one compact record per entry, addressed by a `u32` token.
//!
//! Freed slots form a stack through their `next` field, so that the last slot freed is the next
//! one handed out. That order is part of the contract with the face, which takes slots from a
//! peeked list before the core hears of it ([`Slots::peek_free`]).

/// "No slot": the end of a list.
pub const NONE: u32 = u32::MAX;

/// Slots a table starts with.
const FIRST_CAPACITY: usize = 4;

/// Where an entry stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Place {
    /// No entry; on the free stack.
    Free,
    /// In the recency list of entries that live by the map's own idle limit.
    Plain,
    /// In the recency list of entries with an idle limit of their own.
    Own,
    /// Refused removal (busy or pinned), out of the eviction scan until looked at again.
    Kept,
}

/// One entry's record, 24 bytes.
#[derive(Debug, Clone, Copy)]
pub struct Slot {
    /// The next colder entry of its list.
    pub prev: u32,
    /// The next warmer entry of its list, or the next free slot.
    pub next: u32,
    /// Order of the last touch among all entries of the map.
    pub seq: u32,
    /// Where the entry stands.
    pub place: Place,
    /// Whether the map's table of extras has a record for it.
    pub extra: bool,
    /// Time of the last touch, ms.
    pub touched: f64,
}

/// All slots of one map.
#[derive(Debug, Clone, Default)]
pub struct Slots {
    items: Vec<Slot>,
    free: Option<u32>,
    live: u32,
}

impl Slots {
    /// Number of live entries.
    #[must_use]
    pub fn live(&self) -> u32 {
        self.live
    }

    /// Number of slots ever handed out, free ones included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether no slot was ever handed out.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// The record of a slot.
    ///
    /// # Panics
    /// If there is no such slot: the caller broke the protocol.
    #[inline]
    #[must_use]
    pub fn get(&self, slot: u32) -> &Slot {
        &self.items[slot as usize]
    }

    /// The record of a slot, to change it.
    ///
    /// # Panics
    /// If there is no such slot.
    #[inline]
    pub fn get_mut(&mut self, slot: u32) -> &mut Slot {
        &mut self.items[slot as usize]
    }

    /// Whether the slot holds an entry.
    #[must_use]
    pub fn is_live(&self, slot: u32) -> bool {
        self.items
            .get(slot as usize)
            .is_some_and(|s| s.place != Place::Free)
    }

    /// Whether the slot holds an entry with nothing of its own, in the plain list.
    #[inline]
    #[must_use]
    pub fn is_bare(&self, slot: u32) -> bool {
        self.items
            .get(slot as usize)
            .is_some_and(|s| s.place == Place::Plain && !s.extra)
    }

    /// Hands out a slot, the last freed first. Its place is still to be set by the caller.
    ///
    /// # Panics
    /// Beyond 2²⁹ slots, which the log's words cannot address.
    pub fn alloc(&mut self) -> u32 {
        self.live += 1;
        if let Some(slot) = self.free {
            let next = self.get(slot).next;
            self.free = (next != NONE).then_some(next);
            return slot;
        }
        let slot = u32::try_from(self.items.len()).expect("slot numbers fit u32");
        assert!(slot < crate::core::protocol::MAX_SLOTS, "too many slots");
        if self.items.is_empty() {
            self.items.reserve_exact(FIRST_CAPACITY);
        }
        self.items.push(Slot {
            prev: NONE,
            next: NONE,
            seq: 0,
            place: Place::Free,
            extra: false,
            touched: 0.0,
        });
        slot
    }

    /// Takes a slot back.
    pub fn free(&mut self, slot: u32) {
        let next = self.free.unwrap_or(NONE);
        let record = self.get_mut(slot);
        debug_assert!(record.place != Place::Free, "slot freed twice");
        record.place = Place::Free;
        record.extra = false;
        record.prev = NONE;
        record.next = next;
        self.free = Some(slot);
        self.live -= 1;
    }

    /// The slots that the next `out.len()` calls of [`Slots::alloc`] will hand out, in order.
    pub fn peek_free(&self, out: &mut [u32]) {
        let mut free = self.free;
        let mut fresh = u32::try_from(self.items.len()).expect("slot numbers fit u32");
        for place in out {
            if let Some(slot) = free {
                *place = slot;
                let next = self.get(slot).next;
                free = (next != NONE).then_some(next);
            } else {
                *place = fresh;
                fresh += 1;
            }
        }
    }

    /// Number of free slots on the stack, counted by walking it; `None` if it meets what is no free slot or does
    /// not end.
    #[must_use]
    pub fn count_free(&self) -> Option<usize> {
        let mut count = 0;
        let mut at = self.free.unwrap_or(NONE);
        while at != NONE {
            count += 1;
            let slot = self.items.get(at as usize)?;
            if count > self.items.len() || slot.place != Place::Free {
                return None;
            }
            at = slot.next;
        }
        Some(count)
    }

    /// All live slots, in slot order.
    pub fn iter_live(&self) -> impl Iterator<Item = u32> + '_ {
        (0u32..)
            .zip(&self.items)
            .filter(|(_, s)| s.place != Place::Free)
            .map(|(slot, _)| slot)
    }

    /// The order of the last touch and the slot of all entries in the plain list, in slot order.
    pub fn iter_plain(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        (0u32..)
            .zip(&self.items)
            .filter(|(_, s)| s.place == Place::Plain)
            .map(|(slot, s)| (s.seq, slot))
    }

    /// Bytes held on the Rust heap.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.items.capacity() * std::mem::size_of::<Slot>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::limits::{Limits, Reason};
    use crate::core::policy::Policy;

    #[test]
    fn a_record_stays_small() {
        assert_eq!(std::mem::size_of::<Slot>(), 24);
    }

    #[test]
    fn peek_tells_what_alloc_will_give() {
        let mut slots = Slots::default();
        assert!(slots.is_empty());
        for _ in 0..5 {
            let slot = slots.alloc();
            slots.get_mut(slot).place = Place::Plain;
        }
        assert!(!slots.is_empty());
        slots.free(1);
        slots.free(3);
        let mut peeked = [0; 4];
        slots.peek_free(&mut peeked);
        assert_eq!(peeked, [3, 1, 5, 6]);
        let given = [slots.alloc(), slots.alloc(), slots.alloc(), slots.alloc()];
        assert_eq!(given, peeked);
    }

    #[test]
    fn the_audit_notices_a_free_slot_that_is_not_on_the_stack() {
        let mut policy = Policy::new(Limits::default());
        for _ in 0..3 {
            policy.admit(0.0);
        }
        policy.remove(1, Reason::Delete);
        policy.validate().unwrap();
        policy.slots.free = None;
        let told = policy.validate().unwrap_err();
        assert_eq!(told, "0 free + 2 live are not 3 slots");
    }
}
