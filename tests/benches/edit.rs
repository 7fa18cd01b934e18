//! What an editor waits for: after one policy among a thousand workloads has changed, the findings and the flows again.
//!
//! `cargo bench -p ringfence-tests` runs it.

use divan::Bencher;
use ringfence::config::Config;
use ringfence::workspace::{CheckOptions, ReachOptions, Workspace};
use ringfence_tests::synthetic;

// As the command does.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    divan::main();
}

fn workspace() -> Workspace {
    let mut workspace = Workspace::new(Config::default());
    for (path, text) in synthetic::cluster(25, 40) {
        workspace.set(&path, text.as_bytes());
    }
    workspace
}

/// One policy's port goes back and forth.
fn edit(workspace: &mut Workspace, turn: u16) {
    let text = synthetic::policy(7, 1, 8080 + turn % 2);
    workspace.set("ns7/policy1.yaml", text.as_bytes());
}

#[divan::bench]
fn findings_and_flows(bencher: Bencher<'_, '_>) {
    let mut workspace = workspace();
    let mut turn = 0;
    bencher.bench_local(|| {
        turn += 1;
        edit(&mut workspace, turn);
        let mut blocks = 0;
        let outcome =
            workspace.check_and(&CheckOptions::default(), Some(&mut |scene| blocks += scene.blocks()));
        (outcome, blocks)
    });
}

#[divan::bench]
fn findings(bencher: Bencher<'_, '_>) {
    let mut workspace = workspace();
    let mut turn = 0;
    bencher.bench_local(|| {
        turn += 1;
        edit(&mut workspace, turn);
        workspace.check(&CheckOptions::default())
    });
}

#[divan::bench]
fn flows(bencher: Bencher<'_, '_>) {
    let mut workspace = workspace();
    let mut turn = 0;
    bencher.bench_local(|| {
        turn += 1;
        edit(&mut workspace, turn);
        let mut blocks = 0;
        workspace.scenes(&ReachOptions::default(), &mut |scene| blocks += scene.blocks());
        blocks
    });
}
