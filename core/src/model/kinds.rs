//! Which kinds are read, and as what.
//!
//! Repositories are full of kinds that say nothing about isolation. They are recognised here by group and kind
//! alone, so that their documents are counted but never built.

use super::admin::AdminKind;
use super::custom::CustomWorkload;

/// What an object is to Ringfence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Role<'k> {
    /// `v1` Namespace.
    Namespace,
    /// `v1` Node.
    Node,
    /// A built-in kind that runs Pods.
    Workload(&'static WorkloadKind),
    /// A custom resource whose controller runs Pods.
    Custom(&'k CustomWorkload),
    /// `v1` Service.
    Service,
    /// `networking.k8s.io/v1` NetworkPolicy; `true` for an API version that no API server serves any more.
    NetworkPolicy {
        /// Whether the API version was removed.
        removed: bool,
    },
    /// A cluster-wide policy of `policy.networking.k8s.io`, whatever its version.
    AdminPolicy(AdminKind),
    /// A policy of another API, or an object that makes policies.
    OtherPolicy(OtherApi),
    /// An Ingress.
    Ingress,
    /// A route of the Gateway API.
    GatewayRoute,
    /// An OpenShift Route.
    OpenShiftRoute,
    /// A Gateway of the Gateway API.
    Gateway,
    /// Which controller serves Ingresses.
    IngressClass,
    /// Which controller serves Gateways.
    GatewayClass,
    /// Leave to refer to objects of another namespace.
    ReferenceGrant,
    /// A Kustomize configuration.
    Kustomization,
    /// An Argo CD Application: names the namespace of the directory that it deploys.
    ArgoApplication,
    /// A Flux Kustomization: names the namespace of the directory that it deploys.
    FluxKustomization,
    /// `v1` List, and the typed lists that `kubectl get -o yaml` writes.
    List,
    /// A ConfigMap, read only where it configures a network plugin.
    ConfigMap,
    /// A kind that no rule reads.
    Unread,
}

/// A built-in kind that runs Pods.
#[derive(Debug, PartialEq)]
pub(super) struct WorkloadKind {
    /// The API group; empty for the core group.
    pub group: &'static str,
    /// The kind.
    pub kind: &'static str,
    /// The field path of the Pod template; empty where the object is itself a Pod.
    pub template: &'static str,
    /// Label keys that its controller adds to each Pod, with values that no manifest shows.
    pub runtime_labels: &'static [&'static str],
}

/// The built-in kinds that run Pods.
pub(super) const WORKLOADS: &[WorkloadKind] = &[
    WorkloadKind { group: "", kind: "Pod", template: "", runtime_labels: &[] },
    WorkloadKind {
        group: "apps",
        kind: "Deployment",
        template: "spec.template",
        runtime_labels: &["pod-template-hash"],
    },
    WorkloadKind {
        group: "apps",
        kind: "ReplicaSet",
        template: "spec.template",
        runtime_labels: &["pod-template-hash"],
    },
    WorkloadKind {
        group: "apps",
        kind: "StatefulSet",
        template: "spec.template",
        runtime_labels: &[
            "controller-revision-hash",
            "statefulset.kubernetes.io/pod-name",
            "apps.kubernetes.io/pod-index",
        ],
    },
    WorkloadKind {
        group: "apps",
        kind: "DaemonSet",
        template: "spec.template",
        runtime_labels: &["controller-revision-hash", "pod-template-generation"],
    },
    WorkloadKind { group: "batch", kind: "Job", template: "spec.template", runtime_labels: JOB_LABELS },
    WorkloadKind {
        group: "batch",
        kind: "CronJob",
        template: "spec.jobTemplate.spec.template",
        runtime_labels: JOB_LABELS,
    },
    WorkloadKind {
        group: "",
        kind: "ReplicationController",
        template: "spec.template",
        runtime_labels: &["deployment"],
    },
];

const JOB_LABELS: &[&str] = &[
    "batch.kubernetes.io/controller-uid",
    "batch.kubernetes.io/job-name",
    "batch.kubernetes.io/job-completion-index",
    "controller-uid",
    "job-name",
];

