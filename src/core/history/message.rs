//! What the core knows of one message: 64 bytes in a slab, addressed by a `u32` slot.

use crate::core::history::limits::Totals;

/// "No message", "no text".
pub const NONE: u32 = u32::MAX;

/// Flag bits of a message. The first six come from the face.
pub mod flag {
    /// System or developer role.
    pub const SYSTEM: u16 = 1;
    /// Starts a turn.
    pub const TURN: u16 = 2;
    /// Spoken by the model.
    pub const ASSISTANT: u16 = 4;
    /// Holds tool results only.
    pub const RESULT: u16 = 8;
    /// User role.
    pub const USER: u16 = 16;
    /// Pinned by the user of the package.
    pub const PINNED: u16 = 32;
    /// The bits that come from the face.
    pub const GIVEN: u16 = 63;
    /// In the head: a leading system message or one of the first kept ones.
    pub const HEAD: u16 = 1 << 8;
    /// Pushed by another thread; the owner has not seen it.
    pub const UNSEEN: u16 = 1 << 9;
}

/// What the face says about a message.
#[derive(Debug, Clone, Copy)]
pub struct Descriptor<'a> {
    /// Flag bits.
    pub flags: u16,
    /// Tokens; negative = a quarter of the units, rounded up.
    pub tokens: f64,
    /// UTF-8 bytes of the strings that stay in JavaScript.
    pub fixed_bytes: u32,
    /// UTF-16 units of the strings that stay in JavaScript.
    pub fixed_units: u32,
    /// Ids of tool calls made, one a line.
    pub calls: &'a str,
    /// Ids of tool calls answered, one a line.
    pub answers: &'a str,
}

/// One message.
#[derive(Debug, Clone, Copy)]
pub struct Message {
    /// Counted up from 0, never reused.
    pub number: u64,
    /// Tokens as given; negative = worked out.
    pub tokens: f64,
    /// UTF-8 bytes, texts included.
    pub bytes: u64,
    /// UTF-16 units, texts included.
    pub units: u64,
    /// Of these, bytes that stay in JavaScript.
    pub fixed_bytes: u32,
    /// Of these, units that stay in JavaScript.
    pub fixed_units: u32,
    /// Where its tool call ids begin.
    pub ids: u32,
    /// Bytes of the ids of calls.
    pub calls: u32,
    /// Bytes of the ids of answers.
    pub answers: u32,
    /// The next message it is tied to by tool calls, around a ring; itself if alone.
    pub ring: u32,
    /// Its first text.
    pub text: u32,
    /// Flag bits.
    pub flags: u16,
    /// Which turn it belongs to: neighbours of another turn have another number. Enough to tell
    /// them apart, not to count them.
    pub turn: u16,
}

impl Message {
    /// Whether any of the flags is set.
    #[inline]
    #[must_use]
    pub fn is(&self, flags: u16) -> bool {
        self.flags & flags != 0
    }

    /// What the message weighs.
    #[must_use]
    #[allow(clippy::cast_precision_loss)]
    pub fn weight(&self) -> Totals {
        let tokens = if self.tokens < 0.0 {
            self.units.div_ceil(4) as f64
        } else {
            self.tokens
        };
        Totals {
            messages: 1,
            bytes: self.bytes,
            units: self.units,
            tokens,
        }
    }
}

/// All messages of a history, those waiting to be forgotten included.
#[derive(Debug, Default)]
pub struct Messages {
    items: Vec<Message>,
    free: Vec<u32>,
}

impl Messages {
    /// Takes a message in.
    ///
    /// # Panics
    /// Beyond 2³²−1 messages.
    pub fn add(&mut self, mut message: Message) -> u32 {
        let slot = self
            .free
            .pop()
            .unwrap_or_else(|| u32::try_from(self.items.len()).expect("message slots fit u32"));
        message.ring = slot;
        if let Some(place) = self.items.get_mut(slot as usize) {
            *place = message;
        } else {
            if self.items.len() == self.items.capacity() {
                // An eighth more, not twice as much: this is part of what a message costs.
                self.items.reserve_exact(4 + self.items.len() / 8);
            }
            self.items.push(message);
        }
        slot
    }

