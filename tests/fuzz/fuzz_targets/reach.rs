//! Any bytes through every answer about who reaches whom.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ringfence_fuzz::reach(bytes));
