//! Bytes of one file → its objects. Pure, and never fails: what can't be read becomes a fault or a skipped document.

use std::borrow::Cow;
use std::sync::Arc;

use k8s_openapi::api::core::v1::ServiceSpec;
use k8s_openapi::api::networking::v1::NetworkPolicySpec;
use serde::de::DeserializeOwned;

use super::admin::{self, AdminKind, AdminPolicy, AdminSpec, BaselineSpec, ClusterSpec, Tier, WrittenSpec};
use super::custom::{self, CustomWorkload};
use super::fault::{Fault, FaultKind};
use super::kinds::{Role, WorkloadKind, role};
use super::workload::{ObjectMeta, OwnerReference, PodStatus, PodTemplateSpec};
use super::{
    Body, Direction, File, NetworkPolicy, Object, Owner, PREFIX, SkippedDocument, Workload, exposure, fields,
    layout, nearest, policy, service,
};
use crate::sets::Labels;
use crate::text::{SourceFile, Span};
use crate::yaml::{self, Limits, Node, NodeKind, UnknownField};

/// What a reader needs to know beyond the bytes.
#[derive(Clone, Debug)]
pub struct ReadOptions {
    custom: Vec<CustomWorkload>,
    /// Bounds on documents.
    pub limits: Limits,
}

impl ReadOptions {
    /// Options with further custom resources that make Pods; they win over the known ones of the same kind.
    pub fn new(further: &[CustomWorkload]) -> Self {
        Self { custom: further.iter().cloned().chain(custom::known()).collect(), limits: Limits::default() }
    }
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self::new(&[])
    }
}

/// Reads one file.
pub fn read_file(path: &str, bytes: &[u8], options: &ReadOptions) -> File {
    let source = SourceFile::new(path, bytes);
    let text = Arc::clone(&source.text);
    let mut file =
        File { source, documents: Vec::new(), objects: Vec::new(), unread: 0, skipped: Vec::new() };
    for span in yaml::documents(&text) {
        if is_unread(&text, span, options) {
            file.unread += 1;
        } else {
            read_document(&text, span, options, &mut file);
        }
    }
    file
}

/// Whether the document is certainly an object of a kind that no rule reads, judged without parsing it.
fn is_unread(text: &str, span: Span, options: &ReadOptions) -> bool {
    let peek = yaml::peek(text, span);
    let (Some(api_version), Some(kind), true) = (peek.api_version, peek.kind, peek.certain) else {
        return false;
    };
    match role(api_version, kind, &options.custom) {
        Role::Unread => !may_hold_pods(api_version, span.of(text)),
        Role::ConfigMap => !configures_network_plugin(span.of(text)),
        Role::OtherPolicy(api) => api.only_with.is_some_and(|needle| !span.of(text).contains(needle)),
        _ => false,
    }
}

/// Whether a custom resource plausibly holds a Pod template: it is of no API group of Kubernetes itself and names
/// containers.
fn may_hold_pods(api_version: &str, text: &str) -> bool {
    let group = super::group(api_version);
    group.contains('.')
        && !group.ends_with(".k8s.io")
        && text.contains("containers:")
        && text.contains("image:")
}

/// The names of the ConfigMaps that well-known network plugins read.
const PLUGIN_CONFIGS: [&str; 4] = ["cilium-config", "kube-flannel-cfg", "amazon-vpc-cni", "kindnet"];

fn configures_network_plugin(text: &str) -> bool {
    PLUGIN_CONFIGS.iter().any(|name| text.contains(name))
}

fn read_document(text: &Arc<str>, span: Span, options: &ReadOptions, file: &mut File) {
    let document = yaml::parse(text, span, &options.limits);
    let index = u32::try_from(file.documents.len()).unwrap_or(u32::MAX);
    let mut objects = Vec::new();
    let mut reader =
        Reader { options, document: index, objects: &mut objects, unread: 0, skipped: Vec::new() };
    let skipped = match document.node(text) {
        Some(root) => reader.read_root(root, &file.source.path),
        None if document.problems.is_empty() => None,
        None => Some(("it can't be parsed", true)),
    };
    file.unread += reader.unread;
    file.skipped.append(&mut reader.skipped);
    file.objects.append(&mut objects);
    file.skipped.extend(skipped.map(|(reason, lost)| SkippedDocument { span, reason, lost }));
    file.documents.push(document);
}

