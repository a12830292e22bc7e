//! The messages in their order, and where trimming stands in it.

use std::collections::VecDeque;

use crate::core::history::limits::Totals;
use crate::core::history::message::{Messages, NONE, flag};

/// The sequence of kept messages. Cloning it is how a window is worked out without changing anything.
#[derive(Debug, Clone)]
pub struct Order {
    /// Message slots.
    pub slots: VecDeque<u32>,
    /// Weight of all of them.
    pub totals: Totals,
    /// Messages at the start that always stay.
    pub head: usize,
    /// Of these, leading system messages.
    leading: usize,
    /// Up to here nothing can go until [`Order::rewind`]: what trimming need not look at again.
    pub cursor: usize,
    /// The number of the current turn.
    pub turn: u16,
    /// Whether the first message that ever came after the head was the model's.
    pub model_first: bool,
    /// The last message that opened a turn.
    pub opener: u32,
    /// The model's last message.
    pub spoken: u32,
    /// The last user message, while the model has not spoken since.
    pub asked: u32,
    /// Whether message numbers ascend.
    pub sorted: bool,
}

impl Default for Order {
    fn default() -> Self {
        Self {
            slots: VecDeque::new(),
            totals: Totals::default(),
            head: 0,
            leading: 0,
            cursor: 0,
            turn: 0,
            model_first: false,
            opener: NONE,
            spoken: NONE,
            asked: NONE,
            sorted: true,
        }
    }
}

impl Order {
    /// Appends a message whose ties and turn are settled; sets its `HEAD` flag.
    pub fn push(&mut self, messages: &mut Messages, slot: u32, keep_first: f64) {
        let message = *messages.get(slot);
        if let Some(last) = self.slots.back() {
            self.sorted &= messages.get(*last).number < message.number;
        }
        if message.is(flag::TURN) {
            // The turn before becomes an old one, and its opening message may go.
            self.rewind();
            self.opener = slot;
        }
        if message.is(flag::ASSISTANT) {
            self.spoken = slot;
            self.asked = NONE;
        } else if message.is(flag::USER) {
            self.asked = slot;
        }
        self.totals.add(message.weight());
        let place = self.slots.len();
        if self.slots.len() == self.slots.capacity() {
            self.slots.reserve_exact(4 + place / 4);
        }
        self.slots.push_back(slot);
        if self.enters_head(message.is(flag::SYSTEM), place, keep_first) {
            messages.get_mut(slot).flags |= flag::HEAD;
            self.head += 1;
            self.cursor = self.head;
            return;
        }
        if place == self.head {
            self.model_first = message.is(flag::ASSISTANT);
        }
    }

    #[allow(clippy::cast_precision_loss)]
    fn enters_head(&mut self, system: bool, place: usize, keep_first: f64) -> bool {
        if place != self.head {
            return false;
        }
        if system && self.leading == self.head {
            self.leading += 1;
            return true;
        }
        ((self.head - self.leading) as f64) < keep_first
    }

    /// Where the message of a number stands.
    #[must_use]
    pub fn find(&self, messages: &Messages, number: u64) -> Option<usize> {
        if self.sorted {
            return self
                .slots
                .binary_search_by_key(&number, |slot| messages.get(*slot).number)
                .ok();
        }
        self.slots
            .iter()
            .position(|slot| messages.get(*slot).number == number)
    }

    /// Lets trimming look at everything behind the head again.
    pub fn rewind(&mut self) {
        self.cursor = self.head;
    }

    /// Where the stretch ends that goes together: an old turn whole, of the current one a message.
    #[must_use]
    pub fn stretch(&self, messages: &Messages, from: usize) -> usize {
        let turn = |place: usize| messages.get(self.slots[place]).turn;
        let first = turn(from);
        if first == self.turn {
            return from + 1;
        }
        (from + 1..self.slots.len())
            .find(|place| turn(*place) != first)
            .unwrap_or(self.slots.len())
    }

    /// Whether a message stays because of what it is now: the newest, the model's last, or a
    /// question without an answer.
    #[must_use]
    pub fn is_newest(&self, slot: u32) -> bool {
        slot == self.spoken || slot == self.asked || self.slots.back() == Some(&slot)
    }

    /// Takes messages out: one stretch's, and those tied to it.
    pub fn take_out(&mut self, messages: &Messages, from: usize, mut gone: Vec<u32>) {
        gone.sort_unstable();
        let is_gone = |slot: u32| gone.binary_search(&slot).is_ok();
        let mut left = gone.len();
        let (mut write, mut read) = (from, from);
        while left > 0 && read < self.slots.len() {
            #[cfg(test)]
            crate::core::history::message::looks::count();
            let slot = self.slots[read];
            if is_gone(slot) {
                left -= 1;
                self.totals.sub(messages.get(slot).weight());
            } else {
                self.slots[write] = slot;
                write += 1;
            }
            read += 1;
        }
        self.slots.drain(write..read);
        // Tied messages stand behind one another; only an order made by hand puts them elsewhere.
        let mut place = from;
        while left > 0 && place > 0 {
            #[cfg(test)]
            crate::core::history::message::looks::count();
            place -= 1;
            if is_gone(self.slots[place]) {
                left -= 1;
                self.totals.sub(messages.get(self.slots[place]).weight());
                self.cursor -= usize::from(place < self.cursor);
                self.slots.remove(place);
            }
        }
    }

    /// Bytes on the heap.
    #[must_use]
    pub fn heap(&self) -> usize {
        self.slots.capacity() * 4
    }
}

#[cfg(test)]
mod tests {
    use crate::core::history::History;
    use crate::core::history::message::Descriptor;

    #[test]
    fn the_order_grows_by_a_quarter_and_says_what_it_holds() {
        let mut history = History::default();
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
            let room = history.order.heap() / size_of::<u32>();
            assert!((count..=count + 4 + count / 4).contains(&room), "{room}");
            rooms.push(room);
        }
        rooms.dedup();
        assert_eq!(rooms[..6], [4, 9, 15, 22, 31, 42]);
        assert_eq!(rooms.len(), 15, "it is seldom copied");
    }
}
