//! The file that `ringfence init` writes.

use super::schema;
use crate::rules::Group;

/// Every key with an explanation and an example. A line with one space after its `#` explains; the others say something
/// as soon as their `#` is taken away.
pub(super) fn template() -> String {
    let groups = Group::ALL.map(|group| format!("# - {}: {}\n", group.name(), group.summary())).concat();
    let head = format!("# yaml-language-server: $schema={}\n", schema::ID);
    [&head, BEFORE_GROUPS, &groups, AFTER_GROUPS].concat()
}

const BEFORE_GROUPS: &str = "\
# The configuration of Ringfence. Every key may be left out; what is written here commented out is an example.

# Configuration files that this one builds on, relative to this file. This file wins.
#extends: [../ringfence-base.yaml]

# The rules that run without being named: `default`, `recommended` or `strict`.
#set: default

# The namespace of objects that nothing else gives one.
#defaultNamespace: default

# The files to read, as globs; every YAML and JSON file unless something is written here.
#include: [deploy, 'clusters/**/*.yaml']

# The files to leave out.
#exclude: [vendor/, '*.gen.yaml']

# Levels of rules and groups: `off`, `on`, `info`, `warning` or `error`. A rule's own level wins over its group's.
# `ringfence rules` lists the rules with their options. The groups:
";

const AFTER_GROUPS: &str = "\
#rules:
#  review: error
#  namespace-wide-peer: {level: info}

# Levels for some objects only, by path, namespace and kind. Later items win.
#overrides:
#  - paths: ['overlays/dev/**']
#    namespaces: ['dev-*']
#    kinds: [NetworkPolicy]
#    rules: {default-deny: info}

# Custom resources whose controller runs Pods, beyond those that are known. `{name}` stands for the object's name;
# `exact` says that the Pods have no further labels.
#workloadKinds:
#  - apiGroup: example.com
#    kind: Website
#    templates: [spec.template]
#    labels: {example.com/website: '{name}'}
#    exact: true

# The controllers that serve Ingresses, Gateways and their routes, where they are not where the well-known ones usually
# are. `controller` is what an IngressClass or a GatewayClass calls it.
#ingressControllers:
#  - name: public
#    namespace: edge
#    pods: {app.kubernetes.io/name: ingress-nginx}
#    controller: k8s.io/ingress-nginx
";
