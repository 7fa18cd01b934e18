//! Where the Pods of well-known ingress and gateway controllers are, and what they are called.
//!
//! What stands here is what their own installation files and charts do unless they are told otherwise. An
//! installation that differs is named in the configuration, or its Pods are in the repository, where their labels
//! give them away.

/// A controller that many clusters have.
pub(super) struct Preset {
    /// What it is called.
    pub name: &'static str,
    /// What IngressClasses and GatewayClasses call it. A path may follow, where one cluster has several.
    pub controllers: &'static [&'static str],
    /// Names that IngressClasses of it usually have.
    pub ingress: &'static [&'static str],
    /// Names that GatewayClasses of it usually have.
    pub gateway: &'static [&'static str],
    /// Where its connections to Pods may come from.
    pub places: &'static [Place],
}

/// Where connections come from.
#[derive(Clone, Copy)]
pub(super) enum Place {
    /// Pods of a namespace.
    Pods {
        /// The namespace.
        namespace: &'static str,
        /// Labels of the namespace beyond its name.
        namespace_labels: Pairs,
        /// Labels of the Pods.
        labels: Pairs,
    },
    /// Pods that are made for each Gateway, beside it.
    Gateway {
        /// Whether they are labelled with the Gateway's name.
        labelled: bool,
    },
    /// A proxy on each node, which network policies see as neither a Pod nor an outside address.
    NodeProxy,
    /// Load balancers outside the cluster, or the nodes that they send to.
    Outside,
}

/// Keys and values of labels.
type Pairs = &'static [(&'static str, &'static str)];

const fn pods(namespace: &'static str, labels: Pairs) -> Place {
    Place::Pods { namespace, namespace_labels: &[], labels }
}

/// The label of Pods that are made for a Gateway: its name.
pub(super) const GATEWAY_LABEL: &str = "gateway.networking.k8s.io/gateway-name";

/// The preset of OpenShift's router, which serves every Route.
pub(super) const OPENSHIFT: Preset = Preset {
    name: "the OpenShift router",
    controllers: &["openshift.io/ingress-to-route"],
    ingress: &["openshift-default"],
    gateway: &[],
    places: &[
        Place::Pods {
            namespace: "openshift-ingress",
            namespace_labels: &[
                ("network.openshift.io/policy-group", "ingress"),
                ("policy-group.network.openshift.io/ingress", ""),
            ],
            labels: &[("ingresscontroller.operator.openshift.io/deployment-ingresscontroller", "default")],
        },
        // A router on the node's network counts as this namespace, which has no Pods.
        Place::Pods {
            namespace: "openshift-host-network",
            namespace_labels: &[
                ("policy-group.network.openshift.io/host-network", ""),
                ("policy-group.network.openshift.io/ingress", ""),
            ],
            labels: &[],
        },
    ],
};

