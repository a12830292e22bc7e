//! All maps that share a clock: their policies, the log they share, and the next wake-up of all.

use crate::core::frame::Frame;
use crate::core::heap::Heap;
use crate::core::limits::Limits;
use crate::core::operate::operate;
use crate::core::policy::Policy;
use crate::core::protocol::{op, status, word};
use crate::core::replay::{self, Run, Seen};

/// All maps that share a clock.
#[derive(Debug, Default)]
pub struct Engine {
    /// Boxed, so that the table is cheap to enlarge.
    maps: Vec<Option<Box<Policy>>>,
    vacant: Vec<u32>,
    wakes: Heap,
    usage: Usage,
    runs: Vec<Run>,
    seen: Seen,
}

/// What an engine holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// Maps.
    pub maps: usize,
    /// Their entries.
    pub entries: usize,
    /// Bytes on the Rust heap.
    pub bytes: usize,
}

impl Usage {
    fn of(policy: &Policy) -> Self {
        Self {
            maps: 1,
            entries: policy.live() as usize,
            bytes: policy.bytes(),
        }
    }

    /// Replaces what a map held by what it holds now.
    fn update(&mut self, was: Self, is: Self) {
        self.maps = self.maps + is.maps - was.maps;
        self.entries = self.entries + is.entries - was.entries;
        self.bytes = self.bytes + is.bytes - was.bytes;
    }
}

impl Engine {
    /// What the engine holds, kept up to date call by call.
    #[must_use]
    pub fn usage(&self) -> Usage {
        let table = self.maps.capacity() * std::mem::size_of::<usize>();
        Usage {
            bytes: self.usage.bytes + table + self.wakes.bytes(),
            ..self.usage
        }
    }

    /// Replays the log, carries out the operation in the control words and answers there.
    ///
    /// # Errors
    /// A sentence when face and core disagree or an audit fails: a defect, never a user's doing.
    pub fn call(&mut self, frame: &mut Frame<'_>) -> Result<(), String> {
        let (op, id, now) = (
            frame.int(word::STATUS),
            frame.int(word::MAP),
            frame.ctl[word::NOW],
        );
        self.replay(frame, now)?;
        match op {
            op::DRAIN => frame.answer(status::DONE),
            op::CREATE => self.create(frame),
            op::NEXT_DUE => self.next_due(frame, now),
            op::DROP => self.drop_map(frame, id),
            _ => {
                self.on_map(frame, id, |policy, frame| operate(policy, op, frame, now))?
                    .ok_or_else(|| format!("operation {op} on map {id}, which does not exist"))?;
            }
        }
        let wake = self.wakes.top().map_or(f64::INFINITY, |(at, _)| at);
        let earlier = wake < frame.ctl[word::WAKE];
        frame.ctl[word::WAKE] = if earlier { wake } else { f64::INFINITY };
        Ok(())
    }

    fn replay(&mut self, frame: &mut Frame<'_>, now: f64) -> Result<(), String> {
        let log = &frame.log[..frame.int(word::LOG) as usize];
        let mut runs = std::mem::take(&mut self.runs);
        let mut seen = std::mem::take(&mut self.seen);
        replay::cut(log, &frame.ctl[word::TIMES..word::STATS], now, &mut runs)?;
        for of_map in runs.chunk_by(|run, next| run.map == next.map) {
            // A map that was dropped meanwhile has no say any more.
            self.on_map(frame, of_map[0].map, |policy, _| {
                policy.forget_answers();
                replay::apply_runs(policy, log, of_map, &mut seen)?;
                Ok(policy.horizon())
            })?;
        }
        (self.runs, self.seen) = (runs, seen);
        Ok(())
    }

    /// Works on one map and publishes its new horizon; `None` if there is no such map.
    fn on_map(
        &mut self,
        frame: &mut Frame<'_>,
        id: u32,
        work: impl FnOnce(&mut Policy, &mut Frame<'_>) -> Result<f64, String>,
    ) -> Result<Option<()>, String> {
        let Some(Some(policy)) = self.maps.get_mut(id as usize) else {
            return Ok(None);
        };
        let was = Usage::of(policy);
        let horizon = work(policy, frame)?;
        self.usage.update(was, Usage::of(policy));
        frame.horizons[id as usize] = horizon;
        self.wakes.set(id, policy.wake(horizon));
        Ok(Some(()))
    }

    fn create(&mut self, frame: &mut Frame<'_>) {
        if self.vacant.is_empty() && self.maps.len() >= frame.horizons.len() {
            return frame.answer(status::GROW);
        }
        let limits = Limits {
            ttl: frame.ctl[word::A],
            max_age: frame.ctl[word::B],
            max_size: frame.ctl[word::C],
            hard_max: frame.ctl[word::D],
            max_bytes: frame.ctl[word::E],
            max_busy: frame.ctl[word::F],
            asks: frame.ctl[word::G] != 0.0,
        };
        let id = self.vacant.pop().unwrap_or_else(|| {
            self.maps.push(None);
            u32::try_from(self.maps.len() - 1).expect("map ids fit u32")
        });
        let policy = Box::new(Policy::new(limits));
        self.usage.update(Usage::default(), Usage::of(&policy));
        self.maps[id as usize] = Some(policy);
        frame.horizons[id as usize] = f64::INFINITY;
        frame.ctl[word::MAP] = f64::from(id);
        frame.answer(status::DONE);
    }

    fn drop_map(&mut self, frame: &mut Frame<'_>, id: u32) {
        let there = self.maps.get_mut(id as usize).and_then(Option::take);
        let Some(policy) = there else {
            return frame.answer(status::ABSENT);
        };
        self.usage.update(Usage::of(&policy), Usage::default());
        frame.horizons[id as usize] = f64::INFINITY;
        self.wakes.remove(id);
        self.vacant.push(id);
        if self.vacant.len() == self.maps.len() {
            self.maps = Vec::new();
            self.vacant = Vec::new();
        }
        frame.answer(status::DONE);
    }

    fn next_due(&mut self, frame: &mut Frame<'_>, now: f64) {
        match self.wakes.top() {
            Some((at, id)) if at <= now => {
                frame.ctl[word::MAP] = f64::from(id);
                frame.answer(status::DUE);
            }
            _ => frame.answer(status::DONE),
        }
    }
}