/// A list, and the API version and kind that its items have where they don't say so themselves.
#[derive(Clone, Copy)]
struct ListOf<'l> {
    item: Option<(&'l str, &'l str)>,
}

struct Reader<'r> {
    options: &'r ReadOptions,
    document: u32,
    objects: &'r mut Vec<Object>,
    unread: u32,
    /// Items of lists that are no objects.
    skipped: Vec<SkippedDocument>,
}

impl Reader<'_> {
    /// Reads the root of a document; otherwise says why it is no object.
    fn read_root(&mut self, root: Node<'_>, path: &str) -> Option<(&'static str, bool)> {
        let file_name = path.rsplit('/').next().unwrap_or(path);
        let is_kustomization =
            matches!(file_name, "kustomization.yaml" | "kustomization.yml" | "Kustomization");
        match root.kind() {
            NodeKind::Mapping if is_kustomization => {
                self.push_kustomization(root, path);
                None
            }
            NodeKind::Mapping => self.read_object(root, None),
            NodeKind::Sequence => Some(("it is a list, not a Kubernetes object", false)),
            NodeKind::Scalar if root.is_null() => None,
            NodeKind::Scalar => Some(("it is a single value, not a Kubernetes object", false)),
        }
    }

    /// Reads an object; otherwise says why it is none. `list` is the list that holds it.
    fn read_object(&mut self, node: Node<'_>, list: Option<ListOf<'_>>) -> Option<(&'static str, bool)> {
        let text = |key: &str| node.get(key).and_then(Node::as_str);
        let typed = list.and_then(|list| list.item);
        let (api_version, kind) = match (text("apiVersion"), text("kind")) {
            (Some(api_version), Some(kind)) => (api_version, kind),
            (None, None) => match typed {
                Some(typed) => typed,
                None => return Some(("it has no `apiVersion` and no `kind`", false)),
            },
            (Some(_), None) => return Some(("it has an `apiVersion` but no `kind`", true)),
            (None, Some(_)) => return Some(("it has a `kind` but no `apiVersion`", false)),
        };
        match role(api_version, kind, &self.options.custom) {
            Role::List => self.read_list(node, api_version, kind, list.is_some()),
            Role::Unread if !may_hold_pods(api_version, node.raw()) => self.unread += 1,
            Role::ConfigMap if !configures_network_plugin(node.raw()) => self.unread += 1,
            Role::OtherPolicy(api) if api.only_with.is_some_and(|needle| !node.raw().contains(needle)) => {
                self.unread += 1;
            }
            role => {
                let object = self.object(node, api_version, kind, role);
                self.objects.push(object);
            }
        }
        None
    }

    fn read_list(&mut self, node: Node<'_>, api_version: &str, kind: &str, in_list: bool) {
        if in_list {
            let mut list = self.bare_object(node, api_version, kind, Body::Unknown);
            list.faults.push(
                Fault::tolerated(FaultKind::Shape, "kind", "a List stands inside a List")
                    .help("its items were read; write them into the outer List"),
            );
            self.objects.push(list);
        }
        let item = kind.strip_suffix("List").filter(|item| !item.is_empty());
        let list = ListOf { item: item.map(|item| (api_version, item)) };
        // Lists nest no deeper than the depth limit of the front end.
        for item in node.get("items").into_iter().flat_map(Node::items) {
            let skipped = match item.kind() {
                NodeKind::Mapping => self.read_object(item, Some(list)),
                _ => Some(("the item of the list is no Kubernetes object", true)),
            };
            let span = item.span();
            self.skipped.extend(skipped.map(|(reason, lost)| SkippedDocument { span, reason, lost }));
        }
    }

    fn bare_object(&self, node: Node<'_>, api_version: &str, kind: &str, body: Body) -> Object {
        Object {
            api_version: Arc::from(api_version),
            kind: Arc::from(kind),
            name: Arc::from(""),
            generated_name: false,
            namespace: None,
            labels: Labels::default(),
            owner: None,
            annotations: Vec::new(),
            document: self.document,
            node: node.id(),
            body,
            faults: Vec::new(),
        }
    }

    fn push_kustomization(&mut self, root: Node<'_>, path: &str) {
        let mut faults = Vec::new();
        let read = typed(root, "", Fields::Lenient, &mut faults);
        let body = read.map_or(Body::Broken("Kustomization"), Body::Kustomization);
        let mut object = self.bare_object(root, "kustomize.config.k8s.io/v1beta1", "Kustomization", body);
        let folder = path.rsplit_once('/').map_or(".", |(folder, _)| folder);
        object.name = Arc::from(folder);
        object.faults = faults;
        self.objects.push(object);
    }

    fn object(&self, node: Node<'_>, api_version: &str, kind: &str, role: Role<'_>) -> Object {
        let mut object = self.bare_object(node, api_version, kind, Body::Unknown);
        let mut faults = Vec::new();
        let meta = node.get("metadata").filter(|meta| !meta.is_null());
        let checked = match role {
            Role::Namespace | Role::Node | Role::Service | Role::NetworkPolicy { .. } | Role::Workload(_) => {
                Fields::Strict
            }
            Role::AdminPolicy(kind) => Fields::of_version(kind, api_version),
            _ => Fields::Lenient,
        };
        let read = meta.and_then(|meta| typed::<ObjectMeta>(meta, "metadata", checked, &mut faults));
        let broken_meta = meta.is_some() && read.is_none();
        let meta = read.unwrap_or_default();
        object.generated_name = meta.name.is_none() && meta.generate_name.is_some();
        object.name = meta.name.or(meta.generate_name).map_or(object.name, Arc::from);
        object.namespace = meta.namespace.filter(|namespace| !namespace.is_empty()).map(Arc::from);
        object.labels = Labels::from(meta.labels.unwrap_or_default());
        object.owner = owner(&meta.owner_references.unwrap_or_default(), kind);
        object.annotations = own_annotations(meta.annotations.unwrap_or_default());
        if broken_meta {
            salvage_identity(node, &mut object);
        }
        object.body = body(node, role, &object, &mut faults);
        faults.dedup();
        object.faults = faults;
        object
    }
}

