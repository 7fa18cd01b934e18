//! Reach cases as data: manifests with the expected answers as comments at their top, and the same as tables.
//!
//! A comment `# a/x -> b/y TCP/80: allowed` expects that answer, or `denied` or `unknown`; either end may be an address
//! outside the cluster. `# mode: match-pod-ips` lets the blocks of a NetworkPolicy match the addresses of Pods.

use anyhow::{Context, Result, ensure};

use crate::oracle::World;
use crate::oracle::compare::{Ask, Expectation, Pair, Port};

const MODE: &str = "mode: ";

/// What a case expects.
#[derive(Debug, Default)]
pub struct Expected {
    /// The connections.
    pub answers: Vec<Expectation>,
    /// Whether the blocks of a NetworkPolicy match the addresses of Pods.
    pub match_pod_ips: bool,
}

impl Expected {
    /// The expectations in the comments at the top of a text. Other comments there are prose.
    pub fn parse(text: &str) -> Result<Self> {
        let mut expected = Self::default();
        for line in text.lines().map_while(|line| line.strip_prefix('#')).map(str::trim) {
            if let Some(mode) = line.strip_prefix(MODE) {
                ensure!(mode == "match-pod-ips", "no such mode: {mode}");
                expected.match_pod_ips = true;
            } else if line.contains(" -> ") {
                expected.answers.push(line.parse()?);
            }
        }
        ensure!(!expected.answers.is_empty(), "nothing is expected");
        Ok(expected)
    }

    /// One line for each expectation that the oracle doesn't fulfil.
    pub fn against_oracle(&self, manifests: &str) -> Result<Vec<String>> {
        let world = World::from_yaml(manifests, self.match_pod_ips)?;
        let mut wrong = Vec::new();
        for expected in &self.answers {
            let end = |end| world.peer(end).with_context(|| format!("no Pod {end}"));
            let (from, to) = (end(&expected.pair.0)?, end(&expected.pair.1)?);
            let found = world.answer(from, to, &expected.port.0, expected.port.1);
            if found != expected.answer {
                wrong.push(format!("the oracle says {}: {expected}", found.name()));
            }
        }
        Ok(wrong)
    }

    /// One line for each expectation that the engine doesn't fulfil.
    pub fn against_engine(&self, manifests: &str, ask: Ask) -> Result<Vec<String>> {
        let pairs: Vec<Pair> = self.answers.iter().map(|expected| expected.pair.clone()).collect();
        let ports: Vec<Port> = self.answers.iter().map(|expected| expected.port.clone()).collect();
        let answers = ask(manifests, self.match_pod_ips, &pairs, &ports)?;
        let mut wrong = Vec::new();
        for (i, expected) in self.answers.iter().enumerate() {
            let found = answers.get(i).and_then(|row| row.get(i)).context("an answer is missing")?;
            if *found != expected.answer {
                wrong.push(format!("the engine says {}: {expected}", found.name()));
            }
        }
        Ok(wrong)
    }
}
