//! The audit: every invariant of a policy, checked from scratch.

use crate::core::list::List;
use crate::core::policy::{Extra, Policy};
use crate::core::slots::{NONE, Place};
use crate::core::weights::Weight;

impl Policy {
    /// Checks links, places, order, deadlines, weights, free slots and counters.
    ///
    /// # Errors
    /// A sentence that names the first broken invariant.
    pub fn validate(&self) -> Result<(), String> {
        let plain = self.walk(&self.plain, Place::Plain)?;
        let own = self.walk(&self.own, Place::Own)?;
        let live = self.slots.live() as usize;
        let kept = self.kept as usize;
        ensure(plain + own + kept == live, || {
            format!("{plain} plain + {own} own + {kept} kept are not {live} live entries")
        })?;
        let free = self
            .slots
            .count_free()
            .ok_or("the free stack holds a live slot or does not end")?;
        ensure(free + live == self.slots.len(), || {
            format!(
                "{free} free + {live} live are not {} slots",
                self.slots.len()
            )
        })?;
        self.heap.validate()?;
        self.check_entries()?;
        self.check_sums(live)
    }

    fn walk(&self, list: &List, place: Place) -> Result<usize, String> {
        let (mut at, mut before, mut count) = (list.head, NONE, 0usize);
        let mut last: Option<(u32, f64)> = None;
        // Ends, whatever the links say: the order ascends.
        while at != NONE {
            ensure((at as usize) < self.slots.len(), || {
                format!("{place:?} list: there is no slot {at}")
            })?;
            let slot = self.slots.get(at);
            ensure(slot.place == place, || {
                format!("slot {at} is not {place:?}")
            })?;
            ensure(slot.prev == before, || {
                format!("slot {at}: back link broken")
            })?;
            ensure(
                last.is_none_or(|(seq, touched)| seq < slot.seq && touched <= slot.touched),
                || format!("slot {at} is out of recency order"),
            )?;
            last = Some((slot.seq, slot.touched));
            (before, at, count) = (at, slot.next, count + 1);
        }
        ensure(list.tail == before && list.len as usize == count, || {
            format!(
                "{place:?} list: tail {} len {}, found {before} {count}",
                list.tail, list.len
            )
        })?;
        Ok(count)
    }

    fn check_entries(&self) -> Result<(), String> {
        let (mut kept, mut pinned, mut filed, mut room) = (0u32, 0u32, 0usize, 0usize);
        for slot in self.slots.iter_live() {
            let record = self.slots.get(slot);
            let extra = self.extras.get(&slot);
            ensure(record.extra == extra.is_some(), || {
                format!("slot {slot}: extra flag wrong")
            })?;
            kept += u32::from(record.place == Place::Kept);
            pinned += u32::from(extra.is_some_and(Extra::is_leased));
            room += extra.map_or(0, |e| e.leases.capacity());
            let own = extra.is_some_and(|e| e.ttl.is_some());
            ensure(
                record.place == Place::Kept || own == (record.place == Place::Own),
                || format!("slot {slot}: own limit {own}, but {:?}", record.place),
            )?;
            ensure(record.seq < self.next_seq, || {
                format!("slot {slot}: seq from the future")
            })?;
            let (look, file) = (self.look_at(slot), self.heap.time_of(slot));
            filed += usize::from(file.is_some());
            match (look, file) {
                (Some(look), Some(file)) if file <= look => {}
                (None, None | Some(_)) => {}
                _ => return Err(format!("slot {slot}: next look {look:?}, filed {file:?}")),
            }
        }
        ensure(filed == self.heap.len(), || {
            "the heap holds a free slot".to_owned()
        })?;
        ensure(kept == self.kept && pinned == self.pinned, || {
            format!(
                "{kept} kept, {pinned} pinned; counted {} {}",
                self.kept, self.pinned
            )
        })?;
        ensure(room == self.lease_room, || {
            format!("room for {room} leases, counted {}", self.lease_room)
        })?;
        let stray = self.extras.keys().find(|&&slot| !self.is_live(slot));
        ensure(stray.is_none(), || {
            format!("extra of a free slot {stray:?}")
        })
    }

    fn check_sums(&self, live: usize) -> Result<(), String> {
        let sum = (0u32..)
            .zip(&self.weights)
            .filter(|&(slot, _)| self.is_live(slot))
            .fold(Weight::default(), |sum, (_, &w)| sum.plus(Weight::new(w)));
        ensure(sum == self.total, || {
            format!(
                "weights sum to {}, total is {}",
                sum.to_f64(),
                self.weight()
            )
        })?;
        let (came, left) = (self.stats.admitted, self.stats.removed_in_all());
        ensure(came.checked_sub(left) == Some(live as u64), || {
            format!("{came} entries came, {left} left, {live} live")
        })
    }
}

fn ensure(holds: bool, or: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(or()) }
}

#[cfg(test)]
mod tests;
