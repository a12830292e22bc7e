//! The texts of a history: numbered places in blocks.

use crate::core::history::block::{Block, Body, LARGE, Warm};
use crate::core::history::chunk::{Chunk, Fill, Supply, from_heap};
use crate::core::history::message::NONE;
use crate::core::history::pack::{Packs, Place};
use crate::core::history::text::Text;
use crate::core::history::tools::Tools;

/// The block of a number that is not in use.
const FREE: u32 = u32::MAX;

/// The block of an empty text.
const NOWHERE: u32 = u32::MAX - 1;

/// Blocks of a history that is not yet known to be long.
const FEW: usize = 2;

/// Where a text is, 20 bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Record {
    pub block: u32,
    pub at: u32,
    pub bytes: u32,
    units: u32,
    /// The next text of the same message, or the next free number.
    next: u32,
}

/// All texts, by number.
#[derive(Debug)]
pub struct Texts {
    pub(super) records: Vec<Record>,
    free: u32,
    pub(super) live: u32,
    pub(super) blocks: Vec<Block>,
    /// Numbers of blocks not in use.
    pub(super) vacant: Vec<u32>,
    /// How many blocks were made for texts.
    born: u32,
    /// The block that texts are appended to.
    open: u32,
    /// Those before it: a short text may still fit behind the end of one, where a fortieth would be lost.
    before: [u32; 3],
    pub(super) packs: Packs,
    /// Bytes that plain blocks occupy.
    pub(super) plain: usize,
    /// Bytes that decoded blocks occupy.
    pub(super) warm: usize,
    /// Blocks that are decoded.
    pub(super) warm_count: usize,
    /// Where memory comes from.
    pub(super) supply: Supply,
    /// The time of the last call that told it, ms.
    pub(super) now: f64,
    /// Something changed since the sealing thread last found nothing to do.
    pub(super) stirred: bool,
}

impl Default for Texts {
    fn default() -> Self {
        Self {
            records: Vec::new(),
            free: NONE,
            live: 0,
            blocks: Vec::new(),
            vacant: Vec::new(),
            born: 0,
            open: NONE,
            before: [NONE; 3],
            packs: Packs::default(),
            plain: 0,
            warm: 0,
            warm_count: 0,
            supply: from_heap,
            now: 0.0,
            stirred: false,
        }
    }
}

fn small(len: usize) -> u32 {
    u32::try_from(len).expect("a text is below 4 GB")
}

impl Texts {
    /// No texts, and where memory for them will come from.
    #[must_use]
    pub fn new(supply: Supply) -> Self {
        Self {
            supply,
            ..Self::default()
        }
    }

    /// Stores a text; `next` is the message's text before it.
    ///
    /// # Panics
    /// Beyond 2³² texts, or 4 GB in one text.
    pub fn add(&mut self, text: Text<'_>, next: u32, tools: &mut Tools) -> u32 {
        let id = if self.free == NONE {
            if self.records.len() == self.records.capacity() {
                self.records.reserve_exact(4 + self.records.len() / 8);
            }
            self.records.push(Record {
                block: FREE,
                at: 0,
                bytes: 0,
                units: 0,
                next: NONE,
            });
            small(self.records.len() - 1)
        } else {
            let id = self.free;
            self.free = self.records[id as usize].next;
            id
        };
        self.live += 1;
        self.records[id as usize].next = next;
        self.put(id, text, tools);
        id
    }

    fn put(&mut self, id: u32, text: Text<'_>, tools: &mut Tools) {
        let (block, at) = if text.bytes.is_empty() {
            (NOWHERE, 0)
        } else {
            self.place(text.bytes, tools)
        };
        if let Some(block) = self.blocks.get_mut(block as usize) {
            if block.texts.len() == block.texts.capacity() {
                block.texts.reserve_exact(2 + block.texts.len() / 2);
            }
            block.texts.push(id);
        }
        let record = &mut self.records[id as usize];
        record.block = block;
        record.at = at;
        record.bytes = small(text.bytes.len());
        record.units = small(text.units);
    }

