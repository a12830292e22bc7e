//! Trimming beside its checker: conversations in the shapes of three providers, checked after every push.

use std::collections::BTreeSet;

use robust_session_map::core::history::History;
use robust_session_map::core::history::chunk::from_heap;
use robust_session_map::core::history::limits::Limits;
use robust_session_map::core::history::message::{Descriptor, flag};
use robust_session_map::core::history::tools::Tools;

#[path = "trim_checker.rs"]
pub mod checker;

use checker::{Checker, Said};

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
