//! JSON, byte for byte as `JSON.stringify` writes it: strings escaped, texts put where placeholders stand.

use std::io::Write as _;

/// Appends a text as a JSON string, quotes included.
///
/// Lone surrogates become `\udXXX` in lower case, control characters their short form or `\u00XX`;
/// everything else stays raw UTF-8.
pub fn escape(bytes: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    let mut from = 0;
    let mut at = 0;
    while at < bytes.len() {
        if let Some(word) = bytes[at..].first_chunk::<8>() {
            let doubtful = doubtful(u64::from_le_bytes(*word));
            if doubtful == 0 {
                at += 8;
                continue;
            }
            at += doubtful.trailing_zeros() as usize / 8;
        }
        let byte = bytes[at];
        let lone = byte == 0xED && bytes[at + 1] >= 0xA0;
        if byte >= 0x20 && byte != b'"' && byte != b'\\' && !lone {
            at += 1;
            continue;
        }
        out.extend_from_slice(&bytes[from..at]);
        if lone {
            let unit =
                0xD000 | u32::from(bytes[at + 1] & 0x3F) << 6 | u32::from(bytes[at + 2] & 0x3F);
            write!(out, "\\u{unit:04x}").expect("a Vec takes all");
            at += 3;
        } else {
            escape_ascii(byte, out);
            at += 1;
        }
        from = at;
    }
    out.extend_from_slice(&bytes[from..]);
    out.push(b'"');
}

const ONES: u64 = 0x0101_0101_0101_0101;
const TOPS: u64 = ONES << 7;

/// The top bit of each of eight bytes that may need an escape. The lowest bit set is right, if need be of a
/// surrogate's first byte that is another character's too; those above may be set without need.
const fn doubtful(word: u64) -> u64 {
    const fn zero_byte(word: u64) -> u64 {
        word.wrapping_sub(ONES) & !word & TOPS
    }
    let control = word.wrapping_sub(ONES * 0x20) & !word & TOPS;
    let quote = zero_byte(word ^ (ONES * b'"' as u64));
    let slash = zero_byte(word ^ (ONES * b'\\' as u64));
    let surrogate = zero_byte(word ^ (ONES * 0xED));
    control | quote | slash | surrogate
}

fn escape_ascii(byte: u8, out: &mut Vec<u8>) {
    let short = match byte {
        b'"' => b'"',
        b'\\' => b'\\',
        0x08 => b'b',
        0x09 => b't',
        0x0A => b'n',
        0x0C => b'f',
        0x0D => b'r',
        _ => {
            write!(out, "\\u{byte:04x}").expect("a Vec takes all");
            return;
        }
    };
    out.extend_from_slice(&[b'\\', short]);
}

/// A piece of a skeleton.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece<'a> {
    /// JSON to be copied as it is.
    Json(&'a [u8]),
    /// The place of a text.
    Text(u32),
}

/// Cuts a skeleton at its placeholders: JSON strings that hold the nonce and a number.
///
/// # Errors
/// If the nonce is empty, or something else follows it than a number and a quote.
pub fn pieces<'a>(skeleton: &'a str, nonce: &str) -> Result<Vec<Piece<'a>>, String> {
    if nonce.is_empty() {
        return Err("a placeholder needs a nonce".to_owned());
    }
    let mut found = Vec::new();
    let mut rest = skeleton;
    while let Some(at) = rest.find(nonce) {
        let wrong = || {
            format!(
                "no placeholder at …{}",
                &rest[at..].chars().take(40).collect::<String>()
            )
        };
        let before = rest[..at].strip_suffix('"').ok_or_else(wrong)?;
        let after = &rest[at + nonce.len()..];
        let digits = after.bytes().take_while(u8::is_ascii_digit).count();
        let number = after[..digits].parse().map_err(|_| wrong())?;
        found.push(Piece::Json(before.as_bytes()));
        found.push(Piece::Text(number));
        rest = after[digits..].strip_prefix('"').ok_or_else(wrong)?;
    }
    found.push(Piece::Json(rest.as_bytes()));
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::history::text::encode;

    fn escaped(units: &[u16]) -> String {
        let mut bytes = Vec::new();
        encode(units, &mut bytes);
        let mut out = Vec::new();
        escape(&bytes, &mut out);
        String::from_utf8(out).expect("JSON is UTF-8")
    }

    #[test]
    fn well_formed_text_is_escaped_as_serde_json_does() {
        let mut all: Vec<char> = (0..0x3000).filter_map(char::from_u32).collect();
        all.extend(['\u{d7ff}', '\u{e000}', '\u{ffff}', '😀']);
        for width in [1, 7, 8, 9, 40] {
            for part in all.chunks(width) {
                let text: String = part.iter().collect();
                let units: Vec<u16> = text.encode_utf16().collect();
                assert_eq!(escaped(&units), serde_json::to_string(&text).unwrap());
            }
        }
    }

    /// What is taken eight bytes at a time: nothing is doubtful that need not be, and the first that is, is found.
    #[test]
    fn the_first_doubtful_of_eight_bytes_is_told_and_no_byte_without_need() {
        let may_need = |byte: u8| byte < 0x20 || matches!(byte, b'"' | b'\\' | 0xED);
        let word = |at: usize, byte: u8, others: u8| {
            let mut bytes = [others; 8];
            bytes[at] = byte;
            doubtful(u64::from_le_bytes(bytes))
        };
        let others = (0..=u8::MAX).filter(|byte| !may_need(*byte));
        for (other, byte) in others.flat_map(|other| (0..=u8::MAX).map(move |byte| (other, byte))) {
            for at in 0..8 {
                let told = word(at, byte, other);
                if may_need(byte) {
                    assert_eq!(
                        told.trailing_zeros() as usize,
                        8 * at + 7,
                        "{byte} in {other}"
                    );
                } else {
                    assert_eq!(told, 0, "{byte} in {other}");
                }
            }
        }
    }

    #[test]
    fn lone_surrogates_are_escaped_in_lower_case() {
        assert_eq!(escaped(&[0xD800]), r#""\ud800""#);
        assert_eq!(escaped(&[0x61, 0xDFFF, 0x62]), r#""a\udfffb""#);
        assert_eq!(escaped(&[0xDE00, 0xD83D, 0xDE00]), "\"\\ude00😀\"");
    }

    #[test]
    fn a_skeleton_is_cut_at_its_placeholders() {
        let cut = pieces(r#"{"a":"N12","b":[1,"N0"]}"#, "N").unwrap();
        assert_eq!(
            cut,
            [
                Piece::Json(br#"{"a":"#),
                Piece::Text(12),
                Piece::Json(br#","b":[1,"#),
                Piece::Text(0),
                Piece::Json(b"]}"),
            ]
        );
        for wrong in [
            r#"{"a":"xN1"}"#,
            r#"{"a":"N1x"}"#,
            r#"{"a":"N"}"#,
            r#""N99999999999""#,
        ] {
            assert!(pieces(wrong, "N").is_err(), "{wrong}");
        }
    }
}
