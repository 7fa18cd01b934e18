//! Pods that custom resources make.
//!
//! A small table says where a custom resource keeps its Pod templates and which labels its controller sets. A
//! configuration can extend it. What the table doesn't know about a Pod's labels stays unknown: such a Pod is never
//! called "not covered" because of a label that its controller may add.

/// How a custom resource becomes Pods.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomWorkload {
    /// The API group.
    pub group: String,
    /// The kind.
    pub kind: String,
    /// Field paths of Pod templates; `[*]` stands for each item of a list. Empty where there is no template.
    pub templates: Vec<String>,
    /// Labels that the controller sets, beyond the template's; `{name}` is the object's name.
    pub labels: Vec<(String, String)>,
    /// Whether these are all the labels: false where the controller adds others that no manifest shows.
    pub exact: bool,
}

type Row = (&'static str, &'static str, &'static [&'static str], &'static [(&'static str, &'static str)]);

/// Group, kind, templates and labels of the custom resources that are known without configuration.
const KNOWN: &[Row] = &[
    ("argoproj.io", "Rollout", &["spec.template"], &[]),
    ("apps.openshift.io", "DeploymentConfig", &["spec.template"], &[]),
    ("apps.kruise.io", "CloneSet", &["spec.template"], &[]),
    ("apps.kruise.io", "StatefulSet", &["spec.template"], &[]),
    ("apps.kruise.io", "DaemonSet", &["spec.template"], &[]),
    ("serving.knative.dev", "Service", &["spec.template"], &[("serving.knative.dev/service", "{name}")]),
    ("serving.knative.dev", "Configuration", &["spec.template"], &[]),
    ("keda.sh", "ScaledJob", &["spec.jobTargetRef.template"], &[]),
    ("jobset.x-k8s.io", "JobSet", &["spec.replicatedJobs[*].template.spec.template"], &[]),
    (
        "leaderworkerset.x-k8s.io",
        "LeaderWorkerSet",
        &["spec.leaderWorkerTemplate.leaderTemplate", "spec.leaderWorkerTemplate.workerTemplate"],
        &[],
    ),
    ("agents.x-k8s.io", "Sandbox", &["spec.podTemplate"], &[]),
    ("extensions.agents.x-k8s.io", "SandboxTemplate", &["spec.podTemplate"], &[]),
    ("ray.io", "RayCluster", &["spec.headGroupSpec.template", "spec.workerGroupSpecs[*].template"], &[]),
    ("batch.volcano.sh", "Job", &["spec.tasks[*].template"], &[]),
    (
        "monitoring.coreos.com",
        "Prometheus",
        &[],
        &[
            ("app.kubernetes.io/name", "prometheus"),
            ("app.kubernetes.io/instance", "{name}"),
            ("app.kubernetes.io/managed-by", "prometheus-operator"),
            ("operator.prometheus.io/name", "{name}"),
            ("prometheus", "{name}"),
        ],
    ),
    (
        "monitoring.coreos.com",
        "Alertmanager",
        &[],
        &[
            ("app.kubernetes.io/name", "alertmanager"),
            ("app.kubernetes.io/instance", "{name}"),
            ("app.kubernetes.io/managed-by", "prometheus-operator"),
            ("alertmanager", "{name}"),
        ],
    ),
    (
        "monitoring.coreos.com",
        "ThanosRuler",
        &[],
        &[("app.kubernetes.io/name", "thanos-ruler"), ("thanos-ruler", "{name}")],
    ),
    ("kafka.strimzi.io", "Kafka", &[], &[("strimzi.io/cluster", "{name}"), ("strimzi.io/kind", "Kafka")]),
    (
        "kafka.strimzi.io",
        "KafkaConnect",
        &[],
        &[("strimzi.io/cluster", "{name}"), ("strimzi.io/kind", "KafkaConnect")],
    ),
    (
        "kafka.strimzi.io",
        "KafkaBridge",
        &[],
        &[("strimzi.io/cluster", "{name}"), ("strimzi.io/kind", "KafkaBridge")],
    ),
    ("postgresql.cnpg.io", "Cluster", &[], &[("cnpg.io/cluster", "{name}")]),
    ("triggers.tekton.dev", "EventListener", &[], &[("eventlistener", "{name}")]),
    ("redis.redis.opstreelabs.in", "Redis", &[], &[("app", "{name}")]),
    (
        "elasticsearch.k8s.elastic.co",
        "Elasticsearch",
        &[],
        &[("elasticsearch.k8s.elastic.co/cluster-name", "{name}")],
    ),
];

/// The custom resources that are known without configuration.
pub(super) fn known() -> impl Iterator<Item = CustomWorkload> {
    KNOWN.iter().map(|(group, kind, templates, labels)| CustomWorkload {
        group: (*group).to_owned(),
        kind: (*kind).to_owned(),
        templates: templates.iter().map(|path| (*path).to_owned()).collect(),
        labels: labels.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
        exact: false,
    })
}
