//! The store of a history: texts come, change and go while they are compressed, and read as they were written.

use arbitrary::{Result, Unstructured};

use super::MOST;
use super::store_model::{self, Op};

/// Any units, text that compresses, or a long one.
fn string(bytes: &mut Unstructured<'_>) -> Result<Vec<u16>> {
    let len: u16 = bytes.arbitrary()?;
    Ok(match bytes.int_in_range(0..=2)? {
        0 => {
            let some = bytes.arbitrary_iter()?;
            some.take(40).collect::<Result<_>>()?
        }
        1 => {
            let text = "naïve — text ✓ 😀 ".repeat(usize::from(len % 300));
            text.encode_utf16().collect()
        }
        _ => vec![bytes.arbitrary()?; usize::from(len) / 2],
    })
}

fn op(bytes: &mut Unstructured<'_>) -> Result<Op> {
    Ok(match bytes.int_in_range(0..=16)? {
        0..=2 => {
            let count = bytes.int_in_range(0..=3)?;
            Op::Push {
                flags: bytes.arbitrary()?,
                tokens: bytes.arbitrary()?,
                fixed: bytes.arbitrary()?,
                texts: (0..count).map(|_| string(bytes)).collect::<Result<_>>()?,
            }
        }
        3 => Op::SetText(bytes.arbitrary()?, bytes.arbitrary()?, string(bytes)?),
        4 => Op::AddText(bytes.arbitrary()?, string(bytes)?),
        5 => Op::DropText(bytes.arbitrary()?, bytes.arbitrary()?),
        6 => Op::Update {
            at: bytes.arbitrary()?,
            flags: bytes.arbitrary()?,
            tokens: bytes.arbitrary()?,
            fixed: bytes.arbitrary()?,
        },
        7 => {
            let count = bytes.int_in_range(0..=2)?;
            Op::Remove(
                (0..count)
                    .map(|_| bytes.arbitrary())
                    .collect::<Result<_>>()?,
            )
        }
        8 => Op::Reverse,
        9 => Op::Pin(bytes.arbitrary()?, bytes.arbitrary()?),
        10 => Op::Limit(bytes.int_in_range(0..=2)?, bytes.arbitrary()?),
        11 => Op::Forget,
        12 => Op::Read,
        13 => Op::Wait,
        14 => Op::Seal,
        15 => Op::StartJob,
        _ => Op::FinishJob,
    })
}

pub fn run(bytes: &[u8]) -> Result<()> {
    let mut bytes = Unstructured::new(bytes);
    let mut ops = Vec::new();
    while !bytes.is_empty() && ops.len() < MOST / 2 {
        ops.push(op(&mut bytes)?);
    }
    store_model::run(ops);
    Ok(())
}
