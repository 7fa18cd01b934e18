//! The engine's answers for pairs against the oracle's, on generated clusters with policies of every kind.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use proptest::prelude::*;
use ringfence_tests::ask::WAYS;
use ringfence_tests::oracle::compare::{Case, compare};
use ringfence_tests::oracle::generate;

fn agree(case: &Case) -> Result<(), TestCaseError> {
    for (way, ask) in WAYS {
        let compared = compare(case, &generate::addresses(), &generate::ports(), ask).unwrap();
        let wrong =
            compared.wrong.iter().map(|(expected, found)| format!("{expected}, not {}", found.name()));
        let wrong: Vec<String> = wrong.collect();
        prop_assert!(wrong.is_empty(), "by {}:\n{}", way, wrong.join("\n"));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn network_policies_alone_agree(case in generate::plain()) {
        agree(&case)?;
    }

    #[test]
    fn policies_of_every_kind_agree(case in generate::full()) {
        agree(&case)?;
    }
}
