//! `validate`: everything that must be true of a history, worked out anew.

use std::collections::{HashMap, HashSet};

use crate::core::history::block::Body;
use crate::core::history::limits::Totals;
use crate::core::history::message::{NONE, flag};
use crate::core::history::pack::Place;
use crate::core::history::store::History;
use crate::core::history::texts::Texts;

type Verdict = Result<(), String>;

/// Fails with a sentence unless two values are the same.
macro_rules! same {
    ($what:expr, $is:expr, $should:expr) => {
        let (is, should) = ($is, $should);
        if is != should {
            return Err(format!("{}: {:?}, counted {:?}", $what, is, should));
        }
    };
}

impl History {
    /// What is wrong with the structure, if anything.
    ///
    /// # Errors
    /// A sentence that says what.
    pub fn validate(&self) -> Verdict {
        self.check_order()?;
        self.check_marks()?;
        self.check_rings()?;
        let held = self.check_weights()?;
        self.texts.validate(&held)
    }

    fn check_order(&self) -> Verdict {
        let order: HashSet<u32> = self.order.slots.iter().copied().collect();
        let waiting: HashSet<u32> = self.waiting.iter().copied().collect();
        same!("messages in order", self.order.slots.len(), order.len());
        same!("messages waiting", self.waiting.len(), waiting.len());
        same!(
            "both kept and waiting",
            order.intersection(&waiting).count(),
            0
        );
        if let Some(slot) = order
            .union(&waiting)
            .find(|slot| !self.messages.has(**slot))
        {
            return Err(format!("there is no message slot {slot}"));
        }
        same!("messages", self.messages.len(), order.len() + waiting.len());
        let numbers = |slot: &u32| self.messages.get(*slot).number;
        let ascending = self.order.slots.iter().map(numbers).is_sorted();
        if self.order.sorted && !ascending {
            return Err("message numbers do not ascend".to_owned());
        }
        let mut sum = Totals::default();
        for slot in &self.order.slots {
            sum.add(self.messages.get(*slot).weight());
        }
        let totals = self.order.totals;
        same!("total messages", totals.messages, sum.messages);
        same!("total bytes", totals.bytes, sum.bytes);
        same!("total units", totals.units, sum.units);
        if (totals.tokens - sum.tokens).abs() > 1e-6 * sum.tokens.max(1.0) {
            return Err(format!("tokens: {}, counted {}", totals.tokens, sum.tokens));
        }
        let ids = |slot: &u32| {
            let message = self.messages.get(*slot);
            message.calls as usize + message.answers as usize
        };
        let all = self.order.slots.iter().chain(&self.waiting);
        same!("bytes of ids", self.ids.live(), all.map(ids).sum::<usize>());
        Ok(())
    }

    fn check_marks(&self) -> Verdict {
        let order = &self.order;
        let has = |at: usize, flags: u16| self.messages.get(order.slots[at]).is(flags);
        let count = order.slots.len();
        for at in 0..count {
            same!("mark of the head", has(at, flag::HEAD), at < order.head);
        }
        if order.cursor < order.head || order.cursor > count {
            return Err(format!(
                "cursor {} of {count}, head {}",
                order.cursor, order.head
            ));
        }
        let last = |flags: u16| {
            let at = (0..count).rev().find(|at| has(*at, flags));
            at.map_or(NONE, |at| order.slots[at])
        };
        same!("opener", order.opener, last(flag::TURN));
        same!("last of the model", order.spoken, last(flag::ASSISTANT));
        let newest = last(flag::ASSISTANT | flag::USER);
        let asked = newest != NONE && !self.messages.get(newest).is(flag::ASSISTANT);
        same!("question", order.asked, if asked { newest } else { NONE });
        Ok(())
    }

    fn check_rings(&self) -> Verdict {
        let kept: HashSet<u32> = self.order.slots.iter().copied().collect();
        let mut seen = HashSet::new();
        for first in &self.order.slots {
            let mut at = *first;
            while !seen.contains(first) || at != *first {
                if !kept.contains(&at) || !seen.insert(at) {
                    return Err(format!("a broken ring at message slot {at}"));
                }
                at = self.messages.get(at).ring;
            }
        }
        Ok(())
    }

    /// Checks that each message weighs what its texts do; answers all texts that messages hold.
    fn check_weights(&self) -> Result<HashSet<u32>, String> {
        let mut held = HashSet::new();
        for slot in self.order.slots.iter().chain(&self.waiting) {
            let message = self.messages.get(*slot);
            let mut bytes = u64::from(message.fixed_bytes);
            let mut units = u64::from(message.fixed_units);
            let mut text = message.text;
            while text != NONE {
                if !held.insert(text) {
                    return Err(format!("text {text} belongs to two messages"));
                }
                let (more_bytes, more_units) = self
                    .texts
                    .size(text)
                    .ok_or_else(|| format!("text {text} of a message is free"))?;
                bytes += more_bytes as u64;
                units += more_units as u64;
                text = self.texts.next(text);
            }
            same!("bytes of a message", message.bytes, bytes);
            same!("units of a message", message.units, units);
        }
        Ok(held)
    }
}

impl Texts {
    fn validate(&self, held: &HashSet<u32>) -> Verdict {
        let mut live: HashMap<u32, u64> = HashMap::new();
        let lists = self.blocks.iter().map(|block| block.texts.iter().collect());
        let lists: Vec<HashSet<&u32>> = lists.collect();
        for (id, record) in (0u32..).zip(&self.records) {
            if self.size(id).is_none() {
                continue;
            }
            if !held.contains(&id) {
                return Err(format!("text {id} belongs to no message"));
            }
            let Some(block) = self.blocks.get(record.block as usize) else {
                same!("bytes of a text without a block", record.bytes, 0);
                continue;
            };
            *live.entry(record.block).or_default() += u64::from(record.bytes);
            let end = u64::from(record.at) + u64::from(record.bytes);
            if end > u64::from(block.len) || !lists[record.block as usize].contains(&id) {
                return Err(format!("text {id} is not in block {}", record.block));
            }
        }
        same!("texts", self.live as usize, held.len());
        let vacant: HashSet<u32> = self.vacant.iter().copied().collect();
        same!("vacant blocks", self.vacant.len(), vacant.len());
        let (mut plain, mut warm, mut warm_count) = (0, 0, 0);
        let mut lone = Vec::new();
        let mut packed: HashMap<u32, usize> = HashMap::new();
        for (number, block) in (0u32..).zip(&self.blocks) {
            let counted = live.get(&number).copied().unwrap_or(0);
            same!(
                format!("bytes of block {number}"),
                counted + u64::from(block.dead),
                u64::from(block.len)
            );
            let none = matches!(block.body, Body::None);
            same!(
                format!("block {number} vacant"),
                vacant.contains(&number),
                none && !block.job
            );
            plain += block.plain_bytes();
            warm += block.warm_bytes();
            warm_count += usize::from(block.warm.is_some());
            match &block.body {
                Body::Sealed(Place::Packed { pack, len, .. }) => {
                    *packed.entry(*pack).or_default() += *len as usize;
                }
                Body::Sealed(place) => lone.push(place.size()),
                _ => {}
            }
        }
        same!("plain bytes", self.plain, plain);
        same!("decoded bytes", self.warm, warm);
        same!("decoded blocks", self.warm_count, warm_count);
        same!(
            "packs",
            self.packs.live().collect::<HashMap<_, _>>(),
            packed
        );
        same!(
            "sealed bytes",
            self.packs.occupied(),
            self.packs.count(lone.into_iter())
        );
        Ok(())
    }
}

#[cfg(test)]
mod tests;