/// Every preset.
pub(super) const PRESETS: &[Preset] = &[
    Preset {
        name: "ingress-nginx",
        controllers: &["k8s.io/ingress-nginx"],
        ingress: &["nginx"],
        gateway: &[],
        places: &[pods(
            "ingress-nginx",
            &[("app.kubernetes.io/component", "controller"), ("app.kubernetes.io/name", "ingress-nginx")],
        )],
    },
    Preset {
        name: "the NGINX Ingress Controller of F5",
        controllers: &["nginx.org/ingress-controller"],
        ingress: &["nginx"],
        gateway: &[],
        places: &[pods("nginx-ingress", &[("app.kubernetes.io/name", "nginx-ingress")])],
    },
    Preset {
        name: "Traefik",
        controllers: &["traefik.io/ingress-controller", "traefik.io/gateway-controller"],
        ingress: &["traefik"],
        gateway: &["traefik"],
        places: &[
            pods("kube-system", &[("app.kubernetes.io/name", "traefik")]),
            pods("traefik", &[("app.kubernetes.io/name", "traefik")]),
        ],
    },
    Preset {
        name: "the HAProxy Kubernetes Ingress Controller",
        controllers: &["haproxy.org/ingress-controller"],
        ingress: &["haproxy"],
        gateway: &[],
        places: &[
            pods("haproxy-controller", &[("run", "haproxy-ingress")]),
            pods("haproxy-controller", &[("app.kubernetes.io/name", "kubernetes-ingress")]),
        ],
    },
    Preset {
        name: "HAProxy Ingress",
        controllers: &["haproxy-ingress.github.io/controller"],
        ingress: &["haproxy"],
        gateway: &[],
        places: &[pods("ingress-controller", &[("run", "haproxy-ingress")])],
    },
    Preset {
        name: "Contour",
        controllers: &["projectcontour.io/ingress-controller", "projectcontour.io/ingress-contour"],
        ingress: &["contour"],
        gateway: &[],
        places: &[pods("projectcontour", &[("app", "envoy")])],
    },
    Preset {
        name: "Contour",
        controllers: &["projectcontour.io/gateway-controller"],
        ingress: &[],
        gateway: &["contour"],
        places: &[pods("projectcontour", &[("app", "envoy")]), Place::Gateway { labelled: false }],
    },
    Preset {
        name: "the ingress gateway of Istio",
        controllers: &["istio.io/ingress-controller"],
        ingress: &["istio"],
        gateway: &[],
        places: &[pods("istio-system", &[("istio", "ingressgateway")])],
    },
    Preset {
        name: "the Gateway of Istio",
        controllers: &["istio.io/gateway-controller"],
        ingress: &[],
        gateway: &["istio"],
        places: &[Place::Gateway { labelled: true }],
    },
    Preset {
        name: "Kong",
        controllers: &["ingress-controllers.konghq.com/kong"],
        ingress: &["kong"],
        gateway: &["kong"],
        places: &[pods("kong", &[])],
    },
    Preset {
        name: "NGINX Gateway Fabric",
        controllers: &["gateway.nginx.org/nginx-gateway-controller"],
        ingress: &[],
        gateway: &["nginx"],
        places: &[
            Place::Gateway { labelled: true },
            pods("nginx-gateway", &[("app.kubernetes.io/name", "nginx-gateway-fabric")]),
        ],
    },
    Preset {
        name: "Envoy Gateway",
        controllers: &["gateway.envoyproxy.io/gatewayclass-controller"],
        ingress: &[],
        gateway: &["eg"],
        places: &[pods(
            "envoy-gateway-system",
            &[
                ("app.kubernetes.io/component", "proxy"),
                ("app.kubernetes.io/managed-by", "envoy-gateway"),
                ("app.kubernetes.io/name", "envoy"),
            ],
        )],
    },
    Preset {
        name: "Cilium",
        controllers: &["cilium.io/ingress-controller", "io.cilium/gateway-controller"],
        ingress: &["cilium"],
        gateway: &["cilium"],
        places: &[Place::NodeProxy],
    },
    Preset {
        name: "the AWS Load Balancer Controller",
        controllers: &["ingress.k8s.aws/alb"],
        ingress: &["alb"],
        gateway: &[],
        places: &[Place::Outside],
    },
    Preset {
        name: "the load balancers of Google Cloud",
        controllers: &["networking.gke.io/gateway"],
        ingress: &["gce", "gce-internal"],
        gateway: &[
            "gke-l7-global-external-managed",
            "gke-l7-gxlb",
            "gke-l7-regional-external-managed",
            "gke-l7-rilb",
        ],
        places: &[Place::Outside],
    },
    Preset {
        name: "the Application Gateway of Azure",
        controllers: &["azure/application-gateway"],
        ingress: &["azure/application-gateway", "azure-application-gateway"],
        gateway: &[],
        places: &[Place::Outside],
    },
    OPENSHIFT,
];

impl Preset {
    /// Whether a class calls its controller so.
    pub(super) fn is_called(&self, controller: &str) -> bool {
        self.controllers.iter().any(|own| {
            let rest = controller.strip_prefix(own);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    }
}
