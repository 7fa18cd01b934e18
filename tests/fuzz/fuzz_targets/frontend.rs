//! Any bytes through the YAML front end.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ringfence_fuzz::frontend(bytes));
