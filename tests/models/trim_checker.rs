//! The rules of trimming, one by one, checked without any of the code that trims.

use std::collections::{BTreeSet, HashMap};

use robust_session_map::core::history::limits::Limits;
use robust_session_map::core::history::message::flag;

/// A message as the checker knows it. Its number is its place in the whole conversation.
#[derive(Debug, Clone, Default)]
pub struct Said {
    pub flags: u16,
    pub calls: Vec<String>,
    pub answers: Vec<String>,
    pub bytes: u32,
    pub tokens: u8,
    pub pinned: bool,
}

impl Said {
    pub fn is(&self, flag: u16) -> bool {
        self.flags & flag != 0
    }
}

/// The whole conversation so far and what the checker derives from it.
pub struct Checker {
    pub all: Vec<Said>,
    /// Per message: the steps it is tied into, by the number of the step's first message.
    step: Vec<usize>,
    turn: Vec<usize>,
    open: HashMap<String, usize>,
    model_first: Option<bool>,
    keep_first: usize,
    leading: usize,
}

impl Checker {
    pub fn new(keep_first: f64) -> Self {
        Self {
            all: Vec::new(),
            step: Vec::new(),
            turn: Vec::new(),
            open: HashMap::new(),
            model_first: None,
            keep_first: keep_first as usize,
            leading: 0,
        }
    }

    pub fn hear(&mut self, said: &Said) {
        let number = self.all.len();
        let mut step = number;
        for id in &said.answers {
            step = step.min(self.step[self.open[id]]);
        }
        for id in &said.calls {
            self.open.insert(id.clone(), number);
        }
        if number == self.leading && said.is(flag::SYSTEM) {
            self.leading += 1;
        } else if number == self.leading + self.keep_first {
            self.model_first = Some(said.is(flag::ASSISTANT));
        }
        let starts = said.is(flag::TURN) && said.answers.is_empty();
        let turn = self.turn.last().copied().unwrap_or(0) + usize::from(starts);
        self.all.push(said.clone());
        self.step.push(step);
        self.turn.push(turn);
    }

    fn head(&self) -> usize {
        self.leading + self.keep_first
    }

    /// Protected messages, with all that is tied to them.
    fn protected(&self) -> BTreeSet<usize> {
        let count = self.all.len();
        let last = |flag: u16| (0..count).rev().find(|at| self.all[*at].is(flag));
        let mut kept: BTreeSet<usize> = (0..count.min(self.head())).collect();
        kept.extend((0..count).filter(|at| self.all[*at].pinned));
        kept.insert(count - 1);
        kept.extend(last(flag::TURN));
        kept.extend(last(flag::ASSISTANT));
        if let Some(user) = last(flag::USER)
            && last(flag::ASSISTANT).is_none_or(|at| at < user)
        {
            kept.insert(user);
        }
        self.closure(&kept)
    }

    fn closure(&self, some: &BTreeSet<usize>) -> BTreeSet<usize> {
        let steps: BTreeSet<usize> = some.iter().map(|at| self.step[*at]).collect();
        (0..self.all.len())
            .filter(|at| steps.contains(&self.step[*at]))
            .collect()
    }

    /// The unit in which a message goes: its turn, or in the current turn its step.
    fn unit(&self, at: usize) -> (usize, usize) {
        let step = self.step[at];
        let turn = self.turn[step];
        let current = turn == *self.turn.last().unwrap();
        (turn, if current { step } else { 0 })
    }

    fn exceeds(&self, kept: &BTreeSet<usize>, limits: &Limits) -> bool {
        let tokens: f64 = kept.iter().map(|at| f64::from(self.all[*at].tokens)).sum();
        let bytes: f64 = kept.iter().map(|at| f64::from(self.all[*at].bytes)).sum();
        kept.len() as f64 > limits.messages || tokens > limits.tokens || bytes > limits.bytes
    }

    /// What is wrong with going from one state to another under limits.
    pub fn check(
        &self,
        before: &BTreeSet<usize>,
        after: &BTreeSet<usize>,
        limits: &Limits,
    ) -> Result<(), String> {
        if after.is_empty() {
            return Err("empty".to_owned());
        }
        let gone: BTreeSet<usize> = before.difference(after).copied().collect();
        // What a step is made of stays together, and what was gone before stays gone.
        for at in after {
            if !before.contains(at) {
                return Err(format!("{at} came back"));
            }
            if let Some(torn) = gone
                .iter()
                .find(|other| self.step[**other] == self.step[*at])
            {
                return Err(format!("{at} stayed, {torn} of the same step went"));
            }
        }
        let protected = self.protected();
        if let Some(lost) = protected.intersection(&gone).next() {
            return Err(format!("{lost} is protected"));
        }
        let front = after.iter().copied().find(|at| *at >= self.head());
        let front_is_model = front.is_some_and(|at| self.all[at].is(flag::ASSISTANT));
        if front_is_model && self.model_first == Some(false) {
            return Err("the model speaks first".to_owned());
        }
        // The front may stay for the sake of the model's message behind it.
        let mut spared = protected.clone();
        let second = after.iter().copied().filter(|at| *at >= self.head()).nth(1);
        if let (Some(front), Some(_)) = (front, second)
            && self.model_first == Some(false)
        {
            let alone = self.closure(&[front].into());
            let next = after
                .iter()
                .find(|at| **at >= self.head() && !alone.contains(at));
            if next.is_some_and(|at| self.all[*at].is(flag::ASSISTANT)) {
                spared.extend(alone);
            }
        }
        let extra: Vec<usize> = after.difference(&spared).copied().collect();
        if self.exceeds(after, limits) && !extra.is_empty() {
            return Err(format!("{extra:?} stay above the limits"));
        }
        // Oldest first: what stays without need is younger than all that went. The front may have
        // stayed for the sake of a message that went after all.
        let front = front.filter(|_| self.model_first == Some(false));
        let front = self.closure(&front.into_iter().collect());
        let last = gone.iter().map(|at| self.unit(*at)).max();
        let mut older = extra.iter().filter(|at| Some(self.unit(**at)) <= last);
        if let Some(extra) = older.find(|at| !front.contains(at)) {
            return Err(format!("{extra} stays, unit {last:?} went"));
        }
        // No more than needed: without the last unit gone the limits would still be exceeded. (A front
        // that stayed at first may have gone after it.)
        let spared = self.model_first == Some(false)
            && before
                .iter()
                .find(|at| **at >= self.head())
                .is_some_and(|at| gone.contains(at));
        if let Some(last) = last.filter(|_| !spared) {
            let mut more = after.clone();
            more.extend(gone.iter().filter(|at| self.unit(**at) == last));
            if !self.exceeds(&more, limits) {
                return Err(format!("unit {last:?} went without need"));
            }
        }
        Ok(())
    }
}
