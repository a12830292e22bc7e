//! A history: its messages, their texts, and what is still to be forgotten.

use crate::core::history::chunk::Supply;
use crate::core::history::ids::Ids;
use crate::core::history::limits::{Limits, Totals};
use crate::core::history::message::{Descriptor, Message, Messages, NONE, flag};
use crate::core::history::order::Order;
use crate::core::history::seal::{Done, Job};
use crate::core::history::shared::Shared;
use crate::core::history::text::Text;
use crate::core::history::texts::Texts;
use crate::core::history::tools::Tools;
use crate::core::history::{ties, trim, window};

/// A failed call, in words.
pub type Failed = String;

/// One conversation.
#[derive(Debug, Default)]
pub struct History {
    pub(super) limits: Limits,
    pub(super) messages: Messages,
    pub(super) order: Order,
    pub(super) ids: Ids,
    pub(super) texts: Texts,
    /// Decided to go and still readable.
    pub(super) waiting: Vec<u32>,
    /// How many of these, from the first on, the owner has been told.
    pub(super) listed: usize,
    pub(super) next: u64,
    pub(super) dropped: Totals,
    pub(super) shared: Option<Box<Shared>>,
}

impl History {
    /// An empty history, and where memory for its texts will come from.
    #[must_use]
    pub fn new(limits: Limits, supply: Supply) -> Self {
        Self {
            limits,
            texts: Texts::new(supply),
            ..Self::default()
        }
    }

