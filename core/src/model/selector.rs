//! Label selectors: the typed object becomes a canonical, validated [`LabelSelector`].

use k8s_openapi::apimachinery::pkg::apis::meta::v1 as meta;

use super::fault::{Fault, FaultKind};
use super::fields::nearest;
use crate::sets::{LabelSelector, Operator, Requirement, UnknownOperator, validate_key, validate_value};
use crate::yaml;

/// Reads a selector; none where the API server refuses it, and then `faults` say why.
pub(super) fn compile(
    written: &meta::LabelSelector,
    field: &str,
    faults: &mut Vec<Fault>,
) -> Option<LabelSelector> {
    let before = faults.len();
    let mut requirements = Vec::new();
    for (key, value) in written.match_labels.iter().flatten() {
        let mut path = format!("{field}.matchLabels");
        yaml::push_key(&mut path, key);
        check_key(key, &path, faults);
        check_value(value, &path, faults);
        requirements.push(Requirement::new(key, Operator::In, [value]));
    }
    for (i, expression) in written.match_expressions.iter().flatten().enumerate() {
        let path = format!("{field}.matchExpressions[{i}]");
        requirements.extend(requirement(expression, &path, faults));
    }
    (faults.len() == before).then(|| LabelSelector::new(requirements))
}

fn requirement(
    written: &meta::LabelSelectorRequirement,
    field: &str,
    faults: &mut Vec<Fault>,
) -> Option<Requirement> {
    check_key(&written.key, &format!("{field}.key"), faults);
    let values = written.values.clone().unwrap_or_default();
    for (i, value) in values.iter().enumerate() {
        check_value(value, &format!("{field}.values[{i}]"), faults);
    }
    let operator = match written.operator.parse::<Operator>() {
        Ok(operator) => operator,
        Err(error) => {
            let meant = match error {
                UnknownOperator::Case { meant, .. } => Some(meant.name()),
                UnknownOperator::Other { .. } => {
                    nearest(&written.operator, Operator::ALL.map(Operator::name))
                }
            };
            let message = format!("`{}` is no operator of a label selector", written.operator);
            let help = match meant {
                Some(meant) => format!("the API server refuses the object: write `{meant}`"),
                None => "the API server refuses the object: use `In`, `NotIn`, `Exists` or `DoesNotExist`"
                    .to_owned(),
            };
            faults.push(
                Fault::refused(FaultKind::Selector, format!("{field}.operator"), message)
                    .help(help)
                    .replacement(meant),
            );
            return None;
        }
    };
    if operator.takes_values() == values.is_empty() {
        let (message, help) = if operator.takes_values() {
            (format!("`{operator}` needs at least one value"), "list the values, or use `Exists`")
        } else {
            (format!("`{operator}` takes no values"), "remove `values`, or use `In`")
        };
        let help = format!("the API server refuses the object: {help}");
        faults.push(Fault::refused(FaultKind::Selector, field, message).help(help));
        return None;
    }
    Some(Requirement::new(&*written.key, operator, values))
}

fn check_key(key: &str, field: &str, faults: &mut Vec<Fault>) {
    if let Err(error) = validate_key(key) {
        let message = format!("`{key}` is no label key: {error}");
        faults.push(
            Fault::refused(FaultKind::Selector, field, message).help("the API server refuses the object"),
        );
    }
}

fn check_value(value: &str, field: &str, faults: &mut Vec<Fault>) {
    if let Err(error) = validate_value(value) {
        let message = format!("`{value}` is no label value: {error}");
        faults.push(
            Fault::refused(FaultKind::Selector, field, message).help("the API server refuses the object"),
        );
    }
}
