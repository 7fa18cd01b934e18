//! # What it checks
//!
//! The repository installs no network plugin that ignores NetworkPolicies:
//!
//! - flannel (DaemonSet `kube-flannel…` or ConfigMap `kube-flannel-cfg`) without the policy container that its chart
//!   can add since 0.25.5;
//! - Cilium with `enable-policy: never` or `enable-k8s-networkpolicy: "false"`;
//! - the AWS VPC CNI with `enable-network-policy-controller: "false"`, or a DaemonSet `aws-node` without that setting
//!   anywhere;
//! - kindnet of an image from before kind 0.24, by the date in its tag.
//!
//! Nothing is reported where the repository runs another plugin that enforces policies beside it (Calico, Canal,
//! Cilium, Antrea, kube-router, Weave Net, kube-network-policies). Clusters whose plugin is not in the repository are
//! not judged.
//!
//! # Why
//!
//! The API server takes a NetworkPolicy whether or not anything enforces it (NetworkPolicy documentation,
//! prerequisites).
//!
//! # Example
//!
//! ```yaml
//! apiVersion: v1
//! kind: ConfigMap
//! metadata: {name: cilium-config, namespace: kube-system}
//! data:
//!   enable-policy: never
//! ```
//!
//! # Instead
//!
//! ```yaml
//! apiVersion: v1
//! kind: ConfigMap
//! metadata: {name: cilium-config, namespace: kube-system}
//! data:
//!   enable-policy: default
//! ```

use crate::cluster::ObjectId;
use crate::diagnostics::Severity;
use crate::model::{Body, Object};
use crate::rules::{Check, Context, FixKind, Group, Reporter, Rule, RuleSet};
use crate::yaml::Node;

pub(crate) static RULE: Rule = Rule {
    name: "cni-does-not-enforce",
    group: Group::Coverage,
    severity: Severity::Error,
    set: RuleSet::Default,
    since: "0.1.0",
    fix: FixKind::None,
    summary: "a network plugin that doesn't enforce NetworkPolicies",
    options: &[],
    check: Check::Cluster(check),
};

/// The workloads and ConfigMaps of a root.
type Installed<'r> = [(ObjectId, &'r Object, Node<'r>)];

/// Why a plugin enforces nothing.
struct Flaw {
    object: ObjectId,
    field: String,
    message: String,
    help: &'static str,
}

