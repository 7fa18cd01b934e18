//! Runs the corpus and mutations of it through the targets, on any toolchain and without libFuzzer.
//!
//! `replay (--mutations N | --seconds N) CORPUS [TARGET…]`. With seconds, the mutations go on until they are over.

use ringfence_fuzz::mutate::{Numbers, mutate};
use ringfence_fuzz::{TARGETS, Target};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// How many mutations of each seed are made.
#[derive(Clone, Copy)]
enum Bound {
    Mutations(u64),
    Seconds(u64),
}

struct Seed {
    name: String,
    bytes: Vec<u8>,
}

fn run() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [flag, number, corpus, wanted @ ..] = args.as_slice() else {
        return Err("usage: replay (--mutations N | --seconds N) CORPUS [TARGET…]".into());
    };
    let bound = match flag.as_str() {
        "--mutations" => Bound::Mutations(number.parse()?),
        "--seconds" => Bound::Seconds(number.parse()?),
        _ => return Err(format!("unknown flag `{flag}`").into()),
    };
    if let Some(unknown) = wanted.iter().find(|name| !TARGETS.iter().any(|(target, _)| target == name)) {
        return Err(format!("there is no target `{unknown}`").into());
    }
    for (name, target) in TARGETS {
        if wanted.is_empty() || wanted.iter().any(|wanted| wanted == name) {
            replay(Path::new(corpus), name, target, bound)?;
        }
    }
    Ok(())
}

fn replay(corpus: &Path, name: &str, target: Target, bound: Bound) -> Result<()> {
    let seeds = seeds(&corpus.join(name))?;
    if seeds.is_empty() {
        return Err(format!("{name}: the corpus is empty").into());
    }
    let others: Vec<Vec<u8>> = seeds.iter().map(|seed| seed.bytes.clone()).collect();
    for seed in &seeds {
        once(name, target, &seed.name, &seed.bytes)?;
    }
    let start = Instant::now();
    let mut mutations = 0;
    while match bound {
        Bound::Mutations(limit) => mutations < limit,
        Bound::Seconds(limit) => start.elapsed() < Duration::from_secs(limit),
    } {
        for seed in &seeds {
            let input = mutate(&seed.bytes, &others, &mut Numbers::new(&seed.name, mutations));
            once(name, target, &format!("{}-{mutations}", seed.name), &input)?;
        }
        mutations += 1;
    }
    println!("{name}: {} seeds, {mutations} mutations of each: good", seeds.len());
    Ok(())
}

fn seeds(folder: &Path) -> Result<Vec<Seed>> {
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<_>>()?;
    paths.sort_unstable();
    let read = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Seed { name, bytes: std::fs::read(path)? })
    };
    paths.iter().map(read).collect()
}

/// Runs one input. It is on disk while it runs, so it is there even if the process is ended from outside or its stack
/// overflows.
fn once(name: &str, target: Target, input: &str, bytes: &[u8]) -> Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("artifacts").join(name);
    std::fs::create_dir_all(&folder)?;
    let running = folder.join("running");
    std::fs::File::create(&running)?.write_all(bytes)?;
    if std::panic::catch_unwind(|| target(bytes)).is_err() {
        std::fs::rename(&running, folder.join(input))?;
        return Err(format!("{name} broke on tests/fuzz/artifacts/{name}/{input}").into());
    }
    std::fs::remove_file(&running)?;
    Ok(())
}
