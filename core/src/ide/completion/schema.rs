//! What can stand where in a policy: the fields of the API and the words that they take.
//!
//! Source: the types of `networking.k8s.io/v1`, and of `policy.networking.k8s.io` in the versions that are read.

use crate::ide::spot::Step;

/// What a field holds.
#[derive(Debug)]
pub(super) enum Shape {
    /// A mapping with these fields.
    Object(&'static [Field]),
    /// A list.
    List(&'static Self),
    /// One of these words, each with what it means.
    Words(&'static [(&'static str, &'static str)]),
    /// `matchLabels`: any labels.
    Labels,
    /// The key of a label.
    LabelKey,
    /// Values of a label, whose key stands beside.
    LabelValues,
    /// The name of a namespace.
    Namespace,
    /// The name or number of a container port.
    Port,
    /// Anything else.
    Text,
}

/// A field of an object.
#[derive(Debug)]
pub(super) struct Field {
    /// Its name.
    pub(super) name: &'static str,
    /// What it is, in one line.
    pub(super) summary: &'static str,
    /// What it holds.
    pub(super) shape: Shape,
}

const fn field(name: &'static str, summary: &'static str, shape: Shape) -> Field {
    Field { name, summary, shape }
}

impl Shape {
    /// What stands at the end of a way.
    pub(super) fn at(&'static self, steps: &[Step<'_>]) -> Option<&'static Self> {
        let Some((first, rest)) = steps.split_first() else { return Some(self) };
        match (self, first) {
            (Self::Object(fields), Step::Key(key)) => {
                fields.iter().find(|field| field.name == *key)?.shape.at(rest)
            }
            (Self::List(item), Step::Item(_)) => item.at(rest),
            (Self::Labels, Step::Key(_)) if rest.is_empty() => Some(&Self::LabelValues),
            _ => None,
        }
    }
}

/// The kinds of policies with their fields.
pub(super) fn of_kind(kind: &str) -> &'static Shape {
    match kind {
        "NetworkPolicy" => &NETWORK_POLICY,
        "AdminNetworkPolicy" => &ADMIN_NETWORK_POLICY,
        "BaselineAdminNetworkPolicy" => &BASELINE_ADMIN_NETWORK_POLICY,
        "ClusterNetworkPolicy" => &CLUSTER_NETWORK_POLICY,
        "Service" => &SERVICE,
        _ => &OTHER,
    }
}

const KINDS: Shape = Shape::Words(&[
    ("NetworkPolicy", "whom the Pods of a namespace may talk to"),
    ("AdminNetworkPolicy", "rules for all namespaces, before every NetworkPolicy"),
    ("BaselineAdminNetworkPolicy", "rules for Pods that no NetworkPolicy selects"),
    ("ClusterNetworkPolicy", "rules for all namespaces, before or after NetworkPolicies"),
]);

const VERSIONS: Shape = Shape::Words(&[
    ("networking.k8s.io/v1", "NetworkPolicy, Ingress"),
    ("policy.networking.k8s.io/v1alpha1", "AdminNetworkPolicy, BaselineAdminNetworkPolicy"),
    ("policy.networking.k8s.io/v1alpha2", "ClusterNetworkPolicy"),
]);

const METADATA: Shape = Shape::Object(&[
    field("name", "the name, unique in the namespace", Shape::Text),
    field("namespace", "the namespace; the one of the deployment where it is left out", Shape::Namespace),
    field("labels", "labels of the object itself", Shape::Text),
    field("annotations", "annotations", Shape::Text),
]);

const CLUSTER_METADATA: Shape = Shape::Object(&[
    field("name", "the name, unique in the cluster", Shape::Text),
    field("labels", "labels of the object itself", Shape::Text),
    field("annotations", "annotations", Shape::Text),
]);

const fn object(metadata: Shape, spec: Shape) -> [Field; 4] {
    [
        field("apiVersion", "the API group and version", VERSIONS),
        field("kind", "the kind of object", KINDS),
        field("metadata", "the name and the namespace", metadata),
        field("spec", "what the object asks for", spec),
    ]
}

const EXPRESSION: Shape = Shape::Object(&[
    field("key", "the key of a label", Shape::LabelKey),
    field(
        "operator",
        "how to compare",
        Shape::Words(&[
            ("In", "the value is one of `values`"),
            ("NotIn", "the value is none of `values`, or the label is missing"),
            ("Exists", "the label is there, whatever its value"),
            ("DoesNotExist", "the label is missing"),
        ]),
    ),
    field("values", "what `In` and `NotIn` compare with", Shape::List(&Shape::LabelValues)),
]);

const SELECTOR: Shape = Shape::Object(&[
    field("matchLabels", "labels that must all be there with these values", Shape::Labels),
    field("matchExpressions", "conditions that must all hold", Shape::List(&EXPRESSION)),
]);

