//! Sealing: idle blocks are compressed, and blocks that are mostly dead or short are rewritten together.
//!
//! A job takes the live texts of some blocks and makes one sealed block of them. It runs without the
//! history, which may change meanwhile: what is in its old place still when the job is done moves
//! to the new one, the rest of the new block is dead.

use std::sync::Arc;

use crate::core::history::block::{BLOCK, Block, Body, LARGE, Plain};
use crate::core::history::squeeze::Squeezer;
use crate::core::history::texts::Texts;

/// Live bytes below which a block is not worth compressing by itself.
const WORTH: usize = 512;

#[derive(Debug)]
enum Bytes {
    Plain(Arc<Plain>),
    Stored(Vec<u8>),
    Packed(Vec<u8>),
}

#[derive(Debug)]
struct Source {
    block: u32,
    bytes: Bytes,
    len: usize,
    /// Text, from, to: in order of place.
    texts: Vec<(u32, u32, u32)>,
}

/// Blocks to be rewritten as one.
#[derive(Debug)]
pub struct Job {
    sources: Vec<Source>,
}

#[derive(Debug)]
struct Move {
    text: u32,
    block: u32,
    from: u32,
    to: u32,
    len: u32,
}

/// What a job made.
#[derive(Debug)]
pub struct Done {
    blocks: Vec<u32>,
    moves: Vec<Move>,
    len: usize,
    /// Compressed, or as it is if that is no shorter. `None`: something could not be read.
    bytes: Option<Vec<u8>>,
    hasty: bool,
}

impl Job {
    /// How many blocks it takes.
    #[must_use]
    pub fn blocks(&self) -> usize {
        self.sources.len()
    }

    /// Does the work: copies, decodes, compresses. Knows no history.
    #[must_use]
    pub fn run(self, squeezer: &mut Squeezer) -> Done {
        self.work(squeezer, false)
    }

    /// As [`Job::run`], for who is behind: in a fifth of the time, to be done better at leisure.
    #[must_use]
    pub fn run_in_haste(self, squeezer: &mut Squeezer) -> Done {
        self.work(squeezer, true)
    }

    fn work(self, squeezer: &mut Squeezer, hasty: bool) -> Done {
        let blocks = self.sources.iter().map(|source| source.block).collect();
        let mut raw = Vec::new();
        let mut moves = Vec::new();
        for source in &self.sources {
            let mut room = Vec::new();
            let bytes = match &source.bytes {
                Bytes::Plain(plain) => plain.bytes(),
                Bytes::Stored(bytes) => bytes,
                Bytes::Packed(packed) => {
                    room.resize(source.len, 0);
                    if !squeezer.unpack(packed, &mut room) {
                        return Done::failed(blocks);
                    }
                    &room
                }
            };
            let mut to = u32::try_from(raw.len()).expect("a job is below 4 GB");
            for (text, from, until) in &source.texts {
                let (block, len) = (source.block, until - from);
                let (text, from) = (*text, *from);
                moves.push(Move {
                    text,
                    block,
                    from,
                    to,
                    len,
                });
                to += len;
            }
            if self.sources.len() == 1 && to as usize == source.len {
                // Nothing dead, nothing to join: a text of 50 MB need not be copied.
                return Done::packed(blocks, moves, &bytes[..source.len], squeezer, hasty);
            }
            for (_, from, until) in &source.texts {
                raw.extend_from_slice(&bytes[*from as usize..*until as usize]);
            }
        }
        Done::packed(blocks, moves, &raw, squeezer, hasty)
    }
}

impl Done {
    fn packed(
        blocks: Vec<u32>,
        moves: Vec<Move>,
        raw: &[u8],
        squeezer: &mut Squeezer,
        hasty: bool,
    ) -> Self {
        let packed = match hasty {
            true => squeezer.pack_in_haste(raw),
            false => squeezer.pack(raw),
        };
        // What does not get shorter in haste hardly does otherwise.
        let hasty = hasty && packed.is_some();
        Self {
            blocks,
            moves,
            len: raw.len(),
            bytes: Some(packed.unwrap_or_else(|| raw.to_vec())),
            hasty,
        }
    }

    fn failed(blocks: Vec<u32>) -> Self {
        Self {
            blocks,
            moves: Vec::new(),
            len: 0,
            bytes: None,
            hasty: false,
        }
    }
}

impl Texts {
    /// When there is next something to do that does not wait for leisure: to seal what is idle, to rewrite
    /// what is wasteful, to drop what was decoded. Infinity if there is nothing.
    #[must_use]
    pub fn due(&self, seal_after: f64) -> f64 {
        let due = self.blocks.iter().map(|block| {
            let rewrite = if self.wants_job(block) {
                block.used + seal_after
            } else {
                f64::INFINITY
            };
            let warm = block.warm.as_ref();
            rewrite.min(warm.map_or(f64::INFINITY, |warm| warm.used + warm_for(seal_after)))
        });
        due.fold(f64::INFINITY, f64::min)
    }

