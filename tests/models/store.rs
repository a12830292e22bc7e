//! The store beside a naive model, a list of messages with their strings: every text read back, every sum
//! compared, an audit after every operation.

use std::collections::BTreeMap;

use robust_session_map::core::history::History;
use robust_session_map::core::history::chunk::from_heap;
use robust_session_map::core::history::limits::Limits;
use robust_session_map::core::history::message::{Descriptor, flag};
use robust_session_map::core::history::seal::{Done, Job};
use robust_session_map::core::history::squeeze::Squeezer;
use robust_session_map::core::history::text::{Text, decode, encode};
use robust_session_map::core::history::tools::Tools;

const SEAL_AFTER: f64 = 1_000.0;

#[derive(Debug, Clone)]
pub enum Op {
    Push {
        flags: u8,
        tokens: Option<u8>,
        fixed: u8,
        texts: Vec<Vec<u16>>,
    },
    SetText(u8, u8, Vec<u16>),
    AddText(u8, Vec<u16>),
    DropText(u8, u8),
    Update {
        at: u8,
        flags: u8,
        tokens: Option<u8>,
        fixed: u8,
    },
    Remove(Vec<u8>),
    Reverse,
    Pin(u8, bool),
    Limit(u8, u16),
    Forget,
    Read,
    Wait,
    Seal,
    StartJob,
    FinishJob,
}

#[derive(Debug, Clone)]
struct Message {
    number: u64,
    tokens: Option<u8>,
    fixed: u8,
    texts: BTreeMap<u32, Vec<u16>>,
}

impl Message {
    fn bytes(&self) -> u64 {
        let of = |text: &Vec<u16>| {
            char::decode_utf16(text.iter().copied())
                .map(|c| c.map_or(3, char::len_utf8))
                .sum::<usize>()
        };
        u64::from(self.fixed) + self.texts.values().map(of).sum::<usize>() as u64
    }

    fn units(&self) -> u64 {
        u64::from(self.fixed) + self.texts.values().map(Vec::len).sum::<usize>() as u64
    }

    fn tokens(&self) -> f64 {
        self.tokens
            .map_or(self.units().div_ceil(4) as f64, f64::from)
    }
}

struct Pair {
    history: History,
    tools: Tools,
    squeezer: Squeezer,
    kept: Vec<Message>,
    waiting: Vec<Message>,
    dropped: (u64, u64, f64),
    limits: Limits,
    jobs: Vec<(Option<Job>, Option<Done>)>,
    /// Whether the last job was done in haste.
    hasty: bool,
    next: u64,
}

fn encoded(units: &[u16]) -> Vec<u8> {
    let mut bytes = Vec::new();
    encode(units, &mut bytes);
    bytes
}

fn descriptor(flags: u8, tokens: Option<u8>, fixed: u8) -> Descriptor<'static> {
    Descriptor {
        flags: u16::from(flags) & !flag::PINNED,
        tokens: tokens.map_or(-1.0, f64::from),
        fixed_bytes: u32::from(fixed),
        fixed_units: u32::from(fixed),
        calls: "",
        answers: "",
    }
}

impl Pair {
    fn new() -> Self {
        let limits = Limits {
            seal_after: SEAL_AFTER,
            ..Limits::default()
        };
        Self {
            history: History::new(limits, from_heap),
            tools: Tools::default(),
            squeezer: Squeezer::default(),
            kept: Vec::new(),
            waiting: Vec::new(),
            dropped: (0, 0, 0.0),
            limits,
            jobs: Vec::new(),
            hasty: false,
            next: 0,
        }
    }

    /// A message, kept or waiting, by a number that need not fit.
    fn pick(&self, at: u8) -> Option<usize> {
        let all = self.kept.len() + self.waiting.len();
        (all > 0).then(|| at as usize % all)
    }

    fn get(&mut self, at: usize) -> &mut Message {
        let kept = self.kept.len();
        if at < kept {
            &mut self.kept[at]
        } else {
            &mut self.waiting[at - kept]
        }
    }

