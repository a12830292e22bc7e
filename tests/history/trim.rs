//! Trimming against a checker that shares no code with it: random conversations in the shapes of three
//! providers, random limits, and after every push the rules of `docs/design.md` one by one.

use proptest::prelude::*;
use robust_session_map::core::history::History;
use robust_session_map::core::history::chunk::from_heap;
use robust_session_map::core::history::limits::Limits;
use robust_session_map::core::history::message::flag;
use robust_session_map::core::history::tools::Tools;

use super::cases::cases;
use super::trim_model::checker::Said;
use super::trim_model::{Part, Shape, Talk, push, run};

fn limit(most: u32) -> impl Strategy<Value = f64> {
    prop_oneof![1 => Just(f64::INFINITY), 2 => (0..most).prop_map(f64::from)]
}

fn talks() -> impl Strategy<Value = Talk> {
    let part = prop_oneof![
        4 => Just(Part::User),
        1 => Just(Part::UserNotTurn),
        3 => Just(Part::Plain),
        6 => (1u8..4).prop_map(Part::Step),
        1 => (1u8..3).prop_map(Part::StepAndWords),
        1 => Just(Part::System),
    ];
    let shape = prop_oneof![
        Just(Shape::Anthropic),
        Just(Shape::OpenAi),
        Just(Shape::Gemini)
    ];
    let parts = prop::collection::vec((part, any::<u8>(), any::<u8>()), 1..60);
    let pins = prop::collection::vec((any::<u8>(), any::<u8>()), 0..4);
    let limits = (limit(30), limit(2_000), limit(2_000), 0u8..4);
    (
        shape,
        0u8..3,
        parts,
        pins,
        limits,
        (any::<u8>(), any::<u16>()),
    )
        .prop_map(
            |(shape, system, parts, pins, (messages, tokens, bytes, keep_first), window)| {
                let keep_first = f64::from(keep_first);
                let limits = Limits {
                    messages,
                    tokens,
                    bytes,
                    keep_first,
                    ..Limits::default()
                };
                Talk {
                    shape,
                    system,
                    parts,
                    pins,
                    limits,
                    window,
                }
            },
        )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(1_000), ..ProptestConfig::default() })]

    #[test]
    fn valid_conversations_stay_valid_protected_and_within_limits(talk in talks()) {
        run(&talk).map_err(TestCaseError::fail)?;
    }
}

/// One prompt and a thousand tool calls: the usual agent session.
#[test]
fn a_single_turn_of_a_thousand_tool_calls_is_trimmed_by_steps() {
    for shape in [Shape::Anthropic, Shape::OpenAi, Shape::Gemini] {
        let mut parts = vec![(Part::User, 50, 9)];
        parts.extend((0u16..1_000).map(|at| {
            (
                Part::Step(1 + (at % 3) as u8),
                (at % 200) as u8,
                (at % 90) as u8,
            )
        }));
        let limits = Limits {
            messages: 40.0,
            tokens: 900.0,
            ..Limits::default()
        };
        let talk = Talk {
            shape,
            system: 1,
            parts,
            pins: vec![(9, 7)],
            limits,
            window: (9, 300),
        };
        run(&talk).unwrap();
    }
}

#[test]
fn what_begins_to_wait_after_the_list_goes_on_waiting() {
    let limits = Limits {
        messages: 2.0,
        ..Limits::default()
    };
    let mut history = History::new(limits, from_heap);
    let mut tools = Tools::default();
    let turn = Said {
        flags: flag::USER | flag::TURN,
        bytes: 9,
        ..Said::default()
    };
    for _ in 0..4 {
        push(&mut history, &mut tools, &turn);
    }
    let listed = history.waiting();
    assert!(!listed.is_empty());
    push(&mut history, &mut tools, &turn); // by another thread, before the owner forgets
    history.forget();
    let left = history.waiting();
    assert_eq!(left.len(), 1, "{listed:?}, then {left:?}");
    assert!(!listed.contains(&left[0]));
    history.validate().unwrap();
}
