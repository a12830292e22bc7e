//! Resident memory per message: `cargo run --release --example history_memory -- FOLDER…`.
//!
//! Cuts the `.md`, `.rs`, `.ts`, `.js` and `.txt` files of the folders into messages of 0.5 to 4.3 KB, puts
//! 200 of them into each history, and prints what the process occupies: plain, sealed, and after dropping
//! nine tenths; first, how short blocks of different lengths become, at levels of zstd and as we compress.
//! Linux only: it reads `/proc/self/statm`.

use std::path::Path;
use std::time::{Duration, Instant};

use robust_session_map::core::history::block::{BLOCK, LONG};
use robust_session_map::core::history::limits::Limits;
use robust_session_map::core::history::message::{Descriptor, flag};
use robust_session_map::core::history::squeeze::Squeezer;
use robust_session_map::core::history::text::{Text, encode};
use robust_session_map::history::{registry, totals};

const EACH: usize = 200;
const SEAL_AFTER: f64 = 2_000.0;

fn collect(folder: &Path, text: &mut String, most: usize) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if text.len() >= most {
            return;
        }
        let kind = path.extension().and_then(|kind| kind.to_str());
        if path.is_dir() {
            collect(&path, text, most);
        } else if matches!(kind, Some("md" | "rs" | "ts" | "js" | "txt"))
            && let Ok(more) = std::fs::read_to_string(&path)
        {
            text.push_str(&more);
        }
    }
}

/// Pieces of 500 to 4,300 bytes, 2,400 on average.
fn cut(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    let mut state = 1u64;
    while !rest.is_empty() {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        let len = 500 + (state >> 33) as usize % 3_800;
        let ends = (len..len + 4).find(|at| rest.is_char_boundary(*at));
        let (piece, later) = rest.split_at(ends.unwrap_or(rest.len()));
        pieces.push(piece);
        rest = later;
    }
    pieces
}

/// What a compressor makes of the text in blocks: per cent of its length, µs to compress and to read a block.
fn squeezed(text: &[u8], block: usize, mut pack: impl FnMut(&[u8]) -> Option<Vec<u8>>) -> String {
    let mut squeezer = Squeezer::default();
    let mut room = vec![0; block];
    let (mut long, mut short, mut blocks) = (0, 0, 0.0);
    let (mut packing, mut reading) = (Duration::ZERO, Duration::ZERO);
    for raw in text.chunks_exact(block) {
        let start = Instant::now();
        let Some(packed) = pack(raw) else { continue };
        packing += start.elapsed();
        let start = Instant::now();
        assert!(squeezer.unpack(&packed, &mut room));
        reading += start.elapsed();
        long += raw.len();
        short += packed.len();
        blocks += 1.0;
    }
    format!(
        "{:.2} % ({:.0} µs, read in {:.0} µs)",
        100.0 * short as f64 / long as f64,
        packing.as_secs_f64() * 1e6 / blocks,
        reading.as_secs_f64() * 1e6 / blocks
    )
}

fn tell_blocks(text: &[u8]) {
    for block in [BLOCK, LONG, 2 * LONG] {
        let at = |level| squeezed(text, block, |raw| zstd::bulk::compress(raw, level).ok());
        let mut ours = Squeezer::default();
        let ours = squeezed(text, block, |raw| ours.pack(raw));
        let mut hasty = Squeezer::default();
        let hasty = squeezed(text, block, |raw| hasty.pack_in_haste(raw));
        let (five, nine) = (at(5), at(9));
        println!(
            "blocks of {} KB: level 5 {five}, level 9 {nine}, ours {ours}, in haste {hasty}",
            block / 1024
        );
    }
}

fn resident() -> f64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = statm
        .split(' ')
        .nth(1)
        .and_then(|it| it.parse::<f64>().ok());
    pages.unwrap_or(f64::NAN) * 4096.0
}

fn main() {
    let folders: Vec<String> = std::env::args().skip(1).collect();
    let mut text = String::new();
    for folder in &folders {
        collect(Path::new(folder), &mut text, 120_000_000);
    }
    let pieces = cut(&text);
    assert!(!pieces.is_empty(), "no text in {folders:?}");
    let wide = pieces
        .iter()
        .filter(|it| it.chars().any(|c| c > 'ÿ'))
        .count();
    println!(
        "{} messages of {} bytes each, {:.0} % beyond Latin-1, {} to a history",
        pieces.len(),
        text.len() / pieces.len(),
        100.0 * wide as f64 / pieces.len() as f64,
        EACH
    );

    tell_blocks(&text.as_bytes()[..text.len().min(20_000_000)]);

    let before = resident();
    let each = pieces.len() as f64;
    let told = |what: &str| {
        let total = totals::totals();
        println!(
            "{what:<22} {:>7.0} bytes resident per message ({:.1} MB); counted {:.0}",
            (resident() - before) / each,
            (resident() - before) / 1e6,
            total.resident_bytes as f64 / each
        );
    };
    let mut units = Vec::new();
    let mut bytes = Vec::new();
    let mut slowest = Duration::ZERO;
    let mut spent = Duration::ZERO;
    let mut histories = Vec::new();
    for session in pieces.chunks(EACH) {
        let limits = Limits {
            seal_after: SEAL_AFTER,
            ..Limits::default()
        };
        let entry = registry::open(limits);
        for (at, piece) in session.iter().enumerate() {
            let flags = if at % 2 == 0 {
                flag::USER | flag::TURN
            } else {
                flag::ASSISTANT
            };
            let it = Descriptor {
                flags,
                tokens: -1.0,
                fixed_bytes: 9,
                fixed_units: 9,
                calls: "",
                answers: "",
            };
            units.clear();
            units.extend(piece.encode_utf16());
            let start = Instant::now();
            bytes.clear();
            encode(&units, &mut bytes);
            let text = [Text {
                bytes: &bytes,
                units: units.len(),
            }];
            entry
                .call(|history, tools| Ok(history.push(&it, &text, tools)))
                .expect("a push");
            let took = start.elapsed();
            spent += took;
            slowest = slowest.max(took);
        }
        histories.push(entry);
    }
    println!(
        "push {:.2} µs on average, {:.0} µs at worst",
        spent.as_secs_f64() * 1e6 / each,
        slowest.as_secs_f64() * 1e6
    );
    told("plain");
    let start = Instant::now();
    while histories
        .iter()
        .any(|it| it.enter(|history| history.due()).is_ok_and(f64::is_finite))
    {
        std::thread::sleep(Duration::from_millis(100));
    }
    println!("sealed after {:.1} s", start.elapsed().as_secs_f64());
    told("sealed");
    for entry in histories.iter().take(200) {
        for id in 180..200 {
            entry
                .call(|history, tools| history.text(id, tools, |text| text.units))
                .ok();
        }
    }
    told("last 20 of 200 read");
    let full = resident() - before;
    for (at, entry) in histories.into_iter().enumerate() {
        if at % 10 != 0 {
            registry::close(entry.id());
        }
    }
    told("nine tenths dropped");
    println!(
        "{:.1} % of what was dropped left the process",
        100.0 * (full - (resident() - before)) / (full * 0.9)
    );
}
