//! Trimming against a checker that shares no code with it: random conversations in the shapes of three
//! providers, random limits, and after every push the rules of `docs/design.md` one by one.

#[path = "reference/checker.rs"]
mod checker;

use std::collections::BTreeSet;

use checker::{Checker, Said};
use proptest::prelude::*;
use robust_session_map::core::history::History;
use robust_session_map::core::history::chunk::from_heap;
use robust_session_map::core::history::limits::Limits;
use robust_session_map::core::history::message::{Descriptor, flag};
use robust_session_map::core::history::tools::Tools;

#[derive(Debug, Clone, Copy)]
enum Shape {
    /// One user message holds all results of a step, at times with the user's next words.
    Anthropic,
    /// A message of role `tool` per result.
    OpenAi,
    /// As Anthropic, but ids are made of names and come again and again.
    Gemini,
}

#[derive(Debug, Clone)]
enum Part {
    User,
    UserNotTurn,
    Plain,
    Step(u8),
    StepAndWords(u8),
    System,
}

#[derive(Debug, Clone)]
struct Talk {
    shape: Shape,
    system: u8,
    parts: Vec<(Part, u8, u8)>,
    pins: Vec<(u8, u8)>,
    limits: Limits,
    window: (u8, u16),
}

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

/// The messages of a conversation that every provider would take.
fn write(talk: &Talk) -> Vec<Said> {
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

fn push(history: &mut History, tools: &mut Tools, said: &Said) {
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

fn run(talk: &Talk) -> Result<(), String> {
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

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

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

/// A push at a steady bound does not look through the whole history.
#[test]
fn a_push_at_a_bound_costs_the_same_in_a_large_history() {
    let time = |messages: f64| {
        let limits = Limits {
            messages,
            ..Limits::default()
        };
        let mut history = History::new(limits, from_heap);
        let mut tools = Tools::default();
        let user = Said {
            flags: flag::USER | flag::TURN,
            bytes: 9,
            ..Said::default()
        };
        let model = Said {
            flags: flag::ASSISTANT,
            bytes: 9,
            ..Said::default()
        };
        let mut turn = || {
            push(&mut history, &mut tools, &user);
            push(&mut history, &mut tools, &model);
            let _ = history.waiting();
            history.forget();
        };
        (0..50_000).for_each(|_| turn());
        let start = std::time::Instant::now();
        (0..2_000).for_each(|_| turn());
        start.elapsed().as_secs_f64()
    };
    let (small, large) = (time(100.0), time(80_000.0));
    assert!(large < small * 20.0, "{large} s against {small} s");
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
