//! JSON of messages, and what other threads do with a history that is shared.

use crate::core::history::escape::{self, Piece};
use crate::core::history::message::{Descriptor, flag};
use crate::core::history::shared::Skeleton;
use crate::core::history::store::{Failed, History};
use crate::core::history::text::Text;
use crate::core::history::tools::Tools;

impl History {
    /// Writes a skeleton with the texts in their places.
    ///
    /// # Errors
    /// If it does not have `count` placeholders, or one names no text.
    pub fn json(
        &mut self,
        skeleton: &str,
        nonce: &str,
        count: Option<usize>,
        out: &mut Vec<u8>,
        tools: &mut Tools,
    ) -> Result<(), Failed> {
        let pieces = escape::pieces(skeleton, nonce)?;
        let found = pieces.len() / 2;
        if count.is_some_and(|count| count != found) {
            return Err(format!("{found} placeholders, {count:?} expected"));
        }
        // Growing step by step would touch twice the memory. What is escaped is seldom more than a sixteenth.
        let sizes = pieces.iter().map(|piece| match piece {
            Piece::Json(json) => json.len(),
            Piece::Text(id) => self
                .texts
                .size(*id)
                .map_or(0, |(bytes, _)| bytes / 16 * 17 + 4),
        });
        out.reserve(sizes.sum());
        for piece in pieces {
            match piece {
                Piece::Json(json) => out.extend_from_slice(json),
                Piece::Text(id) => self.text(id, tools, |text| escape::escape(text.bytes, out))?,
            }
        }
        Ok(())
    }

    /// From now on the owner gives a skeleton with every message.
    pub fn share(&mut self) {
        self.shared.get_or_insert_default();
    }

    /// Remembers the JSON of a message; empty: others do not see it until there is some.
    ///
    /// # Errors
    /// If there is no such message, or a placeholder cannot be read.
    pub fn set_skeleton(&mut self, number: u64, json: &str, nonce: &str) -> Result<(), Failed> {
        self.slot(number)?;
        escape::pieces(json, nonce)?;
        let skeletons = &mut self.shared.get_or_insert_default().skeletons;
        if json.is_empty() {
            skeletons.remove(&number);
            return Ok(());
        }
        let (json, nonce) = (json.into(), nonce.into());
        skeletons.insert(number, Skeleton { json, nonce });
        Ok(())
    }

    /// Appends a message of another thread, whose skeleton numbers its texts from 0; answers the length.
    ///
    /// # Errors
    /// If the skeleton does not fit the texts; nothing is changed then.
    pub fn push_shared(
        &mut self,
        it: &Descriptor<'_>,
        skeleton: &Skeleton,
        texts: &[Text<'_>],
        tools: &mut Tools,
    ) -> Result<u64, Failed> {
        let pieces = escape::pieces(&skeleton.json, &skeleton.nonce)?;
        let mut places: Vec<usize> = pieces
            .iter()
            .filter_map(|piece| match piece {
                Piece::Text(at) => Some(*at as usize),
                Piece::Json(_) => None,
            })
            .collect();
        places.sort_unstable();
        if !places.into_iter().eq(0..texts.len()) {
            return Err(format!("the placeholders do not fit {} texts", texts.len()));
        }
        let number = self.next;
        let made = self.append(it, texts, flag::UNSEEN, tools);
        let mut json = Vec::with_capacity(skeleton.json.len() + 8);
        for piece in pieces {
            match piece {
                Piece::Json(part) => json.extend_from_slice(part),
                Piece::Text(at) => {
                    let id = made[at as usize];
                    json.extend_from_slice(format!("\"{}{id}\"", skeleton.nonce).as_bytes());
                }
            }
        }
        let shared = self.shared.get_or_insert_default();
        let json = String::from_utf8_lossy(&json).into();
        let nonce = skeleton.nonce.clone();
        shared.skeletons.insert(number, Skeleton { json, nonce });
        shared.news.push_back(number);
        self.decide();
        self.tidy();
        Ok(self.order.totals.messages)
    }

    /// What others pushed since the last call: message numbers and skeletons, oldest first.
    pub fn news(&mut self) -> Vec<(u64, Skeleton)> {
        let Some(shared) = &mut self.shared else {
            return Vec::new();
        };
        let numbers = std::mem::take(&mut shared.news);
        let mut told = Vec::with_capacity(numbers.len());
        for number in numbers {
            let at = self.order.find(&self.messages, number);
            let skeleton = shared.skeletons.get(&number);
            if let (Some(at), Some(skeleton)) = (at, skeleton) {
                let slot = self.order.slots[at];
                self.messages.get_mut(slot).flags &= !flag::UNSEEN;
                told.push((number, skeleton.clone()));
            }
        }
        told
    }

    /// JSON of the message at a place; `None` if there is none.
    ///
    /// # Errors
    /// If the owner gave no skeleton for it.
    pub fn json_at(&mut self, place: usize, tools: &mut Tools) -> Result<Option<Vec<u8>>, Failed> {
        let Some(slot) = self.order.slots.get(place).copied() else {
            return Ok(None);
        };
        if !self.is_shown(slot) {
            return Ok(None);
        }
        let mut out = Vec::new();
        self.json_of(slot, &mut out, tools)?;
        Ok(Some(out))
    }

    /// Whether others can see a message: between its push and its skeleton it has not arrived yet.
    fn is_shown(&self, slot: u32) -> bool {
        let number = self.messages.get(slot).number;
        self.shared
            .as_ref()
            .is_some_and(|shared| shared.skeletons.contains_key(&number))
    }

    fn json_of(&mut self, slot: u32, out: &mut Vec<u8>, tools: &mut Tools) -> Result<(), Failed> {
        let number = self.messages.get(slot).number;
        let skeleton = self
            .shared
            .as_ref()
            .and_then(|shared| shared.skeletons.get(&number))
            .cloned()
            .ok_or_else(|| format!("message {number} has no skeleton"))?;
        self.json(&skeleton.json, &skeleton.nonce, None, out, tools)
    }

    /// JSON array of a window.
    ///
    /// # Errors
    /// If the owner gave no skeleton for one of the messages.
    pub fn json_window(
        &mut self,
        messages: f64,
        tokens: f64,
        tools: &mut Tools,
    ) -> Result<Vec<u8>, Failed> {
        let mut out = vec![b'['];
        let mut slots = self.window_slots(messages, tokens);
        slots.retain(|slot| self.is_shown(*slot));
        for (at, slot) in slots.into_iter().enumerate() {
            if at > 0 {
                out.push(b',');
            }
            self.json_of(slot, &mut out, tools)?;
        }
        out.push(b']');
        Ok(out)
    }
}
