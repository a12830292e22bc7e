//! A checker of trimming that shares no code with it: conversations in the shapes of three providers, and after
//! every push the rules of `docs/design.md` one by one.

use std::collections::{BTreeSet, HashMap};

use robust_session_map::core::history::History;
use robust_session_map::core::history::chunk::from_heap;
use robust_session_map::core::history::limits::Limits;
use robust_session_map::core::history::message::{Descriptor, flag};
use robust_session_map::core::history::tools::Tools;

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
    fn is(&self, flag: u16) -> bool {
        self.flags & flag != 0
    }
}

#[derive(Debug, Clone, Copy)]
pub enum Shape {
    /// One user message holds all results of a step, at times with the user's next words.
    Anthropic,
    /// A message of role `tool` per result.
    OpenAi,
    /// As Anthropic, but ids are made of names and come again and again.
    Gemini,
}

#[derive(Debug, Clone)]
pub enum Part {
    User,
    UserNotTurn,
    Plain,
    Step(u8),
    StepAndWords(u8),
    System,
}

#[derive(Debug, Clone)]
pub struct Talk {
    pub shape: Shape,
    pub system: u8,
    pub parts: Vec<(Part, u8, u8)>,
    pub pins: Vec<(u8, u8)>,
    pub limits: Limits,
    pub window: (u8, u16),
}

/// The messages of a conversation that every provider would take.
pub fn write(talk: &Talk) -> Vec<Said> {
    let mut all = vec![
        Said {
            flags: flag::SYSTEM,
            bytes: 9,
            tokens: 2,
            ..Said::default()
        };
        talk.system as usize
    ];
    let mut made = 0;
    for (part, bytes, tokens) in &talk.parts {
        let said = |flags: u16| Said {
            flags,
            bytes: u32::from(*bytes),
            tokens: *tokens,
            ..Said::default()
        };
        match part {
            Part::User => all.push(said(flag::USER | flag::TURN)),
            Part::UserNotTurn => all.push(said(flag::USER)),
            Part::Plain => all.push(said(flag::ASSISTANT)),
            Part::System => all.push(said(flag::SYSTEM)),
            Part::Step(count) | Part::StepAndWords(count) => {
                let ids: Vec<String> = (0..*count)
                    .map(|at| match talk.shape {
                        Shape::Gemini => format!("search#{at}"),
                        _ => format!("call_{}", made + usize::from(at)),
                    })
                    .collect();
                made += ids.len();
                all.push(Said {
                    calls: ids.clone(),
                    ..said(flag::ASSISTANT)
                });
                if matches!(talk.shape, Shape::OpenAi) {
                    for id in ids {
                        all.push(Said {
                            answers: vec![id],
                            ..said(flag::RESULT)
                        });
                    }
                } else if matches!(part, Part::StepAndWords(_)) {
                    all.push(Said {
                        answers: ids,
                        ..said(flag::USER | flag::TURN)
                    });
                } else {
                    all.push(Said {
                        answers: ids,
                        ..said(flag::USER | flag::RESULT)
                    });
                }
            }
        }
    }
    all
}

/// The whole conversation so far and what the checker derives from it.
struct Checker {
    all: Vec<Said>,
    /// Per message: the steps it is tied into, by the number of the step's first message.
    step: Vec<usize>,
    turn: Vec<usize>,
    open: HashMap<String, usize>,
    model_first: Option<bool>,
    keep_first: usize,
    leading: usize,
}

impl Checker {
    fn new(keep_first: f64) -> Self {
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

    fn hear(&mut self, said: &Said) {
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
    fn check(
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

pub fn push(history: &mut History, tools: &mut Tools, said: &Said) {
    let (calls, answers) = (said.calls.join("\n"), said.answers.join("\n"));
    let it = Descriptor {
        flags: said.flags,
        tokens: f64::from(said.tokens),
        fixed_bytes: said.bytes,
        fixed_units: said.bytes,
        calls: &calls,
        answers: &answers,
    };
    history.push(&it, &[], tools);
}

fn kept(history: &History) -> BTreeSet<usize> {
    history
        .order()
        .into_iter()
        .map(|number| number as usize)
        .collect()
}

pub fn run(talk: &Talk) -> Result<(), String> {
    let mut history = History::new(talk.limits, from_heap);
    let mut tools = Tools::default();
    let mut checker = Checker::new(talk.limits.keep_first);
    let mut before = BTreeSet::new();
    for (number, said) in write(talk).iter().enumerate() {
        checker.hear(said);
        before.insert(number);
        push(&mut history, &mut tools, said);
        history.validate()?;
        let after = kept(&history);
        checker
            .check(&before, &after, &talk.limits)
            .map_err(|why| format!("push {number}: {why}\nkept {after:?}\nbefore {before:?}"))?;
        before = after;
        let (messages, tokens) = (
            f64::from(talk.window.0 % 20),
            f64::from(talk.window.1 % 1_000),
        );
        let window = history
            .window(messages, tokens)
            .into_iter()
            .map(|it| it as usize)
            .collect();
        let limits = Limits {
            messages,
            tokens,
            bytes: f64::INFINITY,
            ..talk.limits
        };
        checker
            .check(&before, &window, &limits)
            .map_err(|why| format!("window at {number}: {why}\nis {window:?}\nof {before:?}"))?;
        for (when, which) in &talk.pins {
            if *when as usize % 60 != number {
                continue;
            }
            let at = *before.iter().nth(*which as usize % before.len()).unwrap();
            let on = !checker.all[at].pinned;
            checker.all[at].pinned = on;
            history.pin(at as u64, on).unwrap();
            history.validate()?;
            let after = kept(&history);
            checker
                .check(&before, &after, &talk.limits)
                .map_err(|why| format!("pin {at} {on} at {number}: {why}"))?;
            before = after;
        }
        if number % 3 == 0 {
            let _ = history.waiting();
            history.forget();
        }
    }
    Ok(())
}