/// The owner that controls an object of kind `of`, else the first one; one without a kind is of the same kind.
fn owner(references: &[OwnerReference], of: &str) -> Option<Owner> {
    let named = |reference: &OwnerReference| {
        let kind = reference.kind.as_deref().unwrap_or(of);
        Some(Owner { kind: Arc::from(kind), name: Arc::from(reference.name.as_deref()?) })
    };
    let controller = references.iter().find(|reference| reference.controller == Some(true));
    controller.or(references.first()).and_then(named)
}

/// Name and namespace of an object whose metadata has a wrong type somewhere.
fn salvage_identity(node: Node<'_>, object: &mut Object) {
    let text = |path: &str| node.at(path).and_then(|value| value.as_str()).map(Arc::from);
    object.name = text("metadata.name").unwrap_or_else(|| Arc::from(""));
    object.namespace = text("metadata.namespace");
}

fn own_annotations(annotations: std::collections::BTreeMap<String, String>) -> Vec<(String, String)> {
    let own = |(key, value): (String, String)| Some((key.strip_prefix(PREFIX)?.to_owned(), value));
    annotations.into_iter().filter_map(own).collect()
}

fn body(node: Node<'_>, role: Role<'_>, object: &Object, faults: &mut Vec<Fault>) -> Body {
    match role {
        Role::Namespace => {
            unknown_keys(node, "", fields::TOP, faults);
            Body::Namespace
        }
        Role::Node => Body::Node,
        Role::Workload(kind) => builtin_workload(node, kind, faults),
        Role::Custom(custom) => Body::Workloads(custom_workloads(node, custom, &object.name, faults)),
        Role::Service => service(node, faults),
        Role::NetworkPolicy { removed } => network_policy(node, removed, faults),
        Role::AdminPolicy(kind) => {
            let checked = Fields::of_version(kind, &object.api_version);
            Body::AdminPolicy(admin_policy(node, kind, checked, &object.name, faults))
        }
        Role::OtherPolicy(api) => Body::OtherPolicy(api),
        Role::Ingress => Body::Exposure(exposure::ingress(node)),
        Role::GatewayRoute => Body::Exposure(exposure::gateway_route(node)),
        Role::OpenShiftRoute => Body::Exposure(exposure::openshift_route(node)),
        Role::Gateway => Body::Gateway(exposure::gateway(node)),
        Role::IngressClass => Body::ControllerClass(exposure::ingress_class(node)),
        Role::GatewayClass => Body::ControllerClass(exposure::gateway_class(node)),
        Role::ReferenceGrant => Body::ReferenceGrant(exposure::reference_grant(node)),
        Role::Kustomization => typed(node, "", Fields::Lenient, faults)
            .map_or(Body::Broken("Kustomization"), Body::Kustomization),
        Role::ArgoApplication => layout::argo_application(node).map_or(Body::Unknown, Body::Deployed),
        Role::FluxKustomization => layout::flux_kustomization(node).map_or(Body::Unknown, Body::Deployed),
        Role::ConfigMap => Body::ConfigMap,
        Role::List | Role::Unread => Body::Unknown,
    }
}

