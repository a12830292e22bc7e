//! Replays a journal of the boundary through the core alone: `cargo run --example replay -- FILE`.
//!
//! Exits with 1 and names the first call whose answer differs.

use std::process::ExitCode;

fn main() -> ExitCode {
    let Some(path) = std::env::args().nth(1) else {
        eprintln!("usage: replay FILE");
        return ExitCode::from(2);
    };
    let journal = match std::fs::read_to_string(&path) {
        Ok(journal) => journal,
        Err(error) => {
            eprintln!("{path}: {error}");
            return ExitCode::from(2);
        }
    };
    match robust_session_map::core::journal::replay(&journal) {
        Ok(done) => {
            println!(
                "same answers: {} calls, {} records, {} removals",
                done.calls, done.records, done.removals
            );
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{path}: {error}");
            ExitCode::FAILURE
        }
    }
}
