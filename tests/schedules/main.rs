//! The code that threads share, run under schedules drawn at random: at every lock, wait and atomic any other
//! thread may go on. `src/history` is compiled a second time here, over `history/sync.rs`, which cannot be
//! done with `cfg(test)` on: so this has a `main` of its own.
//!
//! `cargo test --test schedules -- --schedules 100000 --seed 7`. Every operation on an atomic is taken to be
//! sequentially consistent; what weaker orders allow is not seen.

mod history;
mod scenarios;
mod support;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::time::{Duration, Instant, SystemTime};

// What the code above finds at `crate::core`.
use robust_session_map::core;
use shuttle::scheduler::{PctScheduler, RandomScheduler, Scheduler};
use shuttle::{Config, MaxSteps, Runner};

/// A schedule that takes longer goes in circles.
const STEPS: usize = 400_000;

/// zstd wants more than the usual 60 KB.
const STACK: usize = 1 << 20;

/// Threads that change places at these many points find most that there is to find.
const DEPTH: usize = 4;

fn option(name: &str) -> Option<u64> {
    let mut args = std::env::args().skip_while(|arg| arg != name);
    args.nth(1)?.parse().ok()
}

fn run(scenario: fn(), scheduler: impl Scheduler + 'static) -> usize {
    let mut config = Config::new();
    config.stack_size = STACK;
    // They say what the top of this file says.
    config.silence_warnings = true;
    config.max_steps = MaxSteps::FailAfter(STEPS);
    Runner::new(scheduler, config).run(scenario)
}

fn main() -> ExitCode {
    let each = option("--schedules").map_or(400, |count| usize::try_from(count).unwrap());
    let clock = || SystemTime::UNIX_EPOCH.elapsed().unwrap_or(Duration::ZERO);
    let seed = option("--seed").unwrap_or_else(|| clock().as_secs());
    println!("\n{each} schedules each, seed {seed}");
    let (mut passed, mut failed) = (0, 0);
    for (name, scenario) in scenarios::ALL {
        let start = Instant::now();
        let ran = catch_unwind(AssertUnwindSafe(|| {
            run(scenario, RandomScheduler::new_from_seed(seed, each / 2))
                + run(
                    scenario,
                    PctScheduler::new_from_seed(seed, DEPTH, each - each / 2),
                )
        }));
        let took = start.elapsed().as_secs_f64();
        if let Ok(ran) = ran {
            passed += 1;
            println!("test {name} ... ok ({ran} schedules, {took:.1} s)");
        } else {
            failed += 1;
            println!("test {name} ... FAILED (seed {seed})");
        }
    }
    let word = if failed == 0 { "ok" } else { "FAILED" };
    println!("\ntest result: {word}. {passed} passed; {failed} failed; 0 ignored\n");
    ExitCode::from(u8::from(failed > 0))
}