    fn change_text(&mut self, at: u8, which: u8, text: Option<Vec<u16>>) {
        let Some(at) = self.pick(at) else { return };
        let message = self.get(at);
        if message.texts.is_empty() {
            return;
        }
        let id = *message
            .texts
            .keys()
            .nth(which as usize % message.texts.len())
            .unwrap();
        let number = message.number;
        let is_kept = at < self.kept.len();
        let before = (self.get(at).bytes(), self.get(at).tokens());
        if let Some(text) = text {
            let bytes = encoded(&text);
            let units = text.len();
            self.get(at).texts.insert(id, text);
            let text = Text {
                bytes: &bytes,
                units,
            };
            self.history
                .set_text(number, id, text, &mut self.tools)
                .unwrap();
        } else {
            self.get(at).texts.remove(&id);
            self.history.drop_text(number, id).unwrap();
        }
        if !is_kept {
            self.redrop(at, before);
        }
    }

    /// A change to a message that waits changes what was dropped.
    fn redrop(&mut self, at: usize, before: (u64, f64)) {
        let after = (self.get(at).bytes(), self.get(at).tokens());
        self.dropped.1 = self.dropped.1 + after.0 - before.0;
        self.dropped.2 = self.dropped.2 + after.1 - before.1;
    }

    fn apply(&mut self, op: Op) {
        match op {
            Op::Push {
                flags,
                tokens,
                fixed,
                texts,
            } => {
                let bytes: Vec<Vec<u8>> = texts.iter().map(|text| encoded(text)).collect();
                let given: Vec<Text> = bytes
                    .iter()
                    .zip(&texts)
                    .map(|(bytes, units)| Text {
                        bytes,
                        units: units.len(),
                    })
                    .collect();
                let it = descriptor(flags, tokens, fixed);
                let ids = self.history.push(&it, &given, &mut self.tools);
                let texts: BTreeMap<u32, Vec<u16>> = ids.into_iter().zip(texts).collect();
                assert_eq!(texts.len(), given.len());
                self.kept.push(Message {
                    number: self.next,
                    tokens,
                    fixed,
                    texts,
                });
                self.next += 1;
            }
            Op::SetText(at, which, text) => self.change_text(at, which, Some(text)),
            Op::DropText(at, which) => self.change_text(at, which, None),
            Op::AddText(at, text) => {
                let Some(at) = self.pick(at) else { return };
                let bytes = encoded(&text);
                let number = self.get(at).number;
                let is_kept = at < self.kept.len();
                let before = (self.get(at).bytes(), self.get(at).tokens());
                let given = Text {
                    bytes: &bytes,
                    units: text.len(),
                };
                let id = self
                    .history
                    .add_text(number, given, &mut self.tools)
                    .unwrap();
                assert!(self.get(at).texts.insert(id, text).is_none());
                if !is_kept {
                    self.redrop(at, before);
                }
            }
            Op::Update {
                at,
                flags,
                tokens,
                fixed,
            } => {
                if self.kept.is_empty() {
                    return;
                }
                let at = at as usize % self.kept.len();
                let message = &mut self.kept[at];
                (message.tokens, message.fixed) = (tokens, fixed);
                let number = message.number;
                self.history
                    .update(number, &descriptor(flags, tokens, fixed))
                    .unwrap();
            }
            Op::Remove(which) => {
                let mut numbers = Vec::new();
                for at in which {
                    if let Some(at) = self.pick(at) {
                        let number = self.get(at).number;
                        numbers.push(number);
                    }
                }
                self.history.remove(&numbers).unwrap();
                self.kept
                    .retain(|message| !numbers.contains(&message.number));
                for gone in self
                    .waiting
                    .extract_if(.., |message| numbers.contains(&message.number))
                {
                    self.dropped.0 -= 1;
                    self.dropped.1 -= gone.bytes();
                    self.dropped.2 -= gone.tokens();
                }
            }
            Op::Reverse => {
                self.kept.reverse();
                let numbers: Vec<u64> = self.kept.iter().map(|it| it.number).collect();
                self.history.reorder(&numbers).unwrap();
            }
            Op::Pin(at, on) => {
                if let Some(at) = self.pick(at) {
                    let number = self.get(at).number;
                    self.history.pin(number, on).unwrap();
                }
            }
            Op::Limit(which, limit) => {
                let limit = if limit > 60_000 {
                    f64::INFINITY
                } else {
                    f64::from(limit)
                };
                match which {
                    0 => self.limits.messages = (limit / 500.0).ceil().max(1.0),
                    1 => self.limits.tokens = limit * 2.0,
                    _ => self.limits.bytes = limit * 8.0,
                }
                self.history.set_limits(self.limits);
            }
            Op::Forget => {
                let _ = self.history.waiting();
                self.history.forget();
                self.waiting.clear();
            }
            Op::Read => self.read_all(),
            Op::Wait => self.tools.now += SEAL_AFTER,
            Op::Seal => {
                while let Some(job) = self.history.job(self.tools.now) {
                    let done = self.run(job);
                    self.history.finish(done, self.tools.now);
                }
            }
            Op::StartJob => {
                if let Some(job) = self.history.job(self.tools.now) {
                    self.jobs.push((Some(job), None));
                }
            }
            Op::FinishJob => {
                // First the work, at some later time what it made is taken in.
                let Some((job, _)) = self.jobs.first_mut() else {
                    return;
                };
                if let Some(job) = job.take() {
                    let done = self.run(job);
                    self.jobs[0].1 = Some(done);
                } else {
                    let (_, done) = self.jobs.remove(0);
                    self.history.finish(done.unwrap(), self.tools.now);
                }
            }
        }
    }

