//! Labels that differ little from those that a selector asks for, to ask "did you mean".

use std::collections::BTreeSet;

use crate::model::nearest;
use crate::sets::{LabelSelector, Labels, Operator};

/// A label out of `all`, as `key=value`, that differs by a typo in its key or its value from one that the selector asks
/// for and that is not there.
pub(super) fn label<'l>(
    all: impl IntoIterator<Item = &'l Labels>,
    selector: &LabelSelector,
) -> Option<String> {
    let labels: BTreeSet<(&str, &str)> = all.into_iter().flat_map(Labels::iter).collect();
    let asked = selector.requirements().iter().filter(|requirement| requirement.operator == Operator::In);
    let wanted = asked.flat_map(|r| r.values.iter().map(move |value| (&*r.key, &**value)));
    wanted.filter(|pair| !labels.contains(pair)).find_map(|(key, value)| {
        let same_key = labels.iter().filter(|(k, _)| *k == key).map(|(_, v)| *v);
        let near_value = nearest(value, same_key).map(|near| format!("{key}={near}"));
        let same_value = labels.iter().filter(|(_, v)| *v == value).map(|(k, _)| *k);
        near_value.or_else(|| nearest(key, same_value).map(|near| format!("{near}={value}")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sets::Requirement;

    fn nearest_to(key: &str, operator: Operator, value: &str) -> Option<String> {
        let mut labels = Labels::default();
        labels.insert("app", "cart");
        labels.insert("tier", "front");
        label([&labels], &LabelSelector::new([Requirement::new(key, operator, [value.to_owned()])]))
    }

    #[test]
    fn a_typo_in_the_value_or_in_the_key_is_found() {
        assert_eq!(nearest_to("app", Operator::In, "card").as_deref(), Some("app=cart"));
        assert_eq!(nearest_to("teir", Operator::In, "front").as_deref(), Some("tier=front"));
    }

    #[test]
    fn other_labels_and_those_that_are_there_are_no_typos() {
        assert_eq!(nearest_to("app", Operator::In, "database"), None);
        assert_eq!(nearest_to("app", Operator::In, "cart"), None);
    }

    #[test]
    fn what_must_not_be_there_is_not_asked_for() {
        assert_eq!(nearest_to("app", Operator::NotIn, "card"), None);
    }
}