    fn wants_job(&self, block: &Block) -> bool {
        match &block.body {
            Body::None => false,
            Body::Plain(_) => !block.job && block.live() >= WORTH,
            Body::Sealed(_) => !block.job && block.is_wasteful(),
        }
    }

    /// Drops what was decoded and not read for a while.
    pub fn cool_idle(&mut self, now: f64, seal_after: f64) {
        for number in 0..u32::try_from(self.blocks.len()).unwrap_or(u32::MAX) {
            let warm = self.blocks[number as usize].warm.as_ref();
            if warm.is_some_and(|warm| warm.used + warm_for(seal_after) <= now) {
                self.cool(number);
            }
        }
    }

    /// The next job that is due, if any.
    pub fn due_job(&mut self, now: f64, seal_after: f64) -> Option<Job> {
        let is_due = |block: &Block| self.wants_job(block) && block.used + seal_after <= now;
        let first = self.blocks.iter().position(is_due)?;
        let mut members = vec![first];
        let mut live = self.blocks[first].live();
        if live <= LARGE {
            // Short ones go together: those that are due, and those sealed short before.
            for (at, block) in self.blocks.iter().enumerate() {
                let fits =
                    block.live() > 0 && block.live() <= LARGE && live + block.live() <= BLOCK;
                let joins = is_due(block) || (block.is_sealed() && !block.job);
                if at != first && fits && joins {
                    live += block.live();
                    members.push(at);
                }
            }
        }
        members.sort_unstable();
        Some(self.job_of(members))
    }

    pub(super) fn job_of(&mut self, members: Vec<usize>) -> Job {
        let sources = members.into_iter().map(|at| self.source(at)).collect();
        Job { sources }
    }

    /// Whether a job is under way.
    #[must_use]
    pub fn is_sealing(&self) -> bool {
        self.blocks.iter().any(|block| block.job)
    }

    fn source(&mut self, at: usize) -> Source {
        let number = u32::try_from(at).expect("blocks fit u32");
        self.close(number);
        let block = &mut self.blocks[at];
        block.job = true;
        let len = block.len as usize;
        let bytes = match &block.body {
            Body::Plain(plain) => Bytes::Plain(Arc::clone(plain)),
            Body::Sealed(place) if place.size() < len => {
                Bytes::Packed(self.packs.get(place).to_vec())
            }
            Body::Sealed(place) => Bytes::Stored(self.packs.get(place).to_vec()),
            Body::None => Bytes::Stored(Vec::new()),
        };
        let mut texts: Vec<(u32, u32, u32)> = Vec::with_capacity(block.texts.len());
        for id in &block.texts {
            let record = &self.records[*id as usize];
            if record.block == number {
                texts.push((*id, record.at, record.at + record.bytes));
            }
        }
        texts.sort_unstable_by_key(|(id, from, _)| (*from, *id));
        texts.dedup();
        Source {
            block: number,
            bytes,
            len,
            texts,
        }
    }

    /// Takes in what a job made.
    pub fn finish(&mut self, done: Done, now: f64) {
        let Some(bytes) = done.bytes else {
            // Left as it is, and not tried again.
            return;
        };
        let mut moves = done.moves;
        moves.retain(|it| {
            self.records.get(it.text as usize).is_some_and(|record| {
                (record.block, record.at, record.bytes) == (it.block, it.from, it.len)
            })
        });
        let made = done.blocks.iter();
        let born = made.map(|number| self.blocks[*number as usize].born).max();
        // The old ones first: the new one may take their place in a pack.
        for number in done.blocks {
            self.blocks[number as usize].job = false;
            if matches!(self.blocks[number as usize].body, Body::None) {
                self.retire(number);
            } else {
                self.vacate(number);
            }
        }
        if moves.is_empty() {
            return;
        }
        let len = u32::try_from(done.len).expect("a job is below 4 GB");
        let live: u32 = moves.iter().map(|it| it.len).sum();
        let body = Body::Sealed(self.packs.put(&bytes, self.supply));
        let fresh = self.open_block(Block {
            body,
            warm: None,
            len,
            dead: len - live,
            texts: moves.iter().map(|it| it.text).collect(),
            used: now,
            born: born.unwrap_or(0),
            job: false,
            hasty: done.hasty,
        });
        for it in &moves {
            let record = &mut self.records[it.text as usize];
            record.block = fresh;
            record.at = it.to;
        }
        while let Some(sparse) = self.packs.sparse() {
            self.repack(sparse);
        }
    }
}

/// How long decoded text stays after it was last read.
fn warm_for(seal_after: f64) -> f64 {
    seal_after.clamp(250.0, 10_000.0)
}

#[cfg(test)]
pub(super) mod tests;
