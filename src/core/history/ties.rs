//! Ties between messages: a tool result and its call stay together or go together.
//!
//! Tied messages form a ring through their `ring` field. A ring is a *step*: what trimming removes
//! whole or not at all.

use crate::core::history::ids::Ids;
use crate::core::history::message::{Messages, flag};

/// Messages with calls that may be one step before the first result: more are calls that nobody will answer,
/// and a step without end could never be trimmed. Providers take 128 tools at most.
pub const MOST_PARALLEL: usize = 128;

/// Joins the rings of two messages.
fn join(messages: &mut Messages, a: u32, b: u32) {
    let alone = messages.get(b).ring == b;
    if !alone && messages.ring(a).any(|slot| slot == b) {
        return;
    }
    let (after_a, after_b) = (messages.get(a).ring, messages.get(b).ring);
    messages.get_mut(a).ring = after_b;
    messages.get_mut(b).ring = after_a;
}

/// Whether a step consists of calls, and another may be among them.
fn are_parallel(messages: &Messages, slot: u32) -> bool {
    let mut ring = messages.ring(slot);
    let first = ring.by_ref().take(MOST_PARALLEL - 1);
    let calls = first
        .map(|slot| messages.get(slot))
        .all(|message| message.is(flag::ASSISTANT));
    calls && ring.next().is_none()
}

/// Ties a message that enters behind `last` to those before it; answers whether it is tied to any.
pub fn tie(messages: &mut Messages, ids: &Ids, slot: u32, last: Option<u32>) -> bool {
    let message = *messages.get(slot);
    let mut tied = false;
    if message.answers > 0 {
        for caller in ids.answered(messages, slot) {
            tied = true;
            join(messages, caller, slot);
        }
    }
    // Calls made in parallel, but told in messages of their own: the results follow all of them.
    if let Some(last) = last
        && message.calls > 0
        && message.is(flag::ASSISTANT)
        && messages.get(last).calls > 0
        && are_parallel(messages, last)
    {
        tied = true;
        join(messages, last, slot);
    }
    tied
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::history::History;
    use crate::core::history::message::Descriptor;

    /// Calls that nobody answers, one behind the other, and the lengths of their steps.
    fn steps(calls: usize) -> Vec<usize> {
        let mut history = History::default();
        for call in 0..calls {
            let it = Descriptor {
                flags: flag::ASSISTANT,
                tokens: 1.0,
                fixed_bytes: 0,
                fixed_units: 0,
                calls: &format!("call {call}"),
                answers: "",
            };
            history.push(&it, &[], &mut Default::default());
        }
        let slots = history.order.slots.iter();
        let mut lengths: Vec<usize> = slots
            .map(|slot| history.messages.ring(*slot).count())
            .collect();
        lengths.dedup();
        lengths
    }

    #[test]
    fn calls_without_end_are_many_steps() {
        assert_eq!(steps(MOST_PARALLEL), [MOST_PARALLEL]);
        assert_eq!(steps(MOST_PARALLEL + 1), [MOST_PARALLEL, 1]);
        assert_eq!(steps(2 * MOST_PARALLEL + 3), [MOST_PARALLEL, 3]);
    }
}