const PEER: Shape = Shape::Object(&[
    field("podSelector", "Pods, of the own namespace or of those that `namespaceSelector` names", SELECTOR),
    field("namespaceSelector", "namespaces; every Pod of them without a `podSelector`", SELECTOR),
    field(
        "ipBlock",
        "addresses",
        Shape::Object(&[
            field("cidr", "the range of addresses", CIDR),
            field("except", "smaller ranges that are left out", Shape::List(&CIDR)),
        ]),
    ),
]);

const CIDR: Shape = Shape::Words(&[
    ("10.0.0.0/8", "private addresses"),
    ("172.16.0.0/12", "private addresses"),
    ("192.168.0.0/16", "private addresses"),
    ("169.254.169.254/32", "the metadata service of most clouds"),
    ("0.0.0.0/0", "every IPv4 address"),
    ("::/0", "every IPv6 address"),
]);

const PROTOCOL: Shape = Shape::Words(&[
    ("TCP", "the default"),
    ("UDP", "as DNS asks first"),
    ("SCTP", "if the network plugin can"),
]);

const PORT: Shape = Shape::Object(&[
    field("protocol", "`TCP` where it is left out", PROTOCOL),
    field("port", "a number, or the name of a container port; every port where it is left out", Shape::Port),
    field("endPort", "the last number of a range that `port` begins", Shape::Text),
]);

const INGRESS_RULE: Shape = Shape::Object(&[
    field("from", "who is let in: one of these peers; everybody where it is left out", Shape::List(&PEER)),
    field("ports", "on one of these ports; on every port where it is left out", Shape::List(&PORT)),
]);

const EGRESS_RULE: Shape = Shape::Object(&[
    field(
        "to",
        "to whom connections may go: one of these peers; to everybody where it is left out",
        Shape::List(&PEER),
    ),
    field("ports", "on one of these ports; on every port where it is left out", Shape::List(&PORT)),
]);

static NETWORK_POLICY: Shape = Shape::Object(&object(
    METADATA,
    Shape::Object(&[
        field(
            "podSelector",
            "the Pods that the policy isolates; `{}` for every Pod of the namespace",
            SELECTOR,
        ),
        field(
            "policyTypes",
            "the directions that it isolates",
            Shape::List(&Shape::Words(&[
                ("Ingress", "connections to the Pods are denied unless a rule allows them"),
                ("Egress", "connections from the Pods are denied unless a rule allows them"),
            ])),
        ),
        field("ingress", "rules that let connections in", Shape::List(&INGRESS_RULE)),
        field("egress", "rules that let connections out", Shape::List(&EGRESS_RULE)),
    ]),
));

const SCOPE: Shape = Shape::Object(&[
    field("namespaceSelector", "the namespaces of the Pods", SELECTOR),
    field("podSelector", "the Pods there", SELECTOR),
]);

const SUBJECT: Shape = Shape::Object(&[
    field("namespaces", "every Pod of the namespaces with these labels", SELECTOR),
    field("pods", "Pods by their labels and those of their namespace", SCOPE),
]);

const ADMIN_EGRESS_PEER: Shape = Shape::Object(&[
    field("namespaces", "every Pod of the namespaces with these labels", SELECTOR),
    field("pods", "Pods by their labels and those of their namespace", SCOPE),
    field("nodes", "nodes by their labels", SELECTOR),
    field("networks", "ranges of addresses", Shape::List(&CIDR)),
    field("domainNames", "names in DNS", Shape::List(&Shape::Text)),
]);

const NUMBERED: Shape =
    Shape::Object(&[field("protocol", "the protocol", PROTOCOL), field("port", "the number", Shape::Text)]);

const RANGE: Shape = Shape::Object(&[
    field("protocol", "the protocol", PROTOCOL),
    field("start", "the first number", Shape::Text),
    field("end", "the last number", Shape::Text),
]);

const ADMIN_PORT: Shape = Shape::Object(&[
    field("portNumber", "one port", NUMBERED),
    field("portRange", "a range of ports", RANGE),
    field("namedPort", "the name of a container port", Shape::Port),
]);

const CLUSTER_PORT: Shape = Shape::Object(&[field(
    "destinationPort",
    "the ports at the destination",
    Shape::Object(&[
        field("number", "one port", Shape::Text),
        field(
            "range",
            "several ports",
            Shape::Object(&[
                field("start", "the first number", Shape::Text),
                field("end", "the last number", Shape::Text),
            ]),
        ),
    ]),
)]);

const CLUSTER_PROTOCOL: Shape = Shape::Object(&[
    field("tcp", "ports of TCP", CLUSTER_PORT),
    field("udp", "ports of UDP", CLUSTER_PORT),
    field("sctp", "ports of SCTP", CLUSTER_PORT),
    field("destinationNamedPort", "the name of a container port", Shape::Port),
]);

