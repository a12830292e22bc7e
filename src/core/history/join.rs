//! What is done at leisure, when nothing is due of any history: sealed blocks that nobody reads become one long
//! block, which compresses better; what was compressed in haste is compressed well.
//!
//! What was said last is what is read next: the newest blocks stay as short as they are, so that a
//! message of theirs is decoded fast.

use crate::core::history::block::{BLOCK, Block, Body, LONG};
use crate::core::history::seal::Job;
use crate::core::history::texts::Texts;

/// Blocks that stay short, the newest ones: the last twenty messages of five kilobytes.
const SHORT: usize = 2;

/// Live bytes that are worth a long block: four full ones, as full as blocks are.
const ENOUGH: usize = LONG - BLOCK / 2;

impl Texts {
    /// Whether there is something to do at leisure.
    #[must_use]
    pub fn wants_leisure(&self) -> bool {
        self.wants_join() || self.hasty_block().is_some()
    }

    /// The next job at leisure: a long block, or else one to be compressed well.
    pub fn leisure_job(&mut self) -> Option<Job> {
        self.join_job().or_else(|| {
            let hasty = self.hasty_block()?;
            Some(self.job_of(vec![hasty]))
        })
    }

    fn hasty_block(&self) -> Option<usize> {
        let is_ripe = |block: &Block| block.hasty && block.is_at_rest();
        self.blocks.iter().position(is_ripe)
    }

    fn wants_join(&self) -> bool {
        let all = self.old_blocks().map(|at| self.blocks[at].live());
        all.sum::<usize>() >= ENOUGH
    }

    /// A job that joins the oldest of them, if there is enough for a long block.
    fn join_job(&mut self) -> Option<Job> {
        if !self.wants_join() {
            return None;
        }
        let mut old: Vec<usize> = self.old_blocks().collect();
        old.sort_unstable_by_key(|at| self.blocks[*at].born);
        let mut live = 0;
        old.retain(|at| {
            let more = self.blocks[*at].live();
            let fits = live + more <= LONG;
            live += if fits { more } else { 0 };
            fits
        });
        Some(self.job_of(old))
    }

    /// Short blocks that are sealed, at rest, not among the newest, and of text that compresses.
    fn old_blocks(&self) -> impl Iterator<Item = usize> {
        let newest = self.newest();
        let is_old = move |block: &Block| {
            let Body::Sealed(place) = &block.body else {
                return false;
            };
            let gains = place.size() < block.len as usize / 2;
            block.is_at_rest() && gains && block.born < newest && block.live() <= BLOCK
        };
        let all = self.blocks.iter().enumerate();
        all.filter_map(move |(at, block)| is_old(block).then_some(at))
    }

    /// The number in order of making from which on blocks count as new; 0 if all do.
    fn newest(&self) -> u32 {
        let mut last = [0; SHORT];
        for block in self.blocks.iter().filter(|block| block.live() > 0) {
            let mut born = block.born;
            for place in &mut last {
                if born > *place {
                    std::mem::swap(&mut born, place);
                }
            }
        }
        last[SHORT - 1]
    }
}

#[cfg(test)]
mod tests;
