//! Where sealed blocks lie: behind one another in chunks that are given back whole.
//!
//! One allocation per block would leave holes that nothing returns to the system.

use crate::core::history::chunk::{Chunk, Fill, Supply, occupied};

/// Size of a pack. Untouched pages of it cost nothing.
const PACK: usize = 256 * 1024;

/// A block smaller than this is kept on the heap by itself: a page would be too much for it.
const ALONE_BELOW: usize = 4096;

/// A pack filled less than this is not worth rewriting while somebody waits.
const SPARSE_FROM: usize = PACK / 4;

/// Dead bytes that are worth rewriting a pack when nobody waits: two pages.
const SPARSE: usize = 8192;

/// A place in a pack, or a piece of the heap.
#[derive(Debug)]
pub enum Place {
    /// So many bytes of a pack.
    Packed {
        /// The pack.
        pack: u32,
        /// Where they begin.
        at: u32,
        /// How many.
        len: u32,
    },
    /// Too small or too large for a pack.
    Alone(Chunk, u32),
}

impl Place {
    /// Bytes.
    #[must_use]
    pub fn size(&self) -> usize {
        match self {
            Self::Packed { len, .. } | Self::Alone(_, len) => *len as usize,
        }
    }
}

#[derive(Debug)]
struct Pack {
    chunk: Chunk,
    used: usize,
    dead: usize,
}

/// The packs of a history.
#[derive(Debug, Default)]
pub struct Packs {
    packs: Vec<Option<Pack>>,
    /// The pack that is being filled.
    filling: Option<u32>,
    /// What packs and lone pieces occupy.
    occupied: usize,
}

impl Packs {
    /// Stores bytes.
    ///
    /// # Panics
    /// Beyond 4 GB in one piece.
    pub fn put(&mut self, bytes: &[u8], supply: Supply) -> Place {
        let len = u32::try_from(bytes.len()).expect("a block fits u32");
        if bytes.len() < ALONE_BELOW {
            self.occupied += bytes.len();
            return Place::Alone(Box::new(bytes.to_vec()), len);
        }
        if bytes.len() > PACK / 2 {
            let mut chunk = supply(bytes.len(), Fill::Soon);
            chunk.bytes_mut()[..bytes.len()].copy_from_slice(bytes);
            self.occupied += occupied(bytes.len());
            return Place::Alone(chunk, len);
        }
        let number = match self.filling {
            Some(number) if self.room(number) >= bytes.len() => number,
            _ => self.open(supply),
        };
        let pack = self.pack_mut(number);
        let at = pack.used;
        pack.chunk.bytes_mut()[at..at + bytes.len()].copy_from_slice(bytes);
        pack.used += bytes.len();
        let more = occupied(pack.used) - occupied(at);
        self.occupied += more;
        Place::Packed {
            pack: number,
            at: u32::try_from(at).expect("a pack is small"),
            len,
        }
    }

    fn room(&self, number: u32) -> usize {
        PACK - self.pack(number).used
    }

    fn pack(&self, number: u32) -> &Pack {
        self.packs[number as usize].as_ref().expect("a pack in use")
    }

    fn pack_mut(&mut self, number: u32) -> &mut Pack {
        self.packs[number as usize].as_mut().expect("a pack in use")
    }

    fn open(&mut self, supply: Supply) -> u32 {
        let pack = Some(Pack {
            chunk: supply(PACK, Fill::Slowly),
            used: 0,
            dead: 0,
        });
        let free = self.packs.iter().position(Option::is_none);
        let at = free.unwrap_or(self.packs.len());
        if free.is_some() {
            self.packs[at] = pack;
        } else {
            self.packs.push(pack);
        }
        let number = u32::try_from(at).expect("packs fit u32");
        self.filling = Some(number);
        number
    }

    /// Reads what was stored.
    #[must_use]
    pub fn get<'a>(&'a self, place: &'a Place) -> &'a [u8] {
        match place {
            Place::Packed { pack, at, len } => {
                let at = *at as usize;
                &self.pack(*pack).chunk.bytes()[at..at + *len as usize]
            }
            Place::Alone(chunk, len) => &chunk.bytes()[..*len as usize],
        }
    }

    /// Frees what was stored; answers the pack that is now worth rewriting.
    pub fn remove(&mut self, place: Place) -> Option<u32> {
        match place {
            Place::Alone(_, len) => {
                self.occupied -= alone_occupied(len as usize);
                None
            }
            Place::Packed {
                pack: number,
                at,
                len,
            } => {
                let pack = self.pack_mut(number);
                let before = occupied(pack.used);
                if (at + len) as usize == pack.used {
                    // The last one in: what comes next takes its place.
                    pack.used = at as usize;
                } else {
                    pack.dead += len as usize;
                }
                let (used, dead) = (pack.used, pack.dead);
                self.occupied -= before - occupied(used);
                if dead == used {
                    self.close(number);
                    return None;
                }
                (used >= SPARSE_FROM && dead > used / 3).then_some(number)
            }
        }
    }

    /// A pack that is worth rewriting when nobody waits.
    #[must_use]
    pub fn sparse(&self) -> Option<u32> {
        let mut packs = (0u32..).zip(&self.packs);
        let is_sparse = |pack: &Option<Pack>| pack.as_ref().is_some_and(|it| it.dead >= SPARSE);
        packs.find_map(|(at, pack)| is_sparse(pack).then_some(at))
    }

    /// Gives a pack back, whatever is in it.
    pub fn close(&mut self, number: u32) {
        if let Some(pack) = self.packs[number as usize].take() {
            self.occupied -= occupied(pack.used);
        }
        if self.filling == Some(number) {
            self.filling = None;
        }
        while self.packs.last().is_some_and(Option::is_none) {
            self.packs.pop();
        }
    }

    /// No further block goes into this pack.
    pub fn retire(&mut self, number: u32) {
        if self.filling == Some(number) {
            self.filling = None;
        }
    }

    /// Bytes occupied.
    #[must_use]
    pub fn occupied(&self) -> usize {
        self.occupied
    }

    /// Bytes occupied, counted anew; `lone` are the sizes of pieces outside packs. For the audit.
    #[must_use]
    pub fn count(&self, lone: impl Iterator<Item = usize>) -> usize {
        let packs = self.packs.iter().flatten();
        packs.map(|pack| occupied(pack.used)).sum::<usize>()
            + lone.map(alone_occupied).sum::<usize>()
    }

    /// Live bytes of each pack, for the audit: which must survive a pack with more dead bytes than it has.
    pub fn live(&self) -> impl Iterator<Item = (u32, usize)> + '_ {
        let live = |pack: &Pack| pack.used.wrapping_sub(pack.dead);
        let packs = (0u32..).zip(&self.packs);
        packs.filter_map(move |(at, pack)| pack.as_ref().map(|pack| (at, live(pack))))
    }
}

fn alone_occupied(len: usize) -> usize {
    if len < ALONE_BELOW {
        len
    } else {
        occupied(len)
    }
}
