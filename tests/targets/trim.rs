//! Trimming: a conversation that a provider would take stays one, protected and within its limits.

use arbitrary::{Result, Unstructured};
use robust_session_map::core::history::limits::Limits;

use super::trim_model::{self, Part, Shape, Talk};

fn limit(bytes: &mut Unstructured<'_>, most: u16) -> Result<f64> {
    let limit = bytes.int_in_range(0..=most)?;
    Ok(if limit == most {
        f64::INFINITY
    } else {
        f64::from(limit)
    })
}

fn part(bytes: &mut Unstructured<'_>) -> Result<(Part, u8, u8)> {
    let part = match bytes.int_in_range(0..=7)? {
        0 | 1 => Part::User,
        2 => Part::UserNotTurn,
        3 => Part::Plain,
        4 | 5 => Part::Step(bytes.int_in_range(1..=3)?),
        6 => Part::StepAndWords(bytes.int_in_range(1..=2)?),
        _ => Part::System,
    };
    Ok((part, bytes.arbitrary()?, bytes.arbitrary()?))
}

pub fn run(bytes: &[u8]) -> Result<()> {
    let mut bytes = Unstructured::new(bytes);
    let limits = Limits {
        messages: limit(&mut bytes, 30)?,
        tokens: limit(&mut bytes, 2_000)?,
        bytes: limit(&mut bytes, 2_000)?,
        keep_first: f64::from(bytes.int_in_range(0..=3u8)?),
        ..Limits::default()
    };
    let shape = *bytes.choose(&[Shape::Anthropic, Shape::OpenAi, Shape::Gemini])?;
    let system = bytes.int_in_range(0..=2)?;
    let window = (bytes.arbitrary()?, bytes.arbitrary()?);
    let pins = (0..bytes.int_in_range(0..=3)?)
        .map(|_| Ok((bytes.arbitrary()?, bytes.arbitrary()?)))
        .collect::<Result<_>>()?;
    let mut parts = Vec::new();
    while !bytes.is_empty() && parts.len() < 60 {
        parts.push(part(&mut bytes)?);
    }
    let talk = Talk {
        shape,
        system,
        parts,
        pins,
        limits,
        window,
    };
    trim_model::run(&talk).unwrap();
    Ok(())
}
