//! The codec of texts: what is encoded decodes to the same units, and where the standard library can write the
//! text too, to the same bytes; what is packed unpacks; what is escaped, serde reads.

use arbitrary::{Result, Unstructured};
use robust_session_map::core::history::escape::{escape, pieces};
use robust_session_map::core::history::squeeze::Squeezer;
use robust_session_map::core::history::text::{decode, encode};

pub fn run(bytes: &[u8]) -> Result<()> {
    let mut given = Unstructured::new(bytes);
    let is_text: bool = given.arbitrary()?;
    let rest = given.take_rest();
    let units: Vec<u16> = if is_text {
        String::from_utf8_lossy(rest).encode_utf16().collect()
    } else {
        let pairs = rest.chunks_exact(2);
        pairs
            .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
            .collect()
    };
    let mut encoded = Vec::new();
    encode(&units, &mut encoded);
    let mut decoded = Vec::new();
    decode(&encoded, &mut decoded);
    assert_eq!(decoded, units);

    let mut squeezer = Squeezer::default();
    if let Some(packed) = squeezer.pack(&encoded) {
        assert!(packed.len() < encoded.len());
        let mut unpacked = vec![0; encoded.len()];
        assert!(squeezer.unpack(&packed, &mut unpacked));
        assert_eq!(unpacked, encoded);
    }
    // What is no frame is refused, not believed.
    let mut room = [0; 64];
    squeezer.unpack(rest, &mut room);

    if let Ok(text) = String::from_utf16(&units) {
        assert_eq!(encoded, text.as_bytes());
        let mut json = Vec::new();
        escape(&encoded, &mut json);
        assert_eq!(serde_json::from_slice::<String>(&json).unwrap(), text);
        // Any string is a skeleton, or an error.
        drop(pieces(&text, "\"n"));
    }
    Ok(())
}
