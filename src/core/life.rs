//! An entry's life: admitted, touched, set again, removed.

use crate::core::limits::Reason;
use crate::core::policy::Policy;
use crate::core::slots::{NONE, Place};
use crate::core::weights::Weight;

impl Policy {
    /// Stores a new entry without options of its own and returns its slot.
    pub fn admit(&mut self, now: f64) -> u32 {
        let slot = self.slots.alloc();
        let seq = self.take_seq();
        let record = self.slots.get_mut(slot);
        record.touched = now;
        record.seq = seq;
        record.place = Place::Plain;
        self.plain.push_warm(&mut self.slots, slot);
        if self.limits.max_age.is_finite() {
            self.set_born(slot, now);
            self.refile(slot);
        }
        self.stats.admitted += 1;
        slot
    }

    /// Evicts the least recently used entries and stores new ones in their slots, as `remove` and
    /// `admit` would one by one. `slots` are the victims the face has used; answers how many of them,
    /// from the first on, are the coldest in this order and have nothing but their slots: those are
    /// done, in one move of the list.
    pub fn recycle(&mut self, slots: impl Iterator<Item = u32>, now: f64) -> usize {
        if !self.born.is_empty() || !self.weights.is_empty() || self.own.head != NONE {
            return 0;
        }
        let (mut next, mut last, mut count) = (self.plain.head, NONE, 0);
        for slot in slots {
            if slot != next || !self.slots.is_bare(slot) {
                break;
            }
            let seq = self.take_seq();
            let record = self.slots.get_mut(slot);
            record.touched = now;
            record.seq = seq;
            (next, last) = (record.next, slot);
            count += 1;
        }
        if count > 0 {
            self.plain.warm_head(&mut self.slots, last);
            self.stats.count(Reason::Lru, count as u64);
            self.stats.admitted += count as u64;
        }
        count
    }

    /// A read used the entry.
    pub fn hit(&mut self, slot: u32, now: f64) {
        self.stats.hits += 1;
        self.touch(slot, now);
    }

    /// The common case of reads and updates in one tight loop: entries that have nothing but their
    /// slot, in a map without age limits and weights. `touches` are slots, and whether by an update;
    /// answers how many of them, from the first on, were such entries: those are done.
    pub fn touch_run(
        &mut self,
        touches: impl ExactSizeIterator<Item = Option<(u32, bool)>>,
        now: f64,
    ) -> usize {
        let room = (u32::MAX - self.next_seq) as usize;
        if !self.born.is_empty() || !self.weights.is_empty() || touches.len() >= room {
            return 0;
        }
        let (mut done, mut updates) = (0, 0);
        for (slot, update) in touches.map_while(|touch| touch) {
            if !self.slots.is_bare(slot) {
                break;
            }
            self.plain.warm(&mut self.slots, slot);
            let record = self.slots.get_mut(slot);
            record.touched = now;
            record.seq = self.next_seq;
            self.next_seq += 1;
            updates += u64::from(update);
            done += 1;
        }
        self.stats.updated += updates;
        self.stats.hits += done as u64 - updates;
        done
    }

    /// Touches entries that have nothing but their slots, in a map without age limits and weights:
    /// each once, at its time, for all its `touches`, of which `updates` were updates. Answers whether
    /// it could; if not, nothing has changed.
    pub fn touch_each(
        &mut self,
        last: impl ExactSizeIterator<Item = (u32, f64)> + Clone,
        touches: u64,
        updates: u64,
    ) -> bool {
        let room = (u32::MAX - self.next_seq) as usize;
        if !self.born.is_empty() || !self.weights.is_empty() || last.len() >= room {
            return false;
        }
        if !last.clone().all(|(slot, _)| self.slots.is_bare(slot)) {
            return false;
        }
        let first = self.next_seq;
        // With nearly all of them to move, it is quicker to link the list anew: it need not be read.
        let cold = self.plain.len as usize - last.len();
        let anew = cold * 8 <= last.len();
        for (slot, at) in last.clone() {
            if !anew {
                self.plain.warm(&mut self.slots, slot);
            }
            let record = self.slots.get_mut(slot);
            record.touched = at;
            record.seq = self.next_seq;
            self.next_seq += 1;
        }
        if anew {
            let mut untouched = Vec::with_capacity(cold);
            untouched.extend(self.slots.iter_plain().filter(|&(seq, _)| seq < first));
            untouched.sort_unstable();
            let warm = last.map(|(slot, _)| slot);
            let order = untouched.into_iter().map(|(_, slot)| slot).chain(warm);
            self.plain.link(&mut self.slots, order);
        }
        self.stats.updated += updates;
        self.stats.hits += touches - updates;
        true
    }