    fn place(&mut self, bytes: &[u8], tools: &mut Tools) -> (u32, u32) {
        if bytes.len() <= LARGE {
            let [first, second, third] = self.before;
            for block in [first, second, third, self.open] {
                if let Some(at) = self.append(block, bytes, tools) {
                    return (block, at);
                }
            }
        }
        self.born = self.born.saturating_add(1);
        let block = Block::for_text(bytes.len(), self.born, tools.now, self.supply);
        let block = self.open_block(block);
        let at = self.append(block, bytes, tools);
        if bytes.len() <= LARGE {
            self.before.rotate_left(1);
            self.before[2] = std::mem::replace(&mut self.open, block);
        }
        (block, at.expect("a fresh block has room"))
    }

    fn append(&mut self, number: u32, bytes: &[u8], tools: &mut Tools) -> Option<u32> {
        self.blocks.get(number as usize)?;
        self.stirred = true;
        self.now = tools.now;
        let (now, supply) = (tools.now, self.supply);
        // A history that has filled a few blocks will fill the next: its pages can come several at once.
        let fill = if self.blocks.len() > FEW {
            Fill::Steadily
        } else {
            Fill::Slowly
        };
        self.change(number, |block| block.append(bytes, now, supply, fill))
    }

    /// Changes a block and what the totals say of it.
    pub(super) fn change<T>(&mut self, number: u32, work: impl FnOnce(&mut Block) -> T) -> T {
        let block = &mut self.blocks[number as usize];
        let (plain, warm) = (block.plain_bytes(), block.warm_bytes());
        let done = work(block);
        self.plain = self.plain + block.plain_bytes() - plain;
        self.warm = self.warm + block.warm_bytes() - warm;
        done
    }

    /// Enters a block under a free number.
    pub(super) fn open_block(&mut self, block: Block) -> u32 {
        if let Some(number) = self.vacant.pop() {
            self.blocks[number as usize] = block;
            return number;
        }
        self.blocks.push(block);
        small(self.blocks.len() - 1)
    }

    /// Replaces a text.
    pub fn set(&mut self, id: u32, text: Text<'_>, tools: &mut Tools) {
        self.lift(id);
        self.put(id, text, tools);
    }

    /// Frees a text.
    pub fn remove(&mut self, id: u32) {
        self.lift(id);
        let free = self.free;
        let record = &mut self.records[id as usize];
        record.block = FREE;
        record.next = free;
        self.free = id;
        self.live -= 1;
        if self.live == 0 {
            self.records = Vec::new();
            self.free = NONE;
        }
    }

    /// Takes a text's bytes out of its block.
    fn lift(&mut self, id: u32) {
        let record = self.records[id as usize];
        let number = record.block;
        let open = number == self.open;
        let Some(block) = self.blocks.get_mut(number as usize) else {
            return;
        };
        if open && !block.job && record.at + record.bytes == block.len {
            // The last text of the open block: what comes next may take its place.
            if block.texts.last() == Some(&id) {
                block.texts.pop();
            }
            self.change(number, |block| block.len = record.at);
        } else {
            block.dead += record.bytes;
            if block.is_wasteful() && !open {
                block.used = self.now;
                self.stirred = true;
            }
        }
        if self.blocks[number as usize].live() == 0 {
            self.vacate(number);
        }
    }

    /// Gives a block's memory back, and its number unless a job still names it.
    pub(super) fn vacate(&mut self, number: u32) {
        self.cool(number);
        let body = self.change(number, |block| {
            (block.len, block.dead) = (0, 0);
            block.texts = Vec::new();
            std::mem::replace(&mut block.body, Body::None)
        });
        if let Body::Sealed(place) = body {
            self.unpack(place);
        }
        self.close(number);
        if !self.blocks[number as usize].job {
            self.retire(number);
        }
    }

    /// Takes back the number of a vacated block.
    pub(super) fn retire(&mut self, number: u32) {
        self.vacant.push(number);
        if self.vacant.len() == self.blocks.len() {
            self.vacant = Vec::new();
            self.blocks = Vec::new();
        }
    }

    /// Nothing is appended to this block any more.
    pub(super) fn close(&mut self, number: u32) {
        for open in self.before.iter_mut().chain([&mut self.open]) {
            if *open == number {
                *open = NONE;
            }
        }
    }

    /// Frees a place in the packs; moves what else is in its pack, if that is little.
    fn unpack(&mut self, place: Place) {
        if let Some(sparse) = self.packs.remove(place) {
            self.repack(sparse);
        }
    }

