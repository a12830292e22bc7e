//! Changes to what is there: texts replaced, descriptors changed, messages spliced out or reordered.

use crate::core::history::limits::Limits;
use crate::core::history::message::{Descriptor, Message, NONE, flag};
use crate::core::history::order::Order;
use crate::core::history::store::{Failed, History};
use crate::core::history::text::Text;
use crate::core::history::tools::Tools;

impl History {
    /// The slot of a message, kept or waiting.
    pub(super) fn slot(&self, number: u64) -> Result<u32, Failed> {
        if let Some(at) = self.order.find(&self.messages, number) {
            return Ok(self.order.slots[at]);
        }
        self.waiting
            .iter()
            .copied()
            .find(|slot| self.messages.get(*slot).number == number)
            .ok_or_else(|| format!("there is no message {number}"))
    }

    fn is_kept(&self, slot: u32) -> bool {
        !self.waiting.contains(&slot)
    }

    /// Changes what a message weighs, and the totals with it.
    fn reweigh(&mut self, slot: u32, change: impl FnOnce(&mut Message)) {
        let kept = self.is_kept(slot);
        let message = self.messages.get_mut(slot);
        let before = message.weight();
        change(message);
        let after = message.weight();
        if kept {
            // Added first: the last message's tokens must not be taken for a rest of rounding.
            self.order.totals.add(after);
            self.order.totals.sub(before);
        } else {
            self.dropped.add(after);
            self.dropped.sub(before);
        }
    }

    /// The text before `id` in the message's list, `NONE` if it is the first.
    fn before(&self, slot: u32, id: u32) -> Result<u32, Failed> {
        let message = self.messages.get(slot);
        let mut before = NONE;
        let mut at = message.text;
        // The end of the list first: no text has its number.
        while at != NONE {
            if at == id {
                return Ok(before);
            }
            before = at;
            at = self.texts.next(at);
        }
        Err(format!("message {} has no text {id}", message.number))
    }

    fn size(&self, id: u32) -> Result<(usize, usize), Failed> {
        self.texts
            .size(id)
            .ok_or_else(|| format!("there is no text {id}"))
    }

    /// Replaces a text of a message.
    ///
    /// # Errors
    /// If there is no such message or it has no such text.
    pub fn set_text(
        &mut self,
        number: u64,
        id: u32,
        text: Text<'_>,
        tools: &mut Tools,
    ) -> Result<(), Failed> {
        let slot = self.slot(number)?;
        self.before(slot, id)?;
        let (bytes, units) = self.size(id)?;
        self.texts.set(id, text, tools);
        self.reweigh(slot, |message| {
            message.bytes = message.bytes + text.bytes.len() as u64 - bytes as u64;
            message.units = message.units + text.units as u64 - units as u64;
        });
        self.decide();
        Ok(())
    }

    /// Adds a text to a message.
    ///
    /// # Errors
    /// If there is no such message.
    pub fn add_text(
        &mut self,
        number: u64,
        text: Text<'_>,
        tools: &mut Tools,
    ) -> Result<u32, Failed> {
        let slot = self.slot(number)?;
        let id = self.texts.add(text, self.messages.get(slot).text, tools);
        self.reweigh(slot, |message| {
            message.text = id;
            message.bytes += text.bytes.len() as u64;
            message.units += text.units as u64;
        });
        self.decide();
        Ok(id)
    }

    /// Frees a text of a message.
    ///
    /// # Errors
    /// If there is no such message or it has no such text.
    pub fn drop_text(&mut self, number: u64, id: u32) -> Result<(), Failed> {
        let slot = self.slot(number)?;
        let before = self.before(slot, id)?;
        let (bytes, units) = self.size(id)?;
        let next = self.texts.next(id);
        if before != NONE {
            self.texts.set_next(before, next);
        }
        self.texts.remove(id);
        self.reweigh(slot, |message| {
            if before == NONE {
                message.text = next;
            }
            message.bytes -= bytes as u64;
            message.units -= units as u64;
        });
        Ok(())
    }

