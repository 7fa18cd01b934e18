//! The Pods that carry clients' connections into the cluster: ingress and gateway controllers, as configured.

use crate::sets::Labels;

/// A controller of Ingresses or of Gateways.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Controller {
    /// What it is called; it serves the classes of this name where no manifest says who does.
    pub name: String,
    /// The namespace of its Pods.
    pub namespace: String,
    /// Labels that its Pods have; they may have more.
    pub pods: Labels,
    /// What IngressClasses and GatewayClasses call it: `spec.controller`, `spec.controllerName`.
    pub controller: Option<String>,
}