    /// Moves what is left in a pack, and gives it back.
    pub(super) fn repack(&mut self, sparse: u32) {
        self.packs.retire(sparse);
        for block in &mut self.blocks {
            if let Body::Sealed(place) = &mut block.body
                && matches!(place, Place::Packed { pack, .. } if *pack == sparse)
            {
                let bytes = self.packs.get(place).to_vec();
                *place = self.packs.put(&bytes, self.supply);
            }
        }
        self.packs.close(sparse);
    }

    /// Forgets the decoded bytes of a block.
    pub(super) fn cool(&mut self, number: u32) {
        let warm = self.change(number, |block| block.warm.take());
        self.warm_count -= usize::from(warm.is_some());
    }

    /// Bytes and units of a text, if there is one.
    #[must_use]
    pub fn size(&self, id: u32) -> Option<(usize, usize)> {
        let record = self.records.get(id as usize)?;
        (record.block != FREE).then_some((record.bytes as usize, record.units as usize))
    }

    /// The text of the same message after this one.
    #[must_use]
    pub fn next(&self, id: u32) -> u32 {
        self.records[id as usize].next
    }

    /// Changes which text of the message comes after this one.
    pub fn set_next(&mut self, id: u32, next: u32) {
        self.records[id as usize].next = next;
    }

    /// Reads a text. A sealed block is decoded for it and stays so for a while.
    pub fn read<T>(
        &mut self,
        id: u32,
        tools: &mut Tools,
        take: impl FnOnce(Text<'_>) -> T,
    ) -> Option<T> {
        let record = *self.records.get(id as usize)?;
        let units = record.units as usize;
        if record.block == NOWHERE {
            return Some(take(Text { bytes: &[], units }));
        }
        let number = record.block;
        let block = self.blocks.get(number as usize)?;
        if let Body::Sealed(place) = &block.body
            && place.size() < block.len as usize
            && block.warm.is_none()
        {
            let chunk = self.decode(place, block.len as usize, tools)?;
            self.warm_up(number, chunk, tools);
        }
        let block = &mut self.blocks[number as usize];
        if !block.is_wasteful() {
            block.used = tools.now;
        }
        let (from, to) = (record.at as usize, (record.at + record.bytes) as usize);
        let bytes = match (&mut block.warm, &block.body) {
            (Some(warm), _) => {
                warm.used = tools.now;
                warm.chunk.bytes()
            }
            (None, Body::Plain(plain)) => plain.bytes(),
            (None, Body::Sealed(place)) => self.packs.get(place),
            (None, Body::None) => return None,
        };
        let bytes = &bytes[from..to];
        Some(take(Text { bytes, units }))
    }

    /// What a compressed block of this length holds; `None` if it cannot be decoded.
    fn decode(&self, place: &Place, len: usize, tools: &mut Tools) -> Option<Chunk> {
        let mut chunk = (self.supply)(len, Fill::Soon);
        let packed = self.packs.get(place);
        let decoded = tools.squeezer.unpack(packed, &mut chunk.bytes_mut()[..len]);
        decoded.then_some(chunk)
    }

    /// Keeps what a block was decoded to, in the place of what was read longer ago.
    fn warm_up(&mut self, number: u32, chunk: Chunk, tools: &Tools) {
        while self.warm_count >= tools.warm_blocks.max(1) {
            self.cool_oldest();
        }
        let used = tools.now;
        self.change(number, |block| block.warm = Some(Warm { chunk, used }));
        self.warm_count += 1;
        self.stirred = true;
    }

    fn cool_oldest(&mut self) {
        let warm = (0u32..).zip(&self.blocks);
        let warm = warm.filter_map(|(at, block)| Some((at, block.warm.as_ref()?.used)));
        let oldest = warm.min_by(|a, b| a.1.total_cmp(&b.1));
        let (number, _) = oldest.expect("decoded blocks are counted");
        self.cool(number);
    }

    /// Bytes of compressed text.
    #[must_use]
    pub fn sealed_bytes(&self) -> usize {
        self.packs.occupied()
    }

    /// Bytes of decoded text.
    #[must_use]
    pub fn warm_bytes(&self) -> usize {
        self.warm
    }

    /// Bytes that texts and their records occupy.
    #[must_use]
    pub fn occupied(&self) -> usize {
        // A block's list of texts is counted by the records: one number each.
        self.plain
            + self.warm
            + self.packs.occupied()
            + self.records.capacity() * (size_of::<Record>() + 4)
            + self.blocks.capacity() * size_of::<Block>()
    }
}

#[cfg(test)]
mod tests;