    /// Takes a changed descriptor.
    ///
    /// # Errors
    /// If there is no such message.
    pub fn update(&mut self, number: u64, it: &Descriptor<'_>) -> Result<(), Failed> {
        let slot = self.slot(number)?;
        self.reweigh(slot, |message| {
            message.tokens = it.tokens;
            let (bytes, units) = (message.fixed_bytes, message.fixed_units);
            message.bytes = message.bytes - u64::from(bytes) + u64::from(it.fixed_bytes);
            message.units = message.units - u64::from(units) + u64::from(it.fixed_units);
            message.fixed_bytes = it.fixed_bytes;
            message.fixed_units = it.fixed_units;
        });
        let message = *self.messages.get(slot);
        let same_ids = self.ids.of(&message) == (it.calls, it.answers);
        let same_flags = message.flags & flag::GIVEN == it.flags & flag::GIVEN;
        if !same_ids {
            self.ids.release(&message);
            let mut changed = message;
            self.ids.store(&mut changed, it.calls, it.answers);
            *self.messages.get_mut(slot) = changed;
            self.tidy();
        }
        let flags = &mut self.messages.get_mut(slot).flags;
        *flags = *flags & !flag::GIVEN | it.flags & flag::GIVEN;
        if !(same_ids && same_flags) {
            self.rebuild(self.order.slots.iter().copied().collect());
        }
        self.decide();
        Ok(())
    }

    /// Pins a message or lets it go.
    ///
    /// # Errors
    /// If there is no such message.
    pub fn pin(&mut self, number: u64, on: bool) -> Result<(), Failed> {
        let slot = self.slot(number)?;
        let flags = &mut self.messages.get_mut(slot).flags;
        if on {
            *flags |= flag::PINNED;
        } else {
            *flags &= !flag::PINNED;
        }
        self.order.rewind();
        self.decide();
        Ok(())
    }

    /// Takes messages out at once, counted nowhere as dropped: those that waited to be no longer.
    ///
    /// # Errors
    /// If one is not there; nothing is changed then.
    pub fn remove(&mut self, numbers: &[u64]) -> Result<(), Failed> {
        let mut gone = Vec::with_capacity(numbers.len());
        for number in numbers {
            gone.push(self.slot(*number)?);
        }
        gone.sort_unstable();
        gone.dedup();
        let is_gone = |slot: &u32| gone.binary_search(slot).is_ok();
        let keep = self
            .order
            .slots
            .iter()
            .copied()
            .filter(|slot| !is_gone(slot));
        let keep = keep.collect();
        for slot in self.waiting.iter().filter(|slot| is_gone(slot)) {
            self.dropped.sub(self.messages.get(*slot).weight());
        }
        self.waiting.retain(|slot| !is_gone(slot));
        self.listed = 0;
        self.rebuild(keep);
        for slot in gone {
            self.free(slot);
        }
        self.tidy();
        Ok(())
    }

    /// Puts the kept messages into another order. Other threads do not wait for the owner: what they
    /// pushed since it looked stands where [`crate::core::history::share`]'s news will place it, and
    /// what their pushes sent off meanwhile is passed over.
    ///
    /// # Errors
    /// If the numbers are not those of all kept messages that the owner knows, each once; nothing is
    /// changed then.
    pub fn reorder(&mut self, numbers: &[u64]) -> Result<(), Failed> {
        let mut slots = Vec::with_capacity(numbers.len());
        for number in numbers {
            let slot = self.slot(*number)?;
            if self.is_kept(slot) {
                slots.push(slot);
            }
        }
        let unseen = |slot: &u32| self.messages.get(*slot).is(flag::UNSEEN);
        let all = self.order.slots.iter().copied();
        let unseen: Vec<u32> = all.filter(unseen).collect();
        let mut seen = slots.clone();
        seen.extend(&unseen);
        seen.sort_unstable();
        seen.dedup();
        let given = slots.len() + unseen.len();
        if seen.len() != given || given != self.order.slots.len() {
            return Err(format!(
                "an order of {} messages for {}",
                seen.len(),
                self.order.slots.len()
            ));
        }
        let number = |slot: u32| self.messages.get(slot).number;
        for slot in unseen {
            let later = slots
                .iter()
                .rev()
                .take_while(|it| number(**it) > number(slot));
            let at = slots.len() - later.count();
            slots.insert(at, slot);
        }
        self.rebuild(slots);
        self.decide();
        Ok(())
    }

    /// Changes the limits.
    pub fn set_limits(&mut self, limits: Limits) {
        #[allow(clippy::float_cmp)]
        let same_head = limits.keep_first == self.limits.keep_first;
        self.limits = limits;
        if !same_head {
            self.rebuild(self.order.slots.iter().copied().collect());
        }
        self.decide();
    }

    /// Lets the given messages enter anew: ties, turns and head follow from what they are now.
    fn rebuild(&mut self, slots: Vec<u32>) {
        for slot in self.order.slots.iter().chain(&slots) {
            self.messages.get_mut(*slot).ring = *slot;
        }
        self.ids.unindex_all();
        self.order = Order::default();
        for slot in slots {
            self.enter(slot);
        }
    }
}
