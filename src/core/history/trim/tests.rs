//! What a push costs where something has to go, counted in messages looked at: no load of the machine changes that.

use crate::core::history::History;
use crate::core::history::chunk::from_heap;
use crate::core::history::limits::Limits;
use crate::core::history::message::{Descriptor, flag, looks};
use crate::core::history::tools::Tools;

struct Talk {
    history: History,
    tools: Tools,
}

impl Talk {
    fn new(messages: f64) -> Self {
        let limits = Limits {
            messages,
            ..Limits::default()
        };
        Self {
            history: History::new(limits, from_heap),
            tools: Tools::default(),
        }
    }

    fn say(&mut self, flags: u16, calls: &str, answers: &str) {
        let it = Descriptor {
            flags,
            tokens: 1.0,
            fixed_bytes: 9,
            fixed_units: 9,
            calls,
            answers,
        };
        self.history.push(&it, &[], &mut self.tools);
        let _ = self.history.waiting();
        self.history.forget();
    }

    fn turn(&mut self) {
        self.say(flag::USER | flag::TURN, "", "");
        self.say(flag::ASSISTANT, "", "");
    }

    fn step(&mut self, at: usize) {
        let id = format!("call_{at}");
        self.say(flag::ASSISTANT, &id, "");
        self.say(flag::RESULT, "", &id);
    }
}

/// Looks of a push, in a history that has been at its bound for as long again.
fn looks(
    messages: u32,
    mut step: impl FnMut(&mut Talk, usize),
    first: impl FnOnce(&mut Talk),
) -> u64 {
    const STEPS: u64 = 500;
    let mut talk = Talk::new(f64::from(messages));
    first(&mut talk);
    let full = messages as usize;
    (0..full).for_each(|at| step(&mut talk, at));
    assert!(talk.history.totals().messages + 1 >= u64::from(messages));
    let counted =
        looks::during(|| (full..full + STEPS as usize).for_each(|at| step(&mut talk, at)));
    talk.history.validate().unwrap();
    counted / STEPS
}

#[test]
fn a_push_at_a_bound_costs_the_same_in_a_large_history() {
    let turns = |messages| looks(messages, |talk, _| talk.turn(), |_| ());
    assert_eq!(turns(101), turns(10_001));
}

#[test]
fn a_step_of_a_single_turn_costs_the_same_in_a_large_history() {
    let begin = |talk: &mut Talk| {
        talk.turn();
        talk.say(flag::USER | flag::TURN, "", "");
    };
    let steps = |messages| looks(messages, Talk::step, begin);
    // Now and then the ids of all are copied together; then all are looked at, and it takes as long to the next time.
    let (small, large) = (steps(101), steps(10_001));
    assert!(large <= small + 40, "{large} looks against {small}");
}

#[test]
fn pinned_messages_are_not_looked_at_again_by_each_push() {
    let pinned = |talk: &mut Talk| {
        for at in 0..2_000 {
            talk.turn();
            talk.history.pin(2 * at + 1, true).unwrap();
            talk.history.pin(2 * at, true).unwrap();
        }
    };
    let beside = looks(5_001, |talk, _| talk.say(flag::ASSISTANT, "", ""), pinned);
    assert!(beside < 100, "{beside} looks of a push");
}

/// What a change of a message's weight costs, of its role, and of its calls.
#[test]
fn only_another_role_or_other_calls_have_everything_looked_at_anew() {
    let mut talk = Talk::new(f64::INFINITY);
    (0..500).for_each(|_| talk.turn());
    let mut update = |flags: u16, tokens: f64, calls: &str| {
        let it = Descriptor {
            flags,
            tokens,
            fixed_bytes: 9,
            fixed_units: 9,
            calls,
            answers: "",
        };
        let counted = looks::during(|| talk.history.update(501, &it).unwrap());
        talk.history.validate().unwrap();
        counted
    };
    let all = 1_000;
    assert!(update(flag::ASSISTANT, 7.0, "") < 40);
    assert!(update(flag::USER, 7.0, "") > all);
    assert!(update(flag::USER, 8.0, "") < 40);
    assert!(update(flag::USER, 8.0, "a") > all);
    assert!(update(flag::USER, 9.0, "a") < 40);
    // From each bit to its opposite.
    assert!(update(flag::GIVEN & !flag::USER, 9.0, "a") > all);
    assert!(update(flag::GIVEN & !flag::USER, 8.0, "a") < 40);
}

#[test]
fn what_is_pinned_is_settled_by_one_look_at_all_of_it() {
    let mut talk = Talk::new(100.0);
    for at in 0..200 {
        talk.turn();
        talk.history.pin(2 * at, true).unwrap();
        talk.history.pin(2 * at + 1, true).unwrap();
    }
    talk.say(flag::ASSISTANT, "", "");
    let again = looks::during(|| talk.say(flag::ASSISTANT, "", ""));
    assert!(again < 40, "{again} looks");
}
