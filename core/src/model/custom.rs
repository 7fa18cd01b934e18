//! Pods that custom resources make.
//!
//! A small table says where a custom resource keeps its Pod templates and which labels its controller sets. A
//! configuration can extend it. What the table doesn't know about a Pod's labels stays unknown: such a Pod is never
//! called "not covered" because of a label that its controller may add.

use std::borrow::Cow;

/// How a custom resource becomes Pods.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomWorkload {
    /// The API group.
    pub group: Cow<'static, str>,
    /// The kind.
    pub kind: Cow<'static, str>,
    /// Field paths of Pod templates; `[*]` stands for each item of a list. Empty where there is no template.
    pub templates: Cow<'static, [Cow<'static, str>]>,
    /// Labels that the controller sets, beyond the template's; `{name}` is the object's name.
    pub labels: Cow<'static, [(Cow<'static, str>, Cow<'static, str>)]>,
    /// Whether these are all the labels: false where the controller adds others that no manifest shows.
    pub exact: bool,
}

const fn at(
    group: &'static str,
    kind: &'static str,
    templates: &'static [Cow<'static, str>],
    labels: &'static [(Cow<'static, str>, Cow<'static, str>)],
) -> CustomWorkload {
    CustomWorkload {
        group: Cow::Borrowed(group),
        kind: Cow::Borrowed(kind),
        templates: Cow::Borrowed(templates),
        labels: Cow::Borrowed(labels),
        exact: false,
    }
}

const fn s(text: &'static str) -> Cow<'static, str> {
    Cow::Borrowed(text)
}

const SPEC_TEMPLATE: &[Cow<'static, str>] = &[s("spec.template")];

/// The custom resources that are known without configuration.
pub const KNOWN: &[CustomWorkload] = &[
    at("argoproj.io", "Rollout", SPEC_TEMPLATE, &[]),
    at("apps.openshift.io", "DeploymentConfig", SPEC_TEMPLATE, &[]),
    at("apps.kruise.io", "CloneSet", SPEC_TEMPLATE, &[]),
    at("apps.kruise.io", "StatefulSet", SPEC_TEMPLATE, &[]),
    at("apps.kruise.io", "DaemonSet", SPEC_TEMPLATE, &[]),
    at("serving.knative.dev", "Service", SPEC_TEMPLATE, &[(s("serving.knative.dev/service"), s("{name}"))]),
    at("serving.knative.dev", "Configuration", SPEC_TEMPLATE, &[]),
    at("keda.sh", "ScaledJob", &[s("spec.jobTargetRef.template")], &[]),
    at("jobset.x-k8s.io", "JobSet", &[s("spec.replicatedJobs[*].template.spec.template")], &[]),
    at(
        "leaderworkerset.x-k8s.io",
        "LeaderWorkerSet",
        &[s("spec.leaderWorkerTemplate.leaderTemplate"), s("spec.leaderWorkerTemplate.workerTemplate")],
        &[],
    ),
    at("agents.x-k8s.io", "Sandbox", &[s("spec.podTemplate")], &[]),
    at("extensions.agents.x-k8s.io", "SandboxTemplate", &[s("spec.podTemplate")], &[]),
    at("ray.io", "RayCluster", &[s("spec.headGroupSpec.template"), s("spec.workerGroupSpecs[*].template")], &[]),
    at("batch.volcano.sh", "Job", &[s("spec.tasks[*].template")], &[]),
    at(
        "monitoring.coreos.com",
        "Prometheus",
        &[],
        &[
            (s("app.kubernetes.io/name"), s("prometheus")),
            (s("app.kubernetes.io/instance"), s("{name}")),
            (s("app.kubernetes.io/managed-by"), s("prometheus-operator")),
            (s("operator.prometheus.io/name"), s("{name}")),
            (s("prometheus"), s("{name}")),
        ],
    ),
    at(
        "monitoring.coreos.com",
        "Alertmanager",
        &[],
        &[
            (s("app.kubernetes.io/name"), s("alertmanager")),
            (s("app.kubernetes.io/instance"), s("{name}")),
            (s("app.kubernetes.io/managed-by"), s("prometheus-operator")),
            (s("alertmanager"), s("{name}")),
        ],
    ),
    at(
        "monitoring.coreos.com",
        "ThanosRuler",
        &[],
        &[(s("app.kubernetes.io/name"), s("thanos-ruler")), (s("thanos-ruler"), s("{name}"))],
    ),
    at(
        "kafka.strimzi.io",
        "Kafka",
        &[],
        &[(s("strimzi.io/cluster"), s("{name}")), (s("strimzi.io/kind"), s("Kafka"))],
    ),
    at(
        "kafka.strimzi.io",
        "KafkaConnect",
        &[],
        &[(s("strimzi.io/cluster"), s("{name}")), (s("strimzi.io/kind"), s("KafkaConnect"))],
    ),
    at(
        "kafka.strimzi.io",
        "KafkaBridge",
        &[],
        &[(s("strimzi.io/cluster"), s("{name}")), (s("strimzi.io/kind"), s("KafkaBridge"))],
    ),
    at("postgresql.cnpg.io", "Cluster", &[], &[(s("cnpg.io/cluster"), s("{name}"))]),
    at("triggers.tekton.dev", "EventListener", &[], &[(s("eventlistener"), s("{name}"))]),
    at("redis.redis.opstreelabs.in", "Redis", &[], &[(s("app"), s("{name}"))]),
    at("elasticsearch.k8s.elastic.co", "Elasticsearch", &[], &[(s("elasticsearch.k8s.elastic.co/cluster-name"), s("{name}"))]),
];
