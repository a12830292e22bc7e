//! Who goes when a limit is exceeded: the oldest turn that can, then the oldest steps of the current
//! turn. What stays, stays with everything it is tied to.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use crate::core::history::message::{Messages, flag};
use crate::core::history::order::Order;

/// Why a message stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hold {
    /// It may go.
    No,
    /// As long as it is the newest of its kind.
    Newest,
    /// Until something is unpinned or another turn starts.
    Firm,
}

/// Judges messages by their rings, each ring once.
struct Judge<'a> {
    messages: &'a Messages,
    order: &'a Order,
    rings: HashMap<u32, Hold>,
}

impl Judge<'_> {
    fn of(&mut self, slot: u32) -> Hold {
        let alone = self.messages.get(slot).ring == slot;
        if alone {
            return self.of_one(slot);
        }
        if let Some(hold) = self.rings.get(&slot) {
            return *hold;
        }
        let mut all = Hold::No;
        for member in self.messages.ring(slot) {
            match self.of_one(member) {
                Hold::No => {}
                Hold::Newest if all == Hold::Firm => {}
                hold => all = hold,
            }
        }
        self.hold(slot, all);
        all
    }

    fn hold(&mut self, slot: u32, hold: Hold) {
        for member in self.messages.ring(slot) {
            self.rings.insert(member, hold);
        }
    }

    /// What of a stretch of messages can go, with all that is tied to it.
    fn removable(&mut self, range: Range<usize>) -> Vec<u32> {
        let mut gone = Vec::new();
        for place in range {
            let slot = self.order.slots[place];
            let known = self.rings.contains_key(&slot);
            if !known && self.of(slot) == Hold::No {
                gone.extend(self.messages.ring(slot));
            }
        }
        self.spare_the_front(&mut gone);
        gone
    }

    /// No message of the model may come to stand first after the head: what stands there stays.
    fn spare_the_front(&self, gone: &mut Vec<u32>) {
        let front = self.order.slots[self.order.head];
        if self.order.model_first || !gone.contains(&front) {
            return;
        }
        let lost: HashSet<u32> = gone.iter().copied().collect();
        let after = self.order.slots.range(self.order.head..);
        let next = after.copied().find(|slot| !lost.contains(slot));
        if next.is_some_and(|slot| self.messages.get(slot).is(flag::ASSISTANT)) {
            let spared: HashSet<u32> = self.messages.ring(front).collect();
            gone.retain(|slot| !spared.contains(slot));
        }
    }

    fn of_one(&self, slot: u32) -> Hold {
        if self.messages.get(slot).is(flag::HEAD | flag::PINNED) || slot == self.order.opener {
            Hold::Firm
        } else if self.order.is_newest(slot) {
            Hold::Newest
        } else {
            Hold::No
        }
    }
}

/// Takes the next messages out of the order, all that have to go together; empty if none can go.
pub fn next(messages: &Messages, order: &mut Order) -> Vec<u32> {
    let mut at = order.cursor;
    let mut settling = true;
    while at < order.slots.len() {
        let end = order.stretch(messages, at);
        let mut judge = Judge {
            messages,
            order,
            rings: HashMap::new(),
        };
        let gone = judge.removable(at..end);
        if !gone.is_empty() {
            order.take_out(messages, at, gone.clone());
            return gone;
        }
        if settling {
            let firm = |place: &usize| judge.of(order.slots[*place]) == Hold::Firm;
            let firm = (at..end).take_while(firm).count();
            settling = firm == end - at;
            order.cursor += firm;
        }
        at = end;
    }
    Vec::new()
}

#[cfg(test)]
mod tests;