fn network_policy(node: Node<'_>, removed: bool, faults: &mut Vec<Fault>) -> Body {
    unknown_keys(node, "", fields::TOP, faults);
    let spec = match node.get("spec").filter(|spec| !spec.is_null()) {
        Some(spec) => typed(spec, "spec", Fields::Strict, faults),
        None => Some(NetworkPolicySpec::default()),
    };
    let Some(spec) = spec else { return Body::NetworkPolicy(NetworkPolicy::unreadable()) };
    let (policy, found) = policy::compile(&spec, removed);
    faults.extend(found);
    misplaced_peers(faults);
    Body::NetworkPolicy(policy)
}

fn admin_policy(
    node: Node<'_>,
    kind: AdminKind,
    checked: Fields,
    name: &str,
    faults: &mut Vec<Fault>,
) -> AdminPolicy {
    if checked == Fields::Strict {
        unknown_keys(node, "", fields::TOP, faults);
    }
    let tier = match kind {
        AdminKind::Admin => Tier::Admin,
        AdminKind::Baseline => Tier::Baseline,
        AdminKind::Cluster => match node.at("spec.tier").and_then(Node::as_str) {
            Some("Baseline") => Tier::Baseline,
            _ => Tier::Admin,
        },
    };
    let Some(spec) = node.get("spec").filter(|spec| !spec.is_null()) else {
        let message = format!("a {} needs a `spec`", kind.name());
        faults.push(
            Fault::refused(FaultKind::WrongType, "spec", message)
                .help("the API server refuses the object: write the spec"),
        );
        return AdminPolicy::unreadable(tier);
    };
    let written: Option<WrittenSpec> = match kind {
        AdminKind::Admin => typed::<AdminSpec>(spec, "spec", checked, faults).map(Into::into),
        AdminKind::Baseline => typed::<BaselineSpec>(spec, "spec", checked, faults).map(Into::into),
        AdminKind::Cluster => typed::<ClusterSpec>(spec, "spec", checked, faults).map(Into::into),
    };
    let Some(written) = written else { return AdminPolicy::unreadable(tier) };
    let (policy, found) = admin::compile(kind, &written, spec, name);
    faults.extend(found);
    policy
}

