//! What the rules call needless can go, all of it at once, and no Pod with any labels is the worse or the better for it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

use proptest::prelude::*;
use ringfence::diagnostics::Safety;
use ringfence::model::Direction;
use ringfence_tests::cases;
use ringfence_tests::oracle::generate::{self, ADDRESSES, NAMESPACES, VALUES};
use ringfence_tests::oracle::{Labels, Peer, Pod, View, World};

/// Every Pod that labels can tell apart.
fn everybody() -> Vec<Pod> {
    let states = || [None].into_iter().chain(VALUES.into_iter().chain(["fresh"]).map(Some));
    let labels = states().flat_map(|app| {
        states().map(move |tier| -> Labels {
            let pairs = [("app", app), ("tier", tier)];
            pairs.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?.to_owned()))).collect()
        })
    });
    let ports = [("web".to_owned(), "TCP".to_owned(), 80), ("dns".to_owned(), "UDP".to_owned(), 53)];
    let pod = |(namespace, labels): (&&str, Labels)| Pod {
        namespace: (*namespace).to_owned(),
        labels,
        ports: ports.to_vec(),
        ..Pod::default()
    };
    let all = labels.flat_map(|labels| NAMESPACES.iter().map(move |namespace| (namespace, labels.clone())));
    all.map(pod).collect()
}

proptest! {
    // Few: each is held against every Pod that labels can tell apart.
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_needless_makes_no_difference(case in generate::plain()) {
        let files = vec![("case.yaml".to_owned(), case.text().into_bytes())];
        let outcome = cases::check(&files, &["redundant-policy", "shadowed-rule"]);
        let fixed = cases::workspace(&files).fix(&outcome, Safety::Safe).changed;
        let Some((_, text)) = fixed.first() else { return Ok(()) };
        let before = case.world().unwrap();
        let after = World { policies: World::from_yaml(text, false).unwrap().policies, ..before.clone() };
        let everybody = everybody();
        let addresses = ADDRESSES.map(|address| Peer::Address(address.parse().unwrap()));
        for pod in &everybody {
            for direction in Direction::BOTH {
                prop_assert_eq!(before.is_isolated(direction, pod), after.is_isolated(direction, pod), "{}", text);
                for (protocol, port) in [("TCP", 80), ("TCP", 443), ("UDP", 53), ("SCTP", 8080)] {
                    for peer in everybody.iter().map(Peer::Pod).chain(addresses) {
                        let allows = |world: &World| {
                            world.allows(direction, pod, peer, protocol, port, View::Pessimistic)
                        };
                        let at = format!("{direction:?} {pod:?} {peer:?} {protocol}/{port}\n{text}");
                        prop_assert_eq!(allows(&before), allows(&after), "{}", at);
                    }
                }
            }
        }
    }
}