/// A policy API that Ringfence sees but doesn't evaluate yet, or an object that makes policies when it is applied.
/// Pods in its scope are "covered by another API": unknown, never "not covered".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OtherApi {
    /// The API group.
    pub group: &'static str,
    /// The kind.
    pub kind: &'static str,
    /// What it is called in messages.
    pub title: &'static str,
    /// Whether it acts beyond its own namespace.
    pub cluster_wide: bool,
    /// A text that the document must hold to count, for kinds that also do other things.
    pub only_with: Option<&'static str>,
}

impl OtherApi {
    /// Whether it makes objects when it is applied, instead of being a policy itself.
    pub fn is_generator(&self) -> bool {
        self.only_with.is_some()
    }
}

const fn api(group: &'static str, kind: &'static str, title: &'static str, cluster_wide: bool) -> OtherApi {
    OtherApi { group, kind, title, cluster_wide, only_with: None }
}

const fn generator(
    group: &'static str,
    kind: &'static str,
    title: &'static str,
    only_with: &'static str,
) -> OtherApi {
    OtherApi { group, kind, title, cluster_wide: true, only_with: Some(only_with) }
}

/// The other policy APIs and the generators of policies.
pub(super) const OTHER_APIS: &[OtherApi] = &[
    api("projectcalico.org", "NetworkPolicy", "Calico NetworkPolicy", false),
    api("projectcalico.org", "GlobalNetworkPolicy", "Calico GlobalNetworkPolicy", true),
    api("crd.projectcalico.org", "NetworkPolicy", "Calico NetworkPolicy", false),
    api("crd.projectcalico.org", "GlobalNetworkPolicy", "Calico GlobalNetworkPolicy", true),
    api("cilium.io", "CiliumNetworkPolicy", "CiliumNetworkPolicy", false),
    api("cilium.io", "CiliumClusterwideNetworkPolicy", "CiliumClusterwideNetworkPolicy", true),
    api("crd.antrea.io", "NetworkPolicy", "Antrea NetworkPolicy", false),
    api("crd.antrea.io", "ClusterNetworkPolicy", "Antrea ClusterNetworkPolicy", true),
    generator(
        "kyverno.io",
        "ClusterPolicy",
        "Kyverno ClusterPolicy that generates NetworkPolicies",
        "NetworkPolicy",
    ),
    generator("kyverno.io", "Policy", "Kyverno Policy that generates NetworkPolicies", "NetworkPolicy"),
    generator("policies.kyverno.io", "GeneratingPolicy", "Kyverno GeneratingPolicy", "NetworkPolicy"),
    generator(
        "redhatcop.redhat.io",
        "NamespaceConfig",
        "NamespaceConfig with a NetworkPolicy",
        "NetworkPolicy",
    ),
    generator("capsule.clastix.io", "Tenant", "Capsule Tenant with network policies", "networkPolicies"),
    generator("template.openshift.io", "Template", "OpenShift project template", "NetworkPolicy"),
];

const GATEWAY_API: &str = "gateway.networking.k8s.io";

/// The group of an `apiVersion`: what stands before the slash, empty for the core group.
pub fn group(api_version: &str) -> &str {
    api_version.split_once('/').map_or("", |(group, _)| group)
}

