//! Replays what the fuzzer has found to reach new code, and every crash it ever found.

mod targets;

use std::path::Path;

#[test]
fn the_corpus_passes() {
    for (name, run) in targets::TARGETS {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("fuzz/corpus")
            .join(name);
        let mut count = 0;
        for file in folder.read_dir().expect("there is a corpus") {
            let path = file.unwrap().path();
            // Named before it runs: a failure is told with the input that makes it.
            println!("{}", path.display());
            run(&std::fs::read(path).unwrap());
            count += 1;
        }
        assert!(count > 20, "{name} has {count} inputs");
    }
}
