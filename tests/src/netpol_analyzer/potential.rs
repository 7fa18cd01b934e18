//! Pods that could appear, as either side describes them.

use std::fmt;

use anyhow::{Context, Result, bail};
use ringfence::sets::{LabelSelector, Operator, Requirement};
use serde_json::Value;

/// The label by which a namespace is named.
pub const NAME: &str = "kubernetes.io/metadata.name";

/// Pods by their labels and those of their namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Potential {
    /// The namespaces.
    pub namespaces: LabelSelector,
    /// The Pods.
    pub pods: LabelSelector,
}

impl Potential {
    /// Reads the recorded form: `entire-cluster`, or a namespace and Pods with `/` between, where a namespace is its
    /// name, `[all namespaces]` or `[namespace with {…}]`, and Pods are `[all pods]` or `[pod with {…}]`.
    ///
    /// # Errors
    /// Where it is something else.
    pub fn recorded(text: &str) -> Result<Self> {
        if text == "entire-cluster" {
            return Ok(Self { namespaces: LabelSelector::new([]), pods: LabelSelector::new([]) });
        }
        // Label keys may hold a `/` too.
        let (namespace, pods) = match text.rsplit_once("/[all pods]") {
            Some((namespace, "")) => (namespace, LabelSelector::new([])),
            _ => {
                let (namespace, pods) = text.split_once("/[pod with ").context("no Pods")?;
                (namespace, selector(pods.strip_suffix(']').context("no end")?)?)
            }
        };
        let namespaces = match namespace.strip_prefix("[namespace with ") {
            Some(inner) => selector(inner.strip_suffix(']').context("no end")?)?,
            None if namespace == "[all namespaces]" => LabelSelector::new([]),
            None if namespace.contains('[') => bail!("no namespace: {namespace}"),
            None => named(namespace),
        };
        Ok(Self { namespaces, pods })
    }

    /// Reads the command's form: `"all"`, a LabelSelector, or for namespaces `{"name": …}` too.
    ///
    /// # Errors
    /// Where it is something else.
    pub fn ours(peer: &Value) -> Result<Self> {
        let namespaces = peer.get("namespaces").context("no namespaces")?;
        let namespaces = match namespaces.get("name").and_then(Value::as_str) {
            Some(name) => named(name),
            None => selector_of(namespaces)?,
        };
        Ok(Self { namespaces, pods: selector_of(peer.get("pods").context("no Pods")?)? })
    }
}

impl fmt::Display for Potential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}]/[{}]", self.namespaces, self.pods)
    }
}

fn named(namespace: &str) -> LabelSelector {
    LabelSelector::new([Requirement::new(NAME, Operator::In, [namespace])])
}

/// `{a=b,c=d}`, or `{{Key:k,Operator:In,Values:[a b],},{…}}`.
fn selector(text: &str) -> Result<LabelSelector> {
    let inner = text.strip_prefix('{').and_then(|text| text.strip_suffix('}')).context("no braces")?;
    if !inner.starts_with('{') {
        let label = |pair: &str| {
            let (key, value) = pair.split_once('=').with_context(|| format!("no label: {pair}"))?;
            Ok(Requirement::new(key, Operator::In, [value]))
        };
        let labels = inner.split(',').map(label).collect::<Result<Vec<_>>>()?;
        return Ok(LabelSelector::new(labels));
    }
    let expression = |text: &str| {
        let rest = text.strip_prefix("{Key:").context("no key")?;
        let (key, rest) = rest.split_once(",Operator:").context("no operator")?;
        let (operator, rest) = rest.split_once(",Values:[").context("no values")?;
        let values = rest.strip_suffix("],}").context("no end")?;
        Ok(Requirement::new(key, operator.parse()?, values.split(' ').filter(|value| !value.is_empty())))
    };
    let parts = inner.split_inclusive("],}").map(|part| part.trim_start_matches(','));
    Ok(LabelSelector::new(parts.map(expression).collect::<Result<Vec<_>>>()?))
}

fn selector_of(value: &Value) -> Result<LabelSelector> {
    if value.as_str() == Some("all") {
        return Ok(LabelSelector::new([]));
    }
    let parts = value.as_object().with_context(|| format!("no selector: {value}"))?;
    let mut requirements = Vec::new();
    for (part, value) in parts {
        match part.as_str() {
            "matchLabels" => {
                for (key, value) in value.as_object().context("no labels")? {
                    let value = value.as_str().context("no value")?;
                    requirements.push(Requirement::new(key, Operator::In, [value]));
                }
            }
            "matchExpressions" => {
                for expression in value.as_array().context("no expressions")? {
                    let text = |key| expression.get(key).and_then(Value::as_str);
                    let values = expression.get("values").and_then(Value::as_array);
                    let values = values.into_iter().flatten().filter_map(Value::as_str);
                    let operator = text("operator").context("no operator")?.parse()?;
                    requirements.push(Requirement::new(text("key").context("no key")?, operator, values));
                }
            }
            other => bail!("no part of a selector: {other}"),
        }
    }
    Ok(LabelSelector::new(requirements))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn both_sides_say_the_same() {
        let all = json!("all");
        let dns = json!({"matchLabels": {"k8s-app": "kube-dns"}});
        let in_env = json!({"matchExpressions": [
            {"key": "b.c/env", "operator": "In", "values": ["y", "x"]},
            {"key": "tier", "operator": "Exists"}]});
        let notin = json!({"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["x"]}]});
        let env = "[namespace with {{Key:b.c/env,Operator:In,Values:[x y],},{Key:tier,Operator:Exists,Values:[],}}]";
        for (theirs, namespaces, pods) in [
            ("entire-cluster", &all, &all),
            ("shop/[all pods]", &json!({"name": "shop"}), &all),
            ("shop/[all pods]", &json!({"matchLabels": {NAME: "shop"}}), &all),
            ("[all namespaces]/[pod with {k8s-app=kube-dns}]", &all, &dns),
            (&format!("{env}/[all pods]"), &in_env, &all),
            (&format!("{env}/[pod with {{k8s-app=kube-dns}}]"), &in_env, &dns),
            ("shop/[pod with {{Key:app,Operator:NotIn,Values:[x],}}]", &json!({"name": "shop"}), &notin),
        ] {
            let ours = json!({"namespaces": namespaces, "pods": pods});
            assert_eq!(Potential::recorded(theirs).unwrap(), Potential::ours(&ours).unwrap(), "{theirs}");
        }
    }

    #[test]
    fn what_is_no_description_is_refused() {
        for text in ["", "shop", "[some]/[all pods]", "shop/[pod with x]", "shop/[pod with {x}]"] {
            assert!(Potential::recorded(text).is_err(), "{text}");
        }
        assert!(Potential::ours(&json!({"pods": "all"})).is_err());
    }
}