    /// Restarts the entry's idle time, and its busy clock.
    pub fn touch(&mut self, slot: u32, now: f64) {
        let seq = self.take_seq();
        let record = self.slots.get_mut(slot);
        record.touched = now;
        record.seq = seq;
        match record.place {
            Place::Plain => self.plain.warm(&mut self.slots, slot),
            Place::Own => self.own.warm(&mut self.slots, slot),
            Place::Kept => self.touch_kept(slot, now),
            Place::Free => debug_assert!(false, "touched a free slot"),
        }
    }

    /// Gives the entry an idle limit of its own and restarts its idle time.
    pub fn touch_with_ttl(&mut self, slot: u32, ttl: f64, now: f64) {
        self.extra_mut(slot).ttl = Some(ttl);
        if self.place(slot) == Place::Kept {
            self.touch(slot, now);
        } else {
            self.restart(slot, now);
        }
    }

    /// `set` of an existing entry without options: both clocks restart, options go back to the map's.
    pub fn reset(&mut self, slot: u32, now: f64) {
        self.stats.updated += 1;
        self.set_weight(slot, 0.0);
        if self.slots.get(slot).place == Place::Plain && !self.slots.get(slot).extra {
            if !self.born.is_empty() {
                self.set_born(slot, now);
            }
            self.touch(slot, now);
        } else {
            self.set_options(slot, None, None, now);
        }
    }

    /// `set` with options, of a new or an existing entry: both clocks restart, absent options are the map's.
    pub fn set_options(&mut self, slot: u32, ttl: Option<f64>, max_age: Option<f64>, now: f64) {
        if self.slots.get(slot).extra || ttl.is_some() || max_age.is_some() {
            let extra = self.extra_mut(slot);
            extra.ttl = ttl;
            extra.max_age = max_age;
        }
        if self.age_limit(slot).is_finite() {
            self.set_born(slot, now);
        }
        self.restart(slot, now);
    }

    /// Gives the entry a weight, replacing the one it had.
    pub fn set_weight(&mut self, slot: u32, weight: f64) {
        if self.weights.is_empty() && weight == 0.0 {
            return;
        }
        let index = slot as usize;
        if index >= self.weights.len() {
            self.weights.resize(index + 1, 0.0);
        }
        let old = std::mem::replace(&mut self.weights[index], weight);
        self.total = self.total.minus(Weight::new(old)).plus(Weight::new(weight));
    }

    /// The entry's weight.
    #[must_use]
    pub fn weight_of(&self, slot: u32) -> f64 {
        self.weights.get(slot as usize).copied().unwrap_or(0.0)
    }

    /// Takes an entry out.
    pub fn remove(&mut self, slot: u32, reason: Reason) {
        self.leave_place(slot);
        if self.slots.get(slot).extra
            && let Some(extra) = self.extras.remove(&slot)
        {
            self.pinned -= u32::from(extra.is_leased());
            self.lease_room -= extra.leases.capacity();
        }
        self.heap.remove(slot);
        if let Some(weight) = self.weights.get_mut(slot as usize) {
            self.total = self.total.minus(Weight::new(std::mem::take(weight)));
        }
        self.slots.free(slot);
        self.stats.count(reason, 1);
    }

    /// Undoes the admission of an entry that the face could not store.
    pub fn take_back(&mut self, slot: u32) {
        self.remove(slot, Reason::Delete);
        self.stats.removed[Reason::Delete as usize] -= 1;
        self.stats.admitted -= 1;
    }

    /// Takes everything out and gives the memory back.
    pub fn clear(&mut self, reason: Reason) {
        self.stats.count(reason, u64::from(self.live()));
        self.reset_all();
    }

    /// Back to the state without entries; counters go on.
    pub(crate) fn reset_all(&mut self) {
        *self = Self {
            limits: self.limits,
            stats: std::mem::take(&mut self.stats),
            departed: std::mem::take(&mut self.departed),
            next_pin: self.next_pin,
            ..Self::default()
        };
    }

    /// Puts the entry at the warm end of the list it now belongs to, and files its next look.
    fn restart(&mut self, slot: u32, now: f64) {
        self.leave_place(slot);
        let seq = self.take_seq();
        let record = self.slots.get_mut(slot);
        record.touched = now;
        record.seq = seq;
        self.end_refusal(slot);
        self.enter_list(slot);
        self.drop_idle_extra(slot);
        self.refile(slot);
    }
}

#[cfg(test)]
mod tests;