/// Tells whether a plugin is installed and enforces nothing.
type Judge = fn(&Installed<'_>) -> Option<Flaw>;

/// Each plugin by the part of the names of its workloads.
const PLUGINS: [(&str, Judge); 4] =
    [("flannel", flannel), ("cilium", cilium), ("aws-node", aws), ("kindnet", kindnet)];

/// Parts of the names of workloads that enforce NetworkPolicies, also beside another plugin.
const ENFORCERS: [&str; 8] =
    ["calico", "tigera", "canal", "cilium", "antrea", "kube-router", "weave-net", "kube-network-policies"];

/// From here on kindnet may enforce policies: year, month and day after the image of kind 0.23.
const KINDNET_ENFORCES: u32 = 20_240_514;

fn check(cx: &Context<'_>, report: &mut Reporter<'_>) {
    let repository = cx.cluster.repository;
    let objects = cx.cluster.objects.iter().filter_map(|(id, _)| {
        let object = repository.object(*id)?;
        let counts = matches!(object.body, Body::Workloads(_) | Body::ConfigMap);
        counts.then_some((*id, object, repository.node(*id)?))
    });
    let installed: Vec<_> = objects.collect();
    for (plugin, judge) in PLUGINS {
        let enforces = |name: &str| ENFORCERS.iter().any(|part| *part != plugin && name.contains(part));
        let enforced = || {
            let mut objects = installed.iter().map(|(_, object, _)| object);
            objects.any(|object| matches!(object.body, Body::Workloads(_)) && enforces(&object.name))
        };
        if let Some(flaw) = judge(&installed)
            && !enforced()
        {
            let finding = report.finding(flaw.object, &flaw.field, flaw.message).help(flaw.help);
            report.push(finding);
        }
    }
}

fn flannel(installed: &Installed<'_>) -> Option<Flaw> {
    let is_flannel = |name: &str| name == "flannel" || name.starts_with("kube-flannel");
    let mut daemons = named(installed, "DaemonSet", is_flannel).peekable();
    let object = match daemons.peek() {
        Some((object, _)) => *object,
        None => named(installed, "ConfigMap", |name| name == "kube-flannel-cfg").next()?.0,
    };
    let with_policies = daemons.any(|(_, node)| node.raw().contains("kube-network-policies"));
    (!with_policies).then(|| Flaw {
        object,
        field: String::new(),
        message: "flannel gives Pods a network and enforces no NetworkPolicy".to_owned(),
        help: "run a plugin that enforces policies, such as Calico beside flannel (Canal) or Cilium instead of it",
    })
}

fn cilium(installed: &Installed<'_>) -> Option<Flaw> {
    let off = |key, value| switched_off(installed, "cilium-config", (key, value), "Cilium");
    off("enable-policy", "never").or_else(|| off("enable-k8s-networkpolicy", "false"))
}

fn aws(installed: &Installed<'_>) -> Option<Flaw> {
    const CONFIG: &str = "amazon-vpc-cni";
    const KEY: &str = "enable-network-policy-controller";
    if let Some(flaw) = switched_off(installed, CONFIG, (KEY, "false"), "the AWS VPC CNI") {
        return Some(flaw);
    }
    let (object, daemon) = named(installed, "DaemonSet", |name| name == "aws-node").next()?;
    let mut configs = named(installed, "ConfigMap", |name| name == CONFIG);
    let is_set = configs.any(|(_, node)| node.at(&format!("data.{KEY}")).is_some());
    let by_argument = daemon.raw().contains("enable-network-policy=true");
    (!is_set && !by_argument).then(|| Flaw {
        object,
        field: String::new(),
        message: format!("the AWS VPC CNI enforces no NetworkPolicy unless `{KEY}` is set"),
        help: "set it to \"true\" in the ConfigMap `amazon-vpc-cni`, with the chart's `enableNetworkPolicy`",
    })
}

fn kindnet(installed: &Installed<'_>) -> Option<Flaw> {
    let mut daemons = named(installed, "DaemonSet", |name| name == "kindnet");
    daemons.find_map(|(object, node)| {
        let containers = node.at("spec.template.spec.containers")?.items().enumerate();
        let images = containers.filter_map(|(i, container)| Some((i, container.get("image")?.as_str()?)));
        let (i, image) = images.into_iter().find(|(_, image)| is_old_kindnet(image))?;
        Some(Flaw {
            object,
            field: format!("spec.template.spec.containers[{i}].image"),
            message: format!("`{image}` is from before kind 0.24: kindnet enforced no NetworkPolicy then"),
            help: "run an image of kind 0.24 or later",
        })
    })
}

/// Whether the image's tag is a date, as in `kindnetd:v20240202-8f1494ea`, on which kindnet enforced nothing.
fn is_old_kindnet(image: &str) -> bool {
    let tagged = image.split('@').next().and_then(|image| image.rsplit('/').next()).unwrap_or("");
    let date = tagged.strip_prefix("kindnetd:v").and_then(|tag| tag.get(..8)?.parse::<u32>().ok());
    date.is_some_and(|date| date < KINDNET_ENFORCES)
}

/// A ConfigMap in which a key has the value that switches enforcement off.
fn switched_off(
    installed: &Installed<'_>,
    config: &str,
    (key, off): (&str, &str),
    plugin: &str,
) -> Option<Flaw> {
    let field = format!("data.{key}");
    let mut configs = named(installed, "ConfigMap", |name| name == config);
    let (object, _) = configs.find(|(_, node)| node.at(&field).and_then(Node::value_text) == Some(off))?;
    Some(Flaw {
        object,
        message: format!("{plugin} enforces no NetworkPolicy with `{key}: {off}`"),
        help: "switch enforcement on, or remove the line",
        field,
    })
}

fn named<'i, 'r>(
    installed: &'i Installed<'r>,
    kind: &'i str,
    is_meant: impl Fn(&str) -> bool + 'i,
) -> impl Iterator<Item = (ObjectId, Node<'r>)> + 'i {
    let found =
        installed.iter().filter(move |(_, object, _)| *object.kind == *kind && is_meant(&object.name));
    found.map(|(id, _, node)| (*id, *node))
}
