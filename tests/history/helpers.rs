//! Messages and texts of the tests here.

use robust_session_map::core::history::History;
use robust_session_map::core::history::chunk::from_heap;
use robust_session_map::core::history::limits::Limits;
use robust_session_map::core::history::message::{Descriptor, flag};
use robust_session_map::core::history::text::Text;
use robust_session_map::core::history::tools::Tools;

pub const TURN: u16 = flag::USER | flag::TURN;

/// What the face says of a message without texts.
pub fn said<'a>(flags: u16, calls: &'a str, answers: &'a str) -> Descriptor<'a> {
    Descriptor {
        flags,
        tokens: 1.0,
        fixed_bytes: 0,
        fixed_units: 0,
        calls,
        answers,
    }
}

pub fn text(text: &str) -> Text<'_> {
    Text {
        bytes: text.as_bytes(),
        units: text.encode_utf16().count(),
    }
}

fn numbers(seed: usize) -> impl Iterator<Item = u64> {
    let mut state = seed as u64 + 1;
    std::iter::from_fn(move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        Some(state >> 33)
    })
}

/// Text with some repetition, as conversations have it.
pub fn prose(seed: usize, bytes: usize) -> String {
    let mut text = String::new();
    for number in numbers(seed) {
        text.push_str(&format!("{} words and more ", number % 1_000));
        if text.len() >= bytes {
            break;
        }
    }
    text.truncate(bytes);
    text
}

/// Text that does not get shorter: of seven bits that mean nothing only six can be had in text, so it is
/// binary, which the store takes as well.
pub fn noise(seed: usize, bytes: usize) -> Vec<u8> {
    numbers(seed).map(|it| it as u8).take(bytes).collect()
}

/// A history, and what its calls need.
pub struct Kept {
    pub history: History,
    pub tools: Tools,
}

impl Kept {
    pub fn new(limits: Limits) -> Self {
        Self {
            history: History::new(limits, from_heap),
            tools: Tools::default(),
        }
    }

    /// A message with one text; answers the text's id.
    pub fn push(&mut self, flags: u16, bytes: &[u8]) -> u32 {
        let text = Text {
            bytes,
            units: bytes.len(),
        };
        self.history
            .push(&said(flags, "", ""), &[text], &mut self.tools)[0]
    }

    /// A message of calls and answers.
    pub fn tell(&mut self, flags: u16, calls: &str, answers: &str) {
        self.history
            .push(&said(flags, calls, answers), &[], &mut self.tools);
    }

    pub fn read(&mut self, id: u32) -> Vec<u8> {
        self.history
            .text(id, &mut self.tools, |text| text.bytes.to_vec())
            .unwrap()
    }

    /// Time passes until everything is idle, and what is due is sealed.
    pub fn seal(&mut self) {
        self.tools.now += 60_000.0;
        while let Some(job) = self.history.job(self.tools.now) {
            let done = job.run(&mut self.tools.squeezer);
            self.history.finish(done, self.tools.now);
        }
        self.history.validate().unwrap();
    }
}