    /// Appends a message and decides what must go; answers its text ids.
    pub fn push(&mut self, it: &Descriptor<'_>, texts: &[Text<'_>], tools: &mut Tools) -> Vec<u32> {
        let made = self.append(it, texts, 0, tools);
        self.decide();
        made
    }

    pub(super) fn append(
        &mut self,
        it: &Descriptor<'_>,
        texts: &[Text<'_>],
        more_flags: u16,
        tools: &mut Tools,
    ) -> Vec<u32> {
        let mut message = Message {
            number: self.next,
            tokens: it.tokens,
            bytes: u64::from(it.fixed_bytes),
            units: u64::from(it.fixed_units),
            fixed_bytes: it.fixed_bytes,
            fixed_units: it.fixed_units,
            ids: 0,
            calls: 0,
            answers: 0,
            ring: NONE,
            text: NONE,
            flags: it.flags & flag::GIVEN | more_flags,
            turn: 0,
        };
        self.ids.store(&mut message, it.calls, it.answers);
        let mut made = Vec::with_capacity(texts.len());
        for text in texts {
            message.text = self.texts.add(*text, message.text, tools);
            message.bytes += text.bytes.len() as u64;
            message.units += text.units as u64;
            made.push(message.text);
        }
        self.next += 1;
        let slot = self.messages.add(message);
        self.enter(slot);
        made
    }

    /// Gives a message its place at the end, its ties and what follows from them.
    pub(super) fn enter(&mut self, slot: u32) {
        let last = self.order.slots.back().copied();
        let tied = ties::tie(&mut self.messages, &self.ids, slot, last);
        let message = self.messages.get_mut(slot);
        message.flags &= !flag::HEAD;
        // A turn that answers calls of the one before can only go with it.
        let starts = message.is(flag::TURN) && !tied;
        message.turn = self.order.turn.wrapping_add(u16::from(starts));
        self.order.turn = message.turn;
        self.ids.index(&self.messages, slot);
        self.order
            .push(&mut self.messages, slot, self.limits.keep_first);
    }

    /// Moves what must go to where it waits to be forgotten.
    pub(super) fn decide(&mut self) {
        while self.order.totals.exceed(&self.limits) {
            let gone = trim::next(&self.messages, &mut self.order);
            if gone.is_empty() {
                return;
            }
            for slot in gone {
                self.dropped.add(self.messages.get(slot).weight());
                self.ids.unindex(&self.messages, slot);
                if self.messages.get(slot).is(flag::UNSEEN) {
                    // Nobody but the native side knows of it.
                    self.free(slot);
                } else {
                    self.waiting.push(slot);
                }
            }
        }
    }

    /// Frees a message that stands nowhere any more.
    pub(super) fn free(&mut self, slot: u32) {
        let message = *self.messages.get(slot);
        let mut text = message.text;
        while text != NONE {
            let next = self.texts.next(text);
            self.texts.remove(text);
            text = next;
        }
        if let Some(shared) = &mut self.shared {
            shared.skeletons.remove(&message.number);
            if message.is(flag::UNSEEN) {
                shared.news.retain(|number| *number != message.number);
            }
        }
        self.ids.release(&message);
        self.messages.remove(slot);
    }

    /// Gives back what ids of messages long gone occupy.
    pub(super) fn tidy(&mut self) {
        if self.ids.wants_compaction() {
            let all = self.order.slots.iter().chain(&self.waiting);
            self.ids.compact(&mut self.messages, all.copied());
        }
    }

    /// Numbers of the messages decided to go since the last [`History::forget`], ascending.
    #[must_use]
    pub fn waiting(&mut self) -> Vec<u64> {
        self.listed = self.waiting.len();
        let mut numbers: Vec<u64> = self.numbers(&self.waiting);
        numbers.sort_unstable();
        numbers
    }

    fn numbers(&self, slots: &[u32]) -> Vec<u64> {
        slots
            .iter()
            .map(|slot| self.messages.get(*slot).number)
            .collect()
    }

    /// Frees what [`History::waiting`] listed; what others made wait since goes on waiting.
    pub fn forget(&mut self) {
        let listed = std::mem::take(&mut self.listed);
        for slot in self.waiting.drain(..listed).collect::<Vec<_>>() {
            self.free(slot);
        }
        self.tidy();
    }

    /// Reads a text.
    ///
    /// # Errors
    /// If there is no such text.
    pub fn text<T>(
        &mut self,
        id: u32,
        tools: &mut Tools,
        take: impl FnOnce(Text<'_>) -> T,
    ) -> Result<T, Failed> {
        self.texts
            .read(id, tools, take)
            .ok_or_else(|| format!("there is no text {id}"))
    }

    /// Numbers of the messages of a window: what trimming to these limits would leave.
    #[must_use]
    pub fn window(&self, messages: f64, tokens: f64) -> Vec<u64> {
        self.numbers(&self.window_slots(messages, tokens))
    }

    pub(super) fn window_slots(&self, messages: f64, tokens: f64) -> Vec<u32> {
        let limits = Limits {
            messages,
            tokens,
            bytes: f64::INFINITY,
            ..self.limits
        };
        window::window(&self.messages, &self.order, &limits)
    }

    /// All messages' numbers in order.
    #[must_use]
    pub fn order(&self) -> Vec<u64> {
        self.window(f64::INFINITY, f64::INFINITY)
    }

    /// What the kept messages weigh.
    #[must_use]
    pub fn totals(&self) -> Totals {
        self.order.totals
    }

    /// What was dropped so far.
    #[must_use]
    pub fn dropped(&self) -> Totals {
        self.dropped
    }

    /// The status words of the boundary.
    #[must_use]
    #[allow(clippy::cast_precision_loss)]
    pub fn words(&self) -> [f64; 10] {
        let (held, dropped) = (self.order.totals, self.dropped);
        [
            held.messages as f64,
            held.bytes as f64,
            held.units as f64,
            held.tokens,
            self.waiting.len() as f64,
            self.next as f64,
            self.shared.as_ref().map_or(0, |shared| shared.news.len()) as f64,
            dropped.messages as f64,
            dropped.bytes as f64,
            dropped.tokens,
        ]
    }

    /// What it occupies.
    #[must_use]
    pub fn usage(&self) -> Usage {
        let records = self.messages.heap()
            + self.order.heap()
            + self.ids.heap()
            + self.waiting.capacity() * 4
            + self.shared.as_ref().map_or(0, |shared| shared.heap());
        Usage {
            messages: self.order.totals.messages,
            bytes: self.order.totals.bytes,
            resident: records + self.texts.occupied(),
            sealed: self.texts.sealed_bytes(),
            warm: self.texts.warm_bytes(),
        }
    }

    /// Whether something may have to be done later that nobody waits for; asking clears it.
    pub fn is_stirred(&mut self) -> bool {
        std::mem::take(&mut self.texts.stirred)
    }

    /// When something is due that nobody waits for, ms; infinity if nothing is.
    #[must_use]
    pub fn due(&self) -> f64 {
        self.texts.due(self.limits.seal_after)
    }

    /// Idle time after which text is compressed, ms.
    #[must_use]
    pub fn seal_after(&self) -> f64 {
        self.limits.seal_after
    }

    /// Whether there is something to be done when nothing is due, of this history or another.
    #[must_use]
    pub fn wants_leisure(&self) -> bool {
        self.texts.wants_leisure()
    }

    /// Drops what was decoded long ago and answers the next job: one that is due, or else one at leisure.
    pub fn job(&mut self, now: f64) -> Option<Job> {
        self.due_job(now).or_else(|| self.leisure_job())
    }

    /// Drops what was decoded long ago and answers the next job of sealing, if one is due.
    pub fn due_job(&mut self, now: f64) -> Option<Job> {
        self.texts.cool_idle(now, self.limits.seal_after);
        self.texts.due_job(now, self.limits.seal_after)
    }

    /// The next job that waits for leisure: sealed blocks to be joined, or to be compressed well.
    pub fn leisure_job(&mut self) -> Option<Job> {
        self.texts.leisure_job()
    }

    /// As [`History::due_job`], whatever is idle or not; not if text is never to be compressed.
    pub fn job_at_once(&mut self) -> Option<Job> {
        self.due_job(f64::MAX)
    }

    /// Whether a job is under way.
    #[must_use]
    pub fn is_sealing(&self) -> bool {
        self.texts.is_sealing()
    }

    /// Takes in what a job made.
    pub fn finish(&mut self, done: Done, now: f64) {
        self.texts.finish(done, now);
    }
}

/// What a history occupies.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// Messages, those waiting to be forgotten not counted.
    pub messages: u64,
    /// UTF-8 bytes of their strings.
    pub bytes: u64,
    /// Bytes of memory.
    pub resident: usize,
    /// Of these, compressed text.
    pub sealed: usize,
    /// Of these, decoded text.
    pub warm: usize,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::history::block::Block;

    #[test]
    fn what_waits_to_be_forgotten_counts() {
        let mut history = History::default();
        let it = Descriptor {
            flags: flag::USER,
            tokens: 1.0,
            fixed_bytes: 0,
            fixed_units: 0,
            calls: "",
            answers: "",
        };
        for _ in 0..9 {
            history.push(&it, &[], &mut Tools::default());
        }
        let before = history.usage().resident;
        history.waiting = Vec::with_capacity(100);
        assert_eq!(history.usage().resident, before + 400);
        let ids = "an id ".repeat(500);
        let it = Descriptor { calls: &ids, ..it };
        let (messages, order) = (history.messages.heap(), history.order.heap());
        history.push(&it, &[], &mut Tools::default());
        let others = history.messages.heap() - messages + history.order.heap() - order;
        assert!(history.usage().resident >= before + 400 + others + ids.len());
        let before = history.usage().resident - 400;
        history.shared = Some(Box::default());
        history.shared.as_mut().unwrap().news.reserve_exact(50);
        assert_eq!(history.usage().resident, before + 400 + 50 * 8);
        let records = history.messages.heap() + history.order.heap() + history.ids.heap();
        let texts = history.texts.occupied();
        assert_eq!(history.usage().resident, records + 400 + 50 * 8 + texts);
    }

    #[test]
    fn records_of_texts_grow_by_an_eighth_and_count_with_their_blocks() {
        let mut history = History::default();
        let it = Descriptor {
            flags: flag::USER,
            tokens: 1.0,
            fixed_bytes: 0,
            fixed_units: 0,
            calls: "",
            answers: "",
        };
        let text = |bytes: &'static [u8]| Text {
            bytes,
            units: bytes.len(),
        };
        for count in 1..=400 {
            history.push(&it, &[text(b"")], &mut Tools::default());
            let room = history.texts.occupied() / 24;
            assert!((count..=count + 4 + count / 8).contains(&room), "{room}");
        }
        let before = history.texts.occupied();
        history.push(&it, &[text(b"a word")], &mut Tools::default());
        let more = history.texts.occupied() - before;
        assert!(more >= 6 + size_of::<Block>(), "{more}");
    }
}
