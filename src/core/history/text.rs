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
const STRIDE: usize = 8;

/// The top bits of eight bytes: none is set in ASCII.
const TOPS: u64 = 0x8080_8080_8080_8080;

/// Bytes that the encoding of a string takes at most, and room to write a whole stride.
#[must_use]
pub const fn room_to_encode(units: usize) -> usize {
    units * 3 + STRIDE
}

/// Units of room that decoding takes: as many as there are bytes, and a whole stride.
#[must_use]
pub const fn room_to_decode(bytes: usize) -> usize {
    bytes + STRIDE
}

/// Appends the encoding of a UTF-16 string.
pub fn encode(units: &[u16], out: &mut Vec<u8>) {
    let from = out.len();
    out.resize(from + room_to_encode(units.len()), 0);
    let len = encode_into(units, &mut out[from..]);
    out.truncate(from + len);
}

/// Appends the UTF-16 string of an encoded text.
///
/// # Panics
/// If the bytes were not made by [`encode`].
pub fn decode(bytes: &[u8], out: &mut Vec<u16>) {
    let from = out.len();
    out.resize(from + room_to_decode(bytes.len()), 0);
    let len = decode_into(bytes, &mut out[from..]);
    out.truncate(from + len);
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

const fn tail(point: u32) -> u8 {
    0x80 | (low(point) & 0x3F)
}

/// How many of the first units are ASCII.
fn ascii_units(units: &[u16; STRIDE]) -> usize {
    let half = |from: usize| {
        let word = (0..4).fold(0, |word, at| {
            word | u64::from(units[from + at]) << (at * 16)
        });
        (word & 0xFF80_FF80_FF80_FF80).trailing_zeros() as usize / 16
    };
    match half(0) {
        4 => 4 + half(4),
        some => some,
    }
}

/// Encodes into memory of [`room_to_encode`] bytes; answers how many were written.
///
/// # Panics
/// If there is less room.
pub fn encode_into(units: &[u16], out: &mut [u8]) -> usize {
    let mut rest = units;
    let mut write = 0;
    // Each pass takes a run of one kind, because that is what text consists of.
    while let Some((first, later)) = rest.split_first() {
        let unit = u32::from(*first);
        let next = later.first().copied().unwrap_or(0);
        if unit < 0x80 {
            let read = encode_ascii(rest, &mut out[write..]);
            rest = &rest[read..];
            write += read;
        } else if unit < 0x800 {
            out[write..write + 2].copy_from_slice(&[low(0xC0 | unit >> 6), tail(unit)]);
            rest = later;
            write += 2;
        } else if (0xD800..0xDC00).contains(&unit) && (0xDC00..0xE000).contains(&next) {
            let point = 0x1_0000 + ((unit - 0xD800) << 10) + (u32::from(next) - 0xDC00);
            let bytes = [
                low(0xF0 | point >> 18),
                tail(point >> 12),
                tail(point >> 6),
                tail(point),
            ];
            out[write..write + 4].copy_from_slice(&bytes);
            rest = &later[1..];
            write += 4;
        } else {
            let lone = (0xD800..0xE000).contains(&unit);
            let is_wide = |unit: &&u16| **unit >= 0x800 && !(0xD800..0xE000).contains(*unit);
            let count = rest
                .iter()
                .take_while(is_wide)
                .count()
                .max(usize::from(lone));
            let (run, later) = rest.split_at(count);
            let room = &mut out[write..write + 3 * count];
            for (bytes, unit) in room.chunks_exact_mut(3).zip(run) {
                let unit = u32::from(*unit);
                bytes[0] = low(0xE0 | unit >> 12);
                bytes[1] = tail(unit >> 6);
                bytes[2] = tail(unit);
            }
            rest = later;
            write += 3 * count;
        }
    }
    write
}

/// Encodes the ASCII that comes first; answers how long it is.
#[inline]
fn encode_ascii(units: &[u16], out: &mut [u8]) -> usize {
    let mut done = 0;
    let strides = units.as_chunks::<STRIDE>().0;
    for (bytes, stride) in out.as_chunks_mut::<STRIDE>().0.iter_mut().zip(strides) {
        // All are written; what is not ASCII is written over.
        let mut all = 0;
        for (byte, unit) in bytes.iter_mut().zip(stride) {
            *byte = low(u32::from(*unit));
            all |= unit;
        }
        if all >= 0x80 {
            return done + ascii_units(stride);
        }
        done += STRIDE;
    }
    for (byte, unit) in out[done..].iter_mut().zip(&units[done..]) {
        if *unit >= 0x80 {
            break;
        }
        *byte = low(u32::from(*unit));
        done += 1;
    }
    done
}

/// Decodes into memory of [`room_to_decode`] units; answers how many were written.
///
/// # Panics
/// If there is less room, or the bytes were not made by [`encode`].
pub fn decode_into(bytes: &[u8], out: &mut [u16]) -> usize {
    let bits = |byte: u8| u32::from(byte & 0x3F);
    let mut rest = bytes;
    let mut write = 0;
    while let Some(first) = rest.first().copied() {
        if first < 0x80 {
            let read = decode_ascii(rest, &mut out[write..]);
            rest = &rest[read..];
            write += read;
        } else if first < 0xE0 {
            let mut count = 0;
            for (unit, [first, second]) in out[write..].iter_mut().zip(rest.as_chunks::<2>().0) {
                if first & 0xE0 != 0xC0 {
                    break;
                }
                *unit = low16(u32::from(first & 0x1F) << 6 | bits(*second));
                count += 1;
            }
            rest = &rest[2 * count..];
            write += count;
        } else if first < 0xF0 {
            let mut count = 0;
            for (unit, [first, second, third]) in
                out[write..].iter_mut().zip(rest.as_chunks::<3>().0)
            {
                if first & 0xF0 != 0xE0 {
                    break;
                }
                let high = u32::from(first & 0x0F) << 12;
                *unit = low16(high | bits(*second) << 6 | bits(*third));
                count += 1;
            }
            rest = &rest[3 * count..];
            write += count;
        } else {
            let high = u32::from(first & 7) << 18;
            let point = high | bits(rest[1]) << 12 | bits(rest[2]) << 6 | bits(rest[3]);
            let above = point - 0x1_0000;
            out[write] = low16(0xD800 + (above >> 10));
            out[write + 1] = low16(0xDC00 + (above & 0x3FF));
            rest = &rest[4..];
            write += 2;
        }
    }
    write
}

/// Decodes the ASCII that comes first; answers how long it is.
#[inline]
fn decode_ascii(bytes: &[u8], out: &mut [u16]) -> usize {
    let mut done = 0;
    let strides = bytes.as_chunks::<STRIDE>().0;
    for (units, stride) in out.as_chunks_mut::<STRIDE>().0.iter_mut().zip(strides) {
        // All are written; what is not ASCII is written over.
        for (unit, byte) in units.iter_mut().zip(stride) {
            *unit = u16::from(*byte);
        }
        let tops = u64::from_le_bytes(*stride) & TOPS;
        if tops != 0 {
            return done + tops.trailing_zeros() as usize / 8;
        }
        done += STRIDE;
    }
    for (unit, byte) in out[done..].iter_mut().zip(&bytes[done..]) {
        if *byte >= 0x80 {
            break;
        }
        *unit = u16::from(*byte);
        done += 1;
    }
    done
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

    #[test]
    fn characters_of_every_plane_are_their_utf8() {
        for point in (0x1_0000..0x11_0000).filter(|it| it % 61 == 0 || it & 0xFFF > 0xFFD) {
            let text = char::from_u32(point).unwrap().to_string();
            let units: Vec<u16> = text.encode_utf16().collect();
            assert_eq!(round(&units), text.as_bytes());
        }
    }

    #[test]
    fn a_run_of_ascii_ends_before_the_first_that_is_none() {
        const LEN: usize = 3 * STRIDE + 3;
        for at in 0..=LEN {
            for odd in [0x80, 0xFF, 0x100, 0x4000, 0x8000, 0xFF80, 0xFFFF] {
                let mut units = vec![0x61; LEN];
                units[at..].fill(odd);
                let mut out = vec![0; room_to_encode(LEN)];
                assert_eq!(encode_ascii(&units, &mut out), at);
                assert!(out[..at].iter().all(|byte| *byte == 0x61));
            }
            for odd in 0x80..=0xFF {
                let mut bytes = vec![0x61; LEN];
                bytes[at..].fill(odd);
                let mut out = vec![0; room_to_decode(LEN)];
                assert_eq!(decode_ascii(&bytes, &mut out), at);
                assert!(out[..at].iter().all(|unit| *unit == 0x61));
            }
        }
    }

    #[test]
    fn room_is_asked_for_what_it_takes_at_most() {
        assert_eq!((room_to_encode(0), room_to_encode(100)), (8, 308));
        assert_eq!((room_to_decode(0), room_to_decode(100)), (8, 108));
    }
}
