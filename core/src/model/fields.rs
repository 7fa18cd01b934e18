//! The fields that the API knows beyond those that the thin structs read.
//!
//! Source: the API types of Kubernetes 1.36. A key that stands neither here nor in the struct is an unknown field.

/// Further fields of the API type that a thin struct of this name stands for.
pub(super) fn further(owner: &str) -> &'static [&'static str] {
    match owner {
        "ObjectMeta" => &[
            "creationTimestamp",
            "deletionGracePeriodSeconds",
            "deletionTimestamp",
            "finalizers",
            "generation",
            "managedFields",
            "resourceVersion",
            "selfLink",
            "uid",
        ],
        "PodSpec" => &[
            "activeDeadlineSeconds",
            "affinity",
            "automountServiceAccountToken",
            "dnsConfig",
            "enableServiceLinks",
            "ephemeralContainers",
            "hostAliases",
            "hostIPC",
            "hostPID",
            "hostUsers",
            "hostname",
            "hostnameOverride",
            "imagePullSecrets",
            "nodeSelector",
            "os",
            "overhead",
            "preemptionPolicy",
            "priority",
            "priorityClassName",
            "readinessGates",
            "resourceClaims",
            "resources",
            "restartPolicy",
            "runtimeClassName",
            "schedulerName",
            "schedulingGates",
            "schedulingGroup",
            "securityContext",
            "serviceAccount",
            "serviceAccountName",
            "setHostnameAsFQDN",
            "shareProcessNamespace",
            "subdomain",
            "terminationGracePeriodSeconds",
            "tolerations",
            "topologySpreadConstraints",
            "volumes",
        ],
        "Container" => &[
            "args",
            "command",
            "env",
            "envFrom",
            "image",
            "imagePullPolicy",
            "lifecycle",
            "livenessProbe",
            "name",
            "readinessProbe",
            "resizePolicy",
            "resources",
            "restartPolicyRules",
            "securityContext",
            "startupProbe",
            "stdin",
            "stdinOnce",
            "terminationMessagePath",
            "terminationMessagePolicy",
            "tty",
            "volumeDevices",
            "volumeMounts",
            "workingDir",
        ],
        "ContainerPort" => &["hostIP", "hostPort"],
        _ => &[],
    }
}

/// The fields of the spec of a built-in workload kind; empty for kinds whose spec is checked as a typed object.
pub(super) fn workload_spec(kind: &str) -> &'static [&'static str] {
    match kind {
        "Deployment" => &[
            "minReadySeconds",
            "paused",
            "progressDeadlineSeconds",
            "replicas",
            "revisionHistoryLimit",
            "selector",
            "strategy",
            "template",
        ],
        "StatefulSet" => &[
            "minReadySeconds",
            "ordinals",
            "persistentVolumeClaimRetentionPolicy",
            "podManagementPolicy",
            "replicas",
            "revisionHistoryLimit",
            "selector",
            "serviceName",
            "template",
            "updateStrategy",
            "volumeClaimTemplates",
        ],
        "DaemonSet" => &["minReadySeconds", "revisionHistoryLimit", "selector", "template", "updateStrategy"],
        "ReplicaSet" | "ReplicationController" => &["minReadySeconds", "replicas", "selector", "template"],
        "Job" => &[
            "activeDeadlineSeconds",
            "backoffLimit",
            "backoffLimitPerIndex",
            "completionMode",
            "completions",
            "managedBy",
            "manualSelector",
            "maxFailedIndexes",
            "parallelism",
            "podFailurePolicy",
            "podReplacementPolicy",
            "selector",
            "successPolicy",
            "suspend",
            "template",
            "ttlSecondsAfterFinished",
        ],
        "CronJob" => &[
            "concurrencyPolicy",
            "failedJobsHistoryLimit",
            "jobTemplate",
            "schedule",
            "startingDeadlineSeconds",
            "successfulJobsHistoryLimit",
            "suspend",
            "timeZone",
        ],
        _ => &[],
    }
}

/// The fields that every object may have at its top. Some releases gave a NetworkPolicy a status.
pub(super) const TOP: &[&str] = &["apiVersion", "kind", "metadata", "spec", "status"];

/// The name of `known` that a person who wrote `name` most plausibly meant, if any is near enough: at most a third
/// of its characters differ.
pub fn nearest<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let distance = |candidate: &'k str| {
        let distance = strsim::damerau_levenshtein(&name.to_lowercase(), &candidate.to_lowercase());
        (distance, candidate)
    };
    let (distance, candidate) = known.into_iter().map(distance).min()?;
    (distance <= (candidate.chars().count() / 3).max(1)).then_some(candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_near() {
        assert_eq!(nearest("ingres", ["egress", "ingress", "policyTypes"]), Some("ingress"));
        assert_eq!(nearest("podselector", ["podSelector"]), Some("podSelector"));
        assert_eq!(nearest("colour", ["ingress"]), None);
    }
}
