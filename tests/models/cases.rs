//! How many cases a property is tried with.

/// A tenth of the usual number where each change of the core is tested by itself (`npm run mutants`).
pub fn cases(usual: u32) -> u32 {
    match std::env::var_os("RSM_FEW_CASES") {
        Some(_) => usual / 10,
        None => usual,
    }
}