/// `from` in an egress rule and `to` in an ingress rule are unknown fields with a meaning of their own: the API
/// server drops them, and what is left allows everybody.
fn misplaced_peers(faults: &mut [Fault]) {
    for fault in faults.iter_mut().filter(|fault| fault.kind == FaultKind::UnknownField) {
        for direction in Direction::BOTH {
            let wrong = direction.opposite().peers_field();
            let in_rule = fault.field.strip_prefix("spec.").is_some_and(|rest| {
                rest.strip_prefix(direction.name()).is_some_and(|rest| rest.starts_with('['))
                    && rest.ends_with(&format!("].{wrong}"))
            });
            if in_rule {
                let right = direction.peers_field();
                fault.kind = FaultKind::Peer;
                fault.message = format!(
                    "`{wrong}` in an {} rule is ignored, so the rule allows everybody",
                    direction.name()
                );
                fault.help = Some(format!("write `{right}`"));
                fault.replacement = Some(right.to_owned());
            }
        }
    }
}

fn builtin_workload(node: Node<'_>, kind: &'static WorkloadKind, faults: &mut Vec<Fault>) -> Body {
    unknown_keys(node, "", fields::TOP, faults);
    if kind.template.is_empty() {
        return pod(node, faults);
    }
    if let Some(spec) = node.get("spec") {
        unknown_keys(spec, "spec", fields::workload_spec(kind.kind), faults);
    }
    let Some(template) = node.at(kind.template).filter(|template| !template.is_null()) else {
        let message = format!("a {} needs a Pod template at `{}`", kind.kind, kind.template);
        faults.push(
            Fault::refused(FaultKind::WrongType, kind.template, message)
                .help("the API server refuses the object: write the template"),
        );
        return Body::Broken(kind.kind);
    };
    match typed::<PodTemplateSpec>(template, kind.template, Fields::Strict, faults) {
        Some(pod) => {
            let mut workload = Workload::new(kind.template, pod);
            workload.runtime_labels = kind.runtime_labels;
            Body::Workloads(vec![workload])
        }
        None => Body::Broken(kind.kind),
    }
}

fn pod(node: Node<'_>, faults: &mut Vec<Fault>) -> Body {
    let status = node.get("status").filter(|status| !status.is_null());
    let status: PodStatus =
        status.and_then(|status| typed(status, "status", Fields::Lenient, faults)).unwrap_or_default();
    let completed = status.is_completed();
    match typed::<PodTemplateSpec>(node, "", Fields::OnlySpec, faults) {
        Some(_) if completed => Body::Workloads(Vec::new()),
        Some(pod) => Body::Workloads(vec![Workload::new("", pod).with_status(status)]),
        None => Body::Broken("Pod"),
    }
}

fn custom_workloads(
    node: Node<'_>,
    custom: &CustomWorkload,
    name: &str,
    faults: &mut Vec<Fault>,
) -> Vec<Workload> {
    let mut templates = Vec::new();
    for pattern in &custom.templates {
        expand(node, pattern, "", &mut templates);
    }
    let mut workloads: Vec<_> = templates
        .into_iter()
        .filter_map(|(path, template)| {
            let pod = typed::<PodTemplateSpec>(template, &path, Fields::Lenient, faults)?;
            Some(Workload::new(path, pod))
        })
        .collect();
    if workloads.is_empty() {
        workloads.push(Workload::new("", PodTemplateSpec::default()));
    }
    for workload in &mut workloads {
        for (key, value) in &custom.labels {
            workload.labels.insert(key.clone(), value.replace("{name}", name));
        }
        workload.open_labels = !custom.exact;
    }
    workloads
}

/// The nodes at a path in which `[*]` stands for each item.
fn expand<'n>(node: Node<'n>, pattern: &str, prefix: &str, found: &mut Vec<(String, Node<'n>)>) {
    let join = |prefix: &str, rest: &str| {
        if prefix.is_empty() { rest.to_owned() } else { format!("{prefix}.{rest}") }
    };
    match pattern.split_once("[*]") {
        Some((list, rest)) => {
            let path = join(prefix, list);
            let items = node.at(list).into_iter().flat_map(|list| list.items()).enumerate();
            for (i, item) in items {
                expand(item, rest.trim_start_matches('.'), &format!("{path}[{i}]"), found);
            }
        }
        None => found.extend(node.at(pattern).map(|template| (join(prefix, pattern), template))),
    }
}

