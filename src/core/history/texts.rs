//! The texts of a history.

use crate::core::history::message::NONE;
use crate::core::history::text::Text;
use crate::core::history::tools::Tools;

#[derive(Debug, Default)]
struct Record {
    bytes: Option<Box<[u8]>>,
    units: usize,
    next: u32,
}

/// All texts, by number.
#[derive(Debug, Default)]
pub struct Texts {
    items: Vec<Record>,
    free: Vec<u32>,
}

impl Texts {
    /// Stores a text; `next` is the message's text before it.
    ///
    /// # Panics
    /// Beyond 2³² texts.
    pub fn add(&mut self, text: Text<'_>, next: u32, _tools: &mut Tools) -> u32 {
        let id = self.free.pop().unwrap_or_else(|| {
            self.items.push(Record::default());
            u32::try_from(self.items.len() - 1).expect("texts fit u32")
        });
        self.items[id as usize] = Record {
            bytes: Some(text.bytes.into()),
            units: text.units,
            next,
        };
        id
    }

    /// Replaces a text.
    pub fn set(&mut self, id: u32, text: Text<'_>, _tools: &mut Tools) {
        self.items[id as usize].bytes = Some(text.bytes.into());
        self.items[id as usize].units = text.units;
    }

    /// Frees a text.
    pub fn remove(&mut self, id: u32) {
        self.items[id as usize] = Record {
            next: NONE,
            ..Record::default()
        };
        self.free.push(id);
    }

    /// Bytes and units of a text, if there is one.
    #[must_use]
    pub fn size(&self, id: u32) -> Option<(usize, usize)> {
        let record = self.items.get(id as usize)?;
        Some((record.bytes.as_ref()?.len(), record.units))
    }

    /// The text of the same message after this one.
    #[must_use]
    pub fn next(&self, id: u32) -> u32 {
        self.items[id as usize].next
    }

    /// Changes which text of the message comes after this one.
    pub fn set_next(&mut self, id: u32, next: u32) {
        self.items[id as usize].next = next;
    }

    /// Reads a text.
    pub fn read<T>(
        &mut self,
        id: u32,
        _tools: &mut Tools,
        take: impl FnOnce(Text<'_>) -> T,
    ) -> Option<T> {
        let record = self.items.get(id as usize)?;
        Some(take(Text {
            bytes: record.bytes.as_ref()?,
            units: record.units,
        }))
    }

    /// Bytes on the heap.
    #[must_use]
    pub fn heap(&self) -> usize {
        self.items
            .iter()
            .filter_map(|it| it.bytes.as_ref())
            .map(|it| it.len())
            .sum()
    }
}