const ALLOW: (&str, &str) = ("Allow", "the connections are allowed, whatever NetworkPolicies say");
const ACCEPT: (&str, &str) = ("Accept", "the connections are allowed");
const DENY: (&str, &str) = ("Deny", "the connections are denied");
const PASS: (&str, &str) = ("Pass", "the rest of the tier is skipped");

/// The rules of one direction of a cluster-wide policy.
macro_rules! admin_rules {
    ($peers:literal: $peer:expr, $ports:literal: $port:expr, $($action:expr),+) => {
        Shape::List(&Shape::Object(&[
            field("name", "a name for people", Shape::Text),
            field("action", "what happens to the connections", Shape::Words(&[$($action),+])),
            field($peers, "the other end: one of these peers", Shape::List(&$peer)),
            field($ports, "on one of these ports; on every port where it is left out", Shape::List(&$port)),
        ]))
    };
}

const PRIORITY: Field = field("priority", "0 to 1000, the smallest is asked first", Shape::Text);

const fn subject() -> Field {
    field("subject", "the Pods that the policy applies to", SUBJECT)
}

const fn ingress(rules: Shape) -> Field {
    field("ingress", "rules for connections to the Pods; the first that matches decides", rules)
}

const fn egress(rules: Shape) -> Field {
    field("egress", "rules for connections from the Pods; the first that matches decides", rules)
}

static ADMIN_NETWORK_POLICY: Shape = Shape::Object(&object(
    CLUSTER_METADATA,
    Shape::Object(&[
        PRIORITY,
        subject(),
        ingress(admin_rules!("from": SUBJECT, "ports": ADMIN_PORT, ALLOW, DENY, PASS)),
        egress(admin_rules!("to": ADMIN_EGRESS_PEER, "ports": ADMIN_PORT, ALLOW, DENY, PASS)),
    ]),
));

static BASELINE_ADMIN_NETWORK_POLICY: Shape = Shape::Object(&object(
    CLUSTER_METADATA,
    Shape::Object(&[
        subject(),
        ingress(admin_rules!("from": SUBJECT, "ports": ADMIN_PORT, ALLOW, DENY)),
        egress(admin_rules!("to": ADMIN_EGRESS_PEER, "ports": ADMIN_PORT, ALLOW, DENY)),
    ]),
));

static CLUSTER_NETWORK_POLICY: Shape = Shape::Object(&object(
    CLUSTER_METADATA,
    Shape::Object(&[
        field(
            "tier",
            "when it is asked",
            Shape::Words(&[
                ("Admin", "before every NetworkPolicy"),
                ("Baseline", "for Pods that no NetworkPolicy selects"),
            ]),
        ),
        PRIORITY,
        subject(),
        ingress(admin_rules!("from": SUBJECT, "protocols": CLUSTER_PROTOCOL, ACCEPT, DENY, PASS)),
        egress(admin_rules!("to": ADMIN_EGRESS_PEER, "protocols": CLUSTER_PROTOCOL, ACCEPT, DENY, PASS)),
    ]),
));

/// A Service, as far as its Pods go.
static SERVICE: Shape = Shape::Object(&object(
    METADATA,
    Shape::Object(&[
        field("selector", "labels of the Pods that it sends to", Shape::Labels),
        field(
            "ports",
            "its ports",
            Shape::List(&Shape::Object(&[
                field("name", "its name", Shape::Text),
                field("protocol", "`TCP` where it is left out", PROTOCOL),
                field("port", "the number", Shape::Text),
                field("targetPort", "the number or name of a container port", Shape::Port),
            ])),
        ),
    ]),
));

/// An object of a kind that is none of these, or not yet told.
static OTHER: Shape = Shape::Object(&object(
    Shape::Object(&[field("namespace", "the namespace", Shape::Namespace)]),
    Shape::Text,
));

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(kind: &str, path: &str) -> Option<&'static Shape> {
        let step = |part: &str| match part.parse() {
            Ok(index) => Step::Item(index),
            Err(_) => Step::Key(part.to_owned().into()),
        };
        let steps: Vec<Step<'static>> = path.split('.').map(step).collect();
        of_kind(kind).at(&steps)
    }

    #[test]
    fn shapes_are_found_along_their_way() {
        let policy = |path| shape("NetworkPolicy", path);
        assert!(matches!(policy("spec.ingress.0.from.1"), Some(Shape::Object(fields)) if fields.len() == 3));
        assert!(matches!(policy("spec.podSelector.matchLabels"), Some(Shape::Labels)));
        assert!(matches!(policy("spec.podSelector.matchLabels.app"), Some(Shape::LabelValues)));
        assert!(matches!(policy("spec.egress.0.ports.0.port"), Some(Shape::Port)));
        assert!(policy("spec.egress.0.from").is_none());
        assert!(
            matches!(shape("ClusterNetworkPolicy", "spec.tier"), Some(Shape::Words(words)) if words.len() == 2)
        );
    }
}