    /// Forgets a message.
    pub fn remove(&mut self, slot: u32) {
        self.items[slot as usize].text = NONE;
        self.items[slot as usize].ring = NONE;
        self.free.push(slot);
        if self.free.len() == self.items.len() {
            *self = Self::default();
        }
    }

    /// Whether there is such a slot, in use or not.
    #[must_use]
    pub fn has(&self, slot: u32) -> bool {
        (slot as usize) < self.items.len()
    }

    /// A message.
    ///
    /// # Panics
    /// If there is no such slot.
    #[inline]
    #[must_use]
    pub fn get(&self, slot: u32) -> &Message {
        #[cfg(test)]
        looks::count();
        &self.items[slot as usize]
    }

    /// A message, to change it.
    ///
    /// # Panics
    /// If there is no such slot.
    #[inline]
    pub fn get_mut(&mut self, slot: u32) -> &mut Message {
        &mut self.items[slot as usize]
    }

    /// Messages held.
    #[must_use]
    pub fn len(&self) -> usize {
        self.items.len() - self.free.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The messages tied to one by tool calls, itself first.
    pub fn ring(&self, slot: u32) -> impl Iterator<Item = u32> + '_ {
        let mut next = Some(slot);
        std::iter::from_fn(move || {
            let at = next?;
            let after = self.get(at).ring;
            next = (after != slot).then_some(after);
            Some(at)
        })
    }

    /// Bytes on the heap.
    #[must_use]
    pub fn heap(&self) -> usize {
        self.items.capacity() * std::mem::size_of::<Message>() + self.free.capacity() * 4
    }
}

/// How many messages were looked at, for tests that say what a call costs.
#[cfg(test)]
pub mod looks {
    use std::cell::Cell;

    thread_local! {
        static COUNT: Cell<u64> = const { Cell::new(0) };
    }

    /// One more.
    pub fn count() {
        COUNT.set(COUNT.get() + 1);
    }

    /// Looks of this thread while something is done.
    pub fn during(work: impl FnOnce()) -> u64 {
        let before = COUNT.get();
        work();
        COUNT.get() - before
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_stays_small() {
        assert_eq!(std::mem::size_of::<Message>(), 64);
    }

    #[test]
    fn messages_are_counted_without_the_slots_they_left() {
        let history = &mut crate::core::history::History::default();
        assert!(history.messages.is_empty());
        let it = Descriptor {
            flags: 0,
            tokens: 0.0,
            fixed_bytes: 0,
            fixed_units: 0,
            calls: "",
            answers: "",
        };
        for _ in 0..3 {
            history.push(&it, &[], &mut Default::default());
        }
        history.remove(&[1]).unwrap();
        assert_eq!(
            (history.messages.len(), history.messages.is_empty()),
            (2, false)
        );
        assert!(history.messages.heap() >= 3 * size_of::<Message>());
        history.remove(&[0, 2]).unwrap();
        assert!(history.messages.is_empty());
        assert_eq!(history.messages.heap(), 0, "given back");
    }

    #[test]
    fn the_slab_grows_by_an_eighth_and_says_what_it_holds() {
        let mut history = crate::core::history::History::default();
        let it = Descriptor {
            flags: 0,
            tokens: 0.0,
            fixed_bytes: 0,
            fixed_units: 0,
            calls: "",
            answers: "",
        };
        let mut rooms = Vec::new();
        for count in 1..=400 {
            history.push(&it, &[], &mut Default::default());
            let room = history.messages.heap() / size_of::<Message>();
            assert!((count..=count + 4 + count / 8).contains(&room), "{room}");
            rooms.push(room);
        }
        rooms.dedup();
        assert_eq!(rooms[..6], [4, 8, 13, 18, 24, 31]);
        assert_eq!(rooms.len(), 23, "it is seldom copied");
        let full = history.messages.heap();
        history.remove(&[7]).unwrap();
        assert_eq!(history.messages.heap(), full + 4 * size_of::<u32>());
    }
}
