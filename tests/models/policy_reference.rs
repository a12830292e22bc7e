//! The naive reference of the policy: plain vectors and full scans, no code in common with the core.

use robust_session_map::core::limits::{Limits, Reason};

/// One entry as the reference sees it.
#[derive(Debug, Clone)]
pub struct Entry {
    pub slot: u32,
    pub touched: f64,
    pub born: f64,
    pub used: u64,
    pub ttl: Option<f64>,
    pub max_age: Option<f64>,
    pub weight: f64,
    pub pins: Vec<f64>,
    pub busy: bool,
    pub busy_since: Option<f64>,
    pub check_at: Option<f64>,
}

/// All entries, in no order that matters.
#[derive(Debug, Default)]
pub struct Reference {
    pub limits: Limits,
    pub entries: Vec<Entry>,
    pub now: f64,
    used: u64,
}

impl Reference {
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            ..Self::default()
        }
    }

    pub fn admit(&mut self, slot: u32) {
        let used = self.next_use();
        self.entries.push(Entry {
            slot,
            touched: self.now,
            born: self.now,
            used,
            ttl: None,
            max_age: None,
            weight: 0.0,
            pins: Vec::new(),
            busy: false,
            busy_since: None,
            check_at: None,
        });
    }

    fn next_use(&mut self) -> u64 {
        self.used += 1;
        self.used
    }

    pub fn pin(&mut self, at: usize, now: f64) {
        self.entries[at].pins.push(now);
    }

    pub fn held(&self) -> usize {
        let held = self.entries.iter();
        held.filter(|e| !e.pins.is_empty() || e.check_at.is_some())
            .count()
    }

    pub fn oldest_pin(&self) -> Option<f64> {
        let all = self.entries.iter().flat_map(|e| &e.pins);
        all.map(|since| self.now - since).max_by(f64::total_cmp)
    }

    pub fn find(&self, slot: u32) -> usize {
        self.entries
            .iter()
            .position(|e| e.slot == slot)
            .expect("the slot is live")
    }

    pub fn deadline(&self, e: &Entry) -> (f64, Reason) {
        let idle = e.touched + e.ttl.unwrap_or(self.limits.ttl);
        let age = e.born + e.max_age.unwrap_or(self.limits.max_age);
        if age < idle {
            (age, Reason::Age)
        } else {
            (idle, Reason::Idle)
        }
    }

    fn due_reason(&self, e: &Entry) -> Option<Reason> {
        let (at, reason) = self.deadline(e);
        (at <= self.now).then_some(reason)
    }

    pub fn look(&self, e: &Entry) -> f64 {
        e.check_at.unwrap_or(self.deadline(e).0)
    }

    pub fn horizon(&self) -> f64 {
        let looks = self.entries.iter().map(|e| self.look(e));
        looks.fold(f64::INFINITY, f64::min)
    }

    pub fn touch(&mut self, slot: u32, ttl: Option<f64>) {
        let at = self.find(slot);
        let used = self.next_use();
        let recheck = self.now + self.limits.recheck();
        let now = self.now;
        let e = &mut self.entries[at];
        e.ttl = ttl.or(e.ttl);
        e.touched = now;
        e.used = used;
        e.busy_since = None;
        if let Some(check) = e.check_at {
            let still_due = self.due_reason(&self.entries[at]).is_some();
            self.entries[at].check_at = still_due.then_some(check.min(recheck));
        }
    }

    pub fn set(&mut self, slot: u32, ttl: Option<f64>, max_age: Option<f64>, weight: f64) {
        let at = self.find(slot);
        let used = self.next_use();
        let now = self.now;
        let e = &mut self.entries[at];
        (e.ttl, e.max_age, e.weight) = (ttl, max_age, weight);
        (e.touched, e.born, e.used) = (now, now, used);
        (e.busy_since, e.check_at) = (None, None);
    }

    /// An entry is to go; answers the reason if it went.
    fn try_remove(&mut self, at: usize, reason: Option<Reason>) -> Option<(u32, Reason)> {
        let busy = !self.entries[at].pins.is_empty() || (self.limits.asks && self.entries[at].busy);
        if !busy {
            let why = reason.or_else(|| self.due_reason(&self.entries[at]));
            let Some(why) = why else {
                self.entries[at].check_at = None;
                self.entries[at].busy_since = None;
                return None;
            };
            return Some((self.entries.remove(at).slot, why));
        }
        let (now, max_busy, recheck) = (self.now, self.limits.max_busy, self.limits.recheck());
        let e = &mut self.entries[at];
        let until = *e.busy_since.get_or_insert(now) + max_busy;
        if until <= now {
            return Some((self.entries.remove(at).slot, Reason::BusyTimeout));
        }
        e.check_at = Some(if !e.pins.is_empty() {
            until
        } else {
            until.min(now + recheck)
        });
        None
    }

    fn coldest(&self, but: Option<u32>) -> Option<usize> {
        (0..self.entries.len())
            .filter(|&at| self.entries[at].check_at.is_none() && Some(self.entries[at].slot) != but)
            .min_by_key(|&at| self.entries[at].used)
    }

    fn exceeded(&self, more: usize, weight: f64) -> Option<Reason> {
        let total: f64 = self.entries.iter().map(|e| e.weight).sum();
        if (self.entries.len() + more) as f64 > self.limits.max_size {
            Some(Reason::Lru)
        } else if total + weight > self.limits.max_bytes {
            Some(Reason::Bytes)
        } else {
            None
        }
    }

    pub fn settle(&mut self) -> Vec<(u32, Reason)> {
        let mut gone = Vec::new();
        loop {
            let due = (0..self.entries.len())
                .filter(|&at| self.look(&self.entries[at]) <= self.now)
                .min_by(|&a, &b| {
                    let look = |at: usize| self.look(&self.entries[at]);
                    look(a).total_cmp(&look(b))
                });
            let Some(at) = due else { break };
            let reason = self.due_reason(&self.entries[at]);
            gone.extend(self.try_remove(at, reason));
        }
        gone.extend(self.make_room(None, 0, 0.0));
        gone
    }

    pub fn make_room(&mut self, but: Option<u32>, more: usize, weight: f64) -> Vec<(u32, Reason)> {
        let mut gone = Vec::new();
        while let Some(reason) = self.exceeded(more, weight) {
            let Some(at) = self.coldest(but) else { break };
            gone.extend(self.try_remove(at, Some(reason)));
        }
        gone
    }

    pub fn shed(&mut self) -> Option<(u32, Reason)> {
        while let Some(at) = self.coldest(None) {
            let gone = self.try_remove(at, Some(Reason::Pressure));
            if gone.is_some() {
                return gone;
            }
        }
        None
    }

    #[allow(clippy::float_cmp)]
    pub fn unpin(&mut self, slot: u32, since: f64) {
        let at = self.find(slot);
        let (now, asks) = (self.now, self.limits.asks);
        let e = &mut self.entries[at];
        let lease = e.pins.iter().position(|at| *at == since).unwrap();
        e.pins.remove(lease);
        if !e.pins.is_empty() || e.check_at.is_none() {
            return;
        }
        if asks && e.busy_since.is_some() {
            e.check_at = Some(now);
        } else {
            (e.check_at, e.busy_since) = (None, None);
        }
    }
}