/// What an object of this API version and kind is; `custom` are the custom resources that make Pods.
pub(super) fn role<'k>(api_version: &str, kind: &str, custom: &'k [CustomWorkload]) -> Role<'k> {
    let group = group(api_version);
    match (group, kind) {
        ("", "Namespace") => return Role::Namespace,
        ("", "Node") => return Role::Node,
        ("", "Service") => return Role::Service,
        ("", "ConfigMap") => return Role::ConfigMap,
        ("networking.k8s.io" | "extensions", "NetworkPolicy") => {
            return Role::NetworkPolicy { removed: api_version != "networking.k8s.io/v1" };
        }
        ("policy.networking.k8s.io", _) => {
            if let Some(kind) = AdminKind::of(kind) {
                return Role::AdminPolicy(kind);
            }
        }
        ("networking.k8s.io" | "extensions", "Ingress") => return Role::Ingress,
        ("networking.k8s.io", "IngressClass") => return Role::IngressClass,
        (GATEWAY_API, "HTTPRoute" | "GRPCRoute" | "TCPRoute" | "TLSRoute" | "UDPRoute") => {
            return Role::GatewayRoute;
        }
        (GATEWAY_API, "Gateway") => return Role::Gateway,
        (GATEWAY_API, "GatewayClass") => return Role::GatewayClass,
        (GATEWAY_API, "ReferenceGrant") => return Role::ReferenceGrant,
        ("route.openshift.io", "Route") => return Role::OpenShiftRoute,
        ("kustomize.config.k8s.io", "Kustomization" | "Component") => return Role::Kustomization,
        ("argoproj.io", "Application") => return Role::ArgoApplication,
        ("kustomize.toolkit.fluxcd.io", "Kustomization") => return Role::FluxKustomization,
        _ => {}
    }
    if let Some(workload) = WORKLOADS.iter().find(|w| w.kind == kind && serves(w, group)) {
        return Role::Workload(workload);
    }
    if let Some(api) = OTHER_APIS.iter().find(|a| a.group == group && a.kind == kind) {
        return Role::OtherPolicy(*api);
    }
    match custom.iter().find(|c| c.group == group && c.kind == kind) {
        Some(custom) => Role::Custom(custom),
        None if is_list(group, kind) => Role::List,
        None => Role::Unread,
    }
}

/// Workloads of removed API versions are still Pods to come, so that they are judged too.
fn serves(workload: &WorkloadKind, group: &str) -> bool {
    workload.group == group || (group == "extensions" && workload.group == "apps")
}

/// `List`, and what `kubectl get` and the API server call `DeploymentList` and so on.
fn is_list(group: &str, kind: &str) -> bool {
    let Some(item) = kind.strip_suffix("List") else { return false };
    item.is_empty()
        || matches!((group, item), ("", "Namespace" | "Service") | ("networking.k8s.io", "NetworkPolicy"))
        || WORKLOADS.iter().any(|w| w.group == group && w.kind == item)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_told_apart_by_group() {
        assert!(matches!(role("apps/v1", "Deployment", &[]), Role::Workload(w) if w.kind == "Deployment"));
        let custom: Vec<_> = super::super::custom::known().collect();
        assert!(matches!(role("argoproj.io/v1alpha1", "Rollout", &custom), Role::Custom(_)));
        assert!(matches!(
            role("networking.k8s.io/v1", "NetworkPolicy", &[]),
            Role::NetworkPolicy { removed: false }
        ));
        assert!(matches!(
            role("extensions/v1beta1", "NetworkPolicy", &[]),
            Role::NetworkPolicy { removed: true }
        ));
        assert!(matches!(role("projectcalico.org/v3", "NetworkPolicy", &[]), Role::OtherPolicy(_)));
        for version in ["v1alpha1", "v1alpha2", "v1"] {
            let version = format!("policy.networking.k8s.io/{version}");
            let kind = AdminKind::Cluster;
            assert_eq!(role(&version, "ClusterNetworkPolicy", &[]), Role::AdminPolicy(kind));
        }
        assert!(matches!(role("crd.antrea.io/v1beta1", "ClusterNetworkPolicy", &[]), Role::OtherPolicy(_)));
        assert_eq!(role("policy.networking.k8s.io/v1alpha1", "ExternalNetworkSet", &[]), Role::Unread);
        assert_eq!(role("v1", "Node", &[]), Role::Node);
        assert_eq!(role("apiextensions.k8s.io/v1", "CustomResourceDefinition", &[]), Role::Unread);
        assert_eq!(role("v1", "List", &[]), Role::List);
        assert_eq!(role("apps/v1", "DeploymentList", &[]), Role::List);
        assert_eq!(role("serving.knative.dev/v1", "ServiceList", &[]), Role::Unread);
    }
}
