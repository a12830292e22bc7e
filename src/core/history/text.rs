//! How a JavaScript string is kept: as UTF-8, generalised so that lone surrogates survive (WTF-8).
//!
//! A text that has as many bytes as UTF-16 units is pure ASCII, because every other character takes
//! more bytes than units. So a length pair is also the flag.

/// An encoded text and its length in UTF-16 units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Text<'a> {
    /// The encoded text.
    pub bytes: &'a [u8],
    /// UTF-16 units.
    pub units: usize,
}

impl Text<'_> {
    /// Whether each byte is a character, and each character a UTF-16 unit.
    #[must_use]
    pub fn is_ascii(&self) -> bool {
        self.bytes.len() == self.units
    }
}

/// Units looked at together while nothing but ASCII comes by.
const STRIDE: usize = 16;

/// Appends the encoding of a UTF-16 string.
pub fn encode(units: &[u16], out: &mut Vec<u8>) {
    out.reserve(units.len() + units.len() / 8);
    let mut rest = units;
    loop {
        while let Some((now, later)) = rest.split_first_chunk::<STRIDE>() {
            if now.iter().fold(0, |all, unit| all | unit) >= 0x80 {
                break;
            }
            let mut bytes = [0u8; STRIDE];
            for (byte, unit) in bytes.iter_mut().zip(now) {
                *byte = low(u32::from(*unit));
            }
            out.extend_from_slice(&bytes);
            rest = later;
        }
        // One stride by character, then try the fast way again.
        let until = rest.len().saturating_sub(STRIDE);
        while rest.len() > until {
            rest = encode_one(rest, out);
        }
        if rest.is_empty() {
            return;
        }
    }
}

/// The low byte.
#[allow(clippy::cast_possible_truncation)]
const fn low(value: u32) -> u8 {
    value as u8
}

/// The low 16 bits.
#[allow(clippy::cast_possible_truncation)]
const fn low16(value: u32) -> u16 {
    value as u16
}

/// Encodes the first character (a pair of surrogates is one) and answers what follows it.
#[inline]
fn encode_one<'a>(units: &'a [u16], out: &mut Vec<u8>) -> &'a [u16] {
    let unit = u32::from(units[0]);
    match unit {
        0..0x80 => {
            out.push(low(unit));
            &units[1..]
        }
        0x80..0x800 => {
            out.extend_from_slice(&[low(0xC0 | unit >> 6), tail(unit)]);
            &units[1..]
        }
        0xD800..0xDC00
            if units
                .get(1)
                .is_some_and(|next| (0xDC00..0xE000).contains(next)) =>
        {
            let point = 0x1_0000 + ((unit - 0xD800) << 10) + (u32::from(units[1]) - 0xDC00);
            out.extend_from_slice(&[
                low(0xF0 | point >> 18),
                tail(point >> 12),
                tail(point >> 6),
                tail(point),
            ]);
            &units[2..]
        }
        _ => {
            out.extend_from_slice(&[low(0xE0 | unit >> 12), tail(unit >> 6), tail(unit)]);
            &units[1..]
        }
    }
}

const fn tail(point: u32) -> u8 {
    0x80 | (low(point) & 0x3F)
}

/// Appends the UTF-16 string of an encoded text.
///
/// # Panics
/// If the bytes were not made by [`encode`].
pub fn decode(bytes: &[u8], out: &mut Vec<u16>) {
    out.reserve(bytes.len());
    let mut rest = bytes;
    loop {
        while let Some((now, later)) = rest.split_first_chunk::<STRIDE>() {
            if now.iter().fold(0, |all, byte| all | byte) >= 0x80 {
                break;
            }
            out.extend_from_slice(&now.map(u16::from));
            rest = later;
        }
        let until = rest.len().saturating_sub(STRIDE);
        while rest.len() > until {
            rest = decode_one(rest, out);
        }
        if rest.is_empty() {
            return;
        }
    }
}

#[inline]
fn decode_one<'a>(bytes: &'a [u8], out: &mut Vec<u16>) -> &'a [u8] {
    let bits = |at: usize| u32::from(bytes[at] & 0x3F);
    match bytes[0] {
        first @ 0..0x80 => {
            out.push(u16::from(first));
            &bytes[1..]
        }
        first @ 0x80..0xE0 => {
            out.push(low16(u32::from(first & 0x1F) << 6 | bits(1)));
            &bytes[2..]
        }
        first @ 0xE0..0xF0 => {
            out.push(low16(
                u32::from(first & 0x0F) << 12 | bits(1) << 6 | bits(2),
            ));
            &bytes[3..]
        }
        first => {
            let point = u32::from(first & 7) << 18 | bits(1) << 12 | bits(2) << 6 | bits(3);
            let above = point - 0x1_0000;
            out.push(low16(0xD800 + (above >> 10)));
            out.push(low16(0xDC00 + (above & 0x3FF)));
            &bytes[4..]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round(units: &[u16]) -> Vec<u8> {
        let mut bytes = Vec::new();
        encode(units, &mut bytes);
        let mut back = Vec::new();
        decode(&bytes, &mut back);
        assert_eq!(back, units);
        let text = Text {
            bytes: &bytes,
            units: units.len(),
        };
        assert_eq!(text.is_ascii(), units.iter().all(|unit| *unit < 0x80));
        bytes
    }

    #[test]
    fn a_well_formed_string_is_its_utf8() {
        let text = "Aé—漢😀\0 and a long enough run of ASCII to take the fast way, twice over ✓";
        let units: Vec<u16> = text.encode_utf16().collect();
        assert_eq!(round(&units), text.as_bytes());
    }

    #[test]
    fn every_unit_and_every_place_in_a_stride_survives() {
        for unit in 0..=u16::MAX {
            round(&[unit]);
        }
        for at in 0..40 {
            for odd in [0xE9, 0x2014, 0xD83D, 0xDE00] {
                let mut units = vec![0x61; 40];
                units[at] = odd;
                round(&units);
            }
        }
        round(&[0xDE00, 0xD83D, 0xD83D, 0xDE00, 0xD83D]);
    }
}