    /// Every other job is done in haste, and so done again.
    fn run(&mut self, job: Job) -> Done {
        self.hasty = !self.hasty;
        match self.hasty {
            true => job.run_in_haste(&mut self.squeezer),
            false => job.run(&mut self.squeezer),
        }
    }

    fn read_all(&mut self) {
        let all = self.kept.iter().chain(&self.waiting);
        for message in all {
            for (id, text) in &message.texts {
                let read = self.history.text(*id, &mut self.tools, |text| {
                    let mut units = Vec::new();
                    decode(text.bytes, &mut units);
                    assert_eq!(text.units, units.len());
                    units
                });
                assert!(
                    read.as_ref() == Ok(text),
                    "text {id} of message {}",
                    message.number
                );
            }
        }
    }

    fn check(&mut self) {
        let waiting = self.history.waiting();
        for number in &waiting {
            if let Some(at) = self.kept.iter().position(|it| it.number == *number) {
                let gone = self.kept.remove(at);
                self.dropped.0 += 1;
                self.dropped.1 += gone.bytes();
                self.dropped.2 += gone.tokens();
                self.waiting.push(gone);
            }
        }
        assert_eq!(waiting.len(), self.waiting.len());
        let order: Vec<u64> = self.kept.iter().map(|it| it.number).collect();
        assert_eq!(self.history.order(), order);
        let totals = self.history.totals();
        assert_eq!(totals.messages, self.kept.len() as u64);
        assert_eq!(
            totals.bytes,
            self.kept.iter().map(Message::bytes).sum::<u64>()
        );
        assert_eq!(
            totals.units,
            self.kept.iter().map(Message::units).sum::<u64>()
        );
        assert_eq!(
            totals.tokens,
            self.kept.iter().map(Message::tokens).sum::<f64>()
        );
        let dropped = self.history.dropped();
        assert_eq!(
            (dropped.messages, dropped.bytes, dropped.tokens),
            self.dropped
        );
        self.history.validate().unwrap();
    }
}

/// Carries out operations, compares after each, and at the end reads all there is.
pub fn run(ops: Vec<Op>) {
    let mut pair = Pair::new();
    for op in ops {
        pair.apply(op);
        pair.check();
    }
    pair.read_all();
    pair.tools.now += 10.0 * SEAL_AFTER;
    pair.apply(Op::Seal);
    pair.check();
    pair.read_all();
    pair.check();
    let all: Vec<u64> = pair
        .kept
        .iter()
        .chain(&pair.waiting)
        .map(|it| it.number)
        .collect();
    pair.jobs.clear();
    pair.history.remove(&all).unwrap();
    assert_eq!(pair.history.totals().bytes, 0);
    assert_eq!(pair.history.usage().sealed, 0);
    assert_eq!(pair.history.usage().warm, 0);
    pair.history.validate().unwrap();
}