fn service(node: Node<'_>, faults: &mut Vec<Fault>) -> Body {
    unknown_keys(node, "", fields::TOP, faults);
    let spec = match node.get("spec").filter(|spec| !spec.is_null()) {
        Some(spec) => typed::<ServiceSpec>(spec, "spec", Fields::Strict, faults),
        None => Some(ServiceSpec::default()),
    };
    let Some(spec) = spec else { return Body::Broken("Service") };
    Body::Service(service::compile(spec, node.at("metadata.annotations")))
}

/// Which unknown fields of a typed read are faults.
#[derive(Clone, Copy, PartialEq)]
enum Fields {
    /// All.
    Strict,
    /// None: the type is a thin view of a larger object.
    Lenient,
    /// All but those of the outermost struct and of metadata, which are checked elsewhere.
    OnlySpec,
}

impl Fields {
    /// All fields are known of the one version whose shape is known.
    fn of_version(kind: AdminKind, api_version: &str) -> Self {
        if api_version == kind.known_version() { Self::Strict } else { Self::Lenient }
    }

    fn is_fault(self, owner: &str) -> bool {
        match self {
            Self::Strict => true,
            Self::Lenient => false,
            Self::OnlySpec => !matches!(owner, "PodTemplateSpec" | "ObjectMeta"),
        }
    }
}

/// Reads a typed value; a wrong type becomes a fault, and so do unknown fields where `fields` says so.
fn typed<T: DeserializeOwned>(
    node: Node<'_>,
    field: &str,
    fields: Fields,
    faults: &mut Vec<Fault>,
) -> Option<T> {
    let (value, unknown_fields) = yaml::from_node::<T>(node);
    for found in unknown_fields.iter().filter(|found| fields.is_fault(found.owner)) {
        faults.extend(unknown_field(found, field));
    }
    match value {
        Ok(value) => Some(value),
        Err(error) => {
            faults.push(
                Fault::refused(FaultKind::WrongType, join_path(field, &error.path), error.message)
                    .help("the API server refuses the object: correct the value's type"),
            );
            None
        }
    }
}

fn join_path<'p>(prefix: &'p str, rest: &'p str) -> Cow<'p, str> {
    match (prefix, rest) {
        ("", rest) => Cow::Borrowed(rest),
        (prefix, "") => Cow::Borrowed(prefix),
        (prefix, rest) if rest.starts_with('[') => Cow::Owned(format!("{prefix}{rest}")),
        (prefix, rest) => Cow::Owned(format!("{prefix}.{rest}")),
    }
}

fn unknown_field(found: &UnknownField, prefix: &str) -> Option<Fault> {
    let further = fields::further(found.owner);
    if further.contains(&&*found.name) {
        return None;
    }
    let known = || found.known.iter().chain(further).copied();
    Some(unknown_field_fault(&join_path(prefix, &found.path), &found.name, known()))
}

fn unknown_field_fault<'k>(parent: &str, name: &str, known: impl Iterator<Item = &'k str>) -> Fault {
    let near = nearest(name, known);
    let place =
        if parent.is_empty() { "at the top of the object".to_owned() } else { format!("in `{parent}`") };
    let help = match near {
        Some(near) => format!("the API server drops it: did you mean `{near}`?"),
        None => "the API server drops it: remove it, or move it to where it belongs".to_owned(),
    };
    let mut field = parent.to_owned();
    yaml::push_key(&mut field, name);
    Fault::tolerated(FaultKind::UnknownField, field, format!("`{name}` is no field {place}"))
        .help(help)
        .replacement(near)
}

/// Checks the keys of one mapping against a list.
fn unknown_keys(node: Node<'_>, parent: &str, known: &[&str], faults: &mut Vec<Fault>) {
    if known.is_empty() {
        return;
    }
    for entry in node.entries() {
        let Some(name) = entry.key.as_str().filter(|name| !known.contains(name)) else { continue };
        faults.push(unknown_field_fault(parent, name, known.iter().copied()));
    }
}
