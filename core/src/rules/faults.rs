//! What is wrong with objects by themselves, for the rules that each report one sort of it.

use super::{Inputs, Reporter, edits};
use crate::cluster::{ObjectId, Origin, Placement};
use crate::diagnostics::{Diagnostic, Fix, Safety, Severity};
use crate::model::{Fault, FaultKind, Object};

/// Reports every fault of one sort.
pub(super) fn report(kind: FaultKind, inputs: &Inputs<'_>, report: &mut Reporter<'_>) {
    for (id, object) in objects(inputs) {
        for fault in object.faults.iter().filter(|fault| fault.kind == kind) {
            if !stands_in_source(inputs, report, id, fault) {
                let finding = finding(id, object, fault, report);
                report.push(finding);
            }
        }
    }
}

/// The objects that are deployed: not the patches of kustomizations and the templates of charts, which are parts.
pub(super) fn objects<'a>(inputs: &Inputs<'a>) -> impl Iterator<Item = (ObjectId, &'a Object)> {
    let layout = inputs.layout;
    let whole = inputs.repository.entries().filter(|(id, entry)| {
        let placement = layout.placement(*id, &entry.file.source.path);
        entry.origin != Origin::Written
            || matches!(placement, Placement::Loose | Placement::InKustomization(_))
    });
    whole.flat_map(|(id, _)| inputs.repository.objects_of(id))
}

/// Whether a rendered object has the fault from its source, where it is reported.
fn stands_in_source(inputs: &Inputs<'_>, report: &Reporter<'_>, id: ObjectId, fault: &Fault) -> bool {
    let source = report.source_of(id).filter(|source| *source != id);
    let source = source.and_then(|source| inputs.repository.object(source));
    source.is_some_and(|source| source.faults.iter().any(|f| f.kind == fault.kind && f.field == fault.field))
}

fn finding(id: ObjectId, object: &Object, fault: &Fault, report: &Reporter<'_>) -> Diagnostic {
    let mut finding = report.finding(id, &fault.field, &*fault.message);
    if is_about_key(fault) {
        finding.location = report.key_place(id, &fault.field);
    }
    if fault.kind == FaultKind::PolicyType && !fault.refused {
        finding = finding.severity(Severity::Warning);
    }
    if let Some(help) = &fault.help {
        finding = finding.help(&**help);
    }
    if fault.kind == FaultKind::WrongType {
        finding = finding
            .note(format!("what this {} would do is unknown, and so is what hangs on it", object.kind));
    }
    finding.fix(fix(id, fault, report))
}

/// Whether the field's name is at fault, not its value.
fn is_about_key(fault: &Fault) -> bool {
    fault.kind == FaultKind::UnknownField || (fault.kind == FaultKind::Peer && fault.replacement.is_some())
}

fn fix(id: ObjectId, fault: &Fault, report: &Reporter<'_>) -> Option<Fix> {
    let text = fault.replacement.as_deref()?;
    let title = format!("write `{text}`");
    Some(match fault.kind {
        _ if is_about_key(fault) => edits::rename(report, id, &fault.field, text, title, Safety::Suggestion),
        FaultKind::PolicyType => {
            edits::replace(report, id, &fault.field, text, title, Safety::ChangesTraffic)
        }
        _ => edits::replace(report, id, &fault.field, text, title, Safety::Suggestion),
    })
}
