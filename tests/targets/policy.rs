//! The policy: which entries there are, who is due, who goes.

use arbitrary::{Result, Unstructured};
use robust_session_map::core::limits::Limits;

use super::MOST;
use super::policy_model::{self, Op};

fn time(bytes: &mut Unstructured<'_>) -> Result<Option<u16>> {
    let some = bytes.ratio(1, 3)?;
    some.then(|| bytes.int_in_range(1..=3_000)).transpose()
}

fn limit(bytes: &mut Unstructured<'_>, most: u16) -> Result<f64> {
    let limited = bytes.arbitrary()?;
    let limit = bytes.int_in_range(1..=most)?;
    Ok(if limited {
        f64::from(limit)
    } else {
        f64::INFINITY
    })
}

fn op(bytes: &mut Unstructured<'_>) -> Result<Op> {
    Ok(match bytes.int_in_range(0..=13)? {
        0 | 1 => Op::Admit {
            ttl: time(bytes)?,
            max_age: time(bytes)?,
            weight: bytes.int_in_range(0..=20)?,
        },
        2 => Op::Hit(bytes.arbitrary()?),
        3 => Op::Touch(bytes.arbitrary()?, time(bytes)?),
        4 => Op::Set {
            at: bytes.arbitrary()?,
            ttl: time(bytes)?,
            max_age: time(bytes)?,
            weight: bytes.int_in_range(0..=20)?,
        },
        5 => Op::Reset(bytes.arbitrary()?),
        6 => Op::Remove(bytes.arbitrary()?),
        7 => Op::Busy(bytes.arbitrary()?),
        8 => Op::Pin(bytes.arbitrary()?),
        9 => Op::Unpin(bytes.arbitrary()?),
        10 => Op::Shed,
        11 => Op::Advance(bytes.int_in_range(1..=10)?),
        12 => Op::Advance(bytes.int_in_range(1..=3_000)?),
        _ => Op::Clear,
    })
}

pub fn run(bytes: &[u8]) -> Result<()> {
    let mut bytes = Unstructured::new(bytes);
    let limits = Limits {
        ttl: limit(&mut bytes, 5_000)?,
        max_age: limit(&mut bytes, 5_000)?,
        max_size: limit(&mut bytes, 20)?,
        hard_max: f64::INFINITY,
        max_bytes: limit(&mut bytes, 60)?,
        max_busy: limit(&mut bytes, 5_000)?,
        asks: bytes.arbitrary()?,
    };
    let mut ops = Vec::new();
    while !bytes.is_empty() && ops.len() < MOST {
        ops.push(op(&mut bytes)?);
    }
    policy_model::run(limits, &ops);
    Ok(())
}
