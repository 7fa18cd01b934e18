//! Exposure as text: for each workload and direction who else could come.

use annotate_snippets::renderer::{DEFAULT_EMPHASIS_STYLE, DEFAULT_ERROR_STYLE, DEFAULT_WARNING_STYLE};

use super::plain::one_line;
use super::text::paint;
use super::{Style, pretty};
use crate::engine::Flow;
use crate::model::Direction;
use crate::sets::AddressSet;
use crate::wire::ExposureReport;
use crate::workspace::{ExposedSide, Exposure, PotentialPeer, addresses_name};

/// Exposure as JSON.
pub fn exposure_json(exposures: &[Exposure]) -> String {
    pretty(&ExposureReport::from(exposures))
}

/// Exposure as text, then the workloads that no policy protects.
pub fn exposure_text(exposures: &[Exposure], style: &Style) -> String {
    let mut text = String::new();
    for one in exposures {
        text.push_str(&format!("{}\n", paint(style, DEFAULT_EMPHASIS_STYLE, &one_line(&title(one)))));
        for (direction, side) in [(Direction::Ingress, &one.ingress), (Direction::Egress, &one.egress)] {
            text.push_str(&one_side(direction, side, style));
        }
        text.push('\n');
    }
    let open = exposures.iter().flat_map(|one| {
        let sides = [(Direction::Ingress, &one.ingress), (Direction::Egress, &one.egress)];
        sides.into_iter().filter(|(_, side)| !side.protected).map(move |(direction, _)| (one, direction))
    });
    for (one, direction) in open {
        let line = format!("{} is selected by no policy for {}", title(one), direction.name());
        text.push_str(&format!(
            "{}: {}\n",
            paint(style, DEFAULT_ERROR_STYLE, "unprotected"),
            one_line(&line)
        ));
    }
    text
}

fn title(one: &Exposure) -> String {
    if one.overlay.is_empty() { one.workload.clone() } else { format!("{}: {}", one.overlay, one.workload) }
}

fn one_side(direction: Direction, side: &ExposedSide, style: &Style) -> String {
    let word = match direction {
        Direction::Ingress => "from",
        Direction::Egress => "to",
    };
    let mut text = String::new();
    for peer in &side.peers {
        let existing = match peer.workloads {
            0 => "",
            _ => ", as some are already",
        };
        let who = format!("{}{existing}", described(peer));
        text.push_str(&format!(
            "  {} {word} {}: {}\n",
            direction.name(),
            one_line(&who),
            flowing(&peer.flow, style)
        ));
    }
    for (addresses, flow) in &side.addresses {
        for family in [AddressSet::all_ipv4(), AddressSet::all_ipv6()] {
            let part = addresses.intersect(&family);
            if !part.is_empty() {
                let name = addresses_name(&part, &family);
                text.push_str(&format!("  {} {word} {name}: {}\n", direction.name(), flowing(flow, style)));
            }
        }
    }
    if side.peers.is_empty() && side.addresses.is_empty() {
        text.push_str(&format!("  {}: nobody else\n", direction.name()));
    }
    for name in &side.named_ports {
        let note = format!("port `{name}` is resolved at Pods that exist, and left out here");
        text.push_str(&format!("  {}: {}\n", direction.name(), one_line(&note)));
    }
    text
}

fn described(peer: &PotentialPeer) -> String {
    let selected = |selector: &crate::sets::LabelSelector| {
        if selector.is_everything() { String::new() } else { format!(" with `{selector}`") }
    };
    let pods = selected(&peer.pods.pods);
    let pods = if pods.is_empty() { "any Pod".to_owned() } else { format!("Pods{pods}") };
    match (&peer.namespace, peer.pods.namespaces.is_everything()) {
        (Some(name), _) => format!("{pods} of {name}"),
        (None, true) => format!("{pods} of any namespace"),
        (None, false) => format!("{pods} of namespaces{}", selected(&peer.pods.namespaces)),
    }
}

fn flowing(flow: &Flow, style: &Style) -> String {
    let unknown = flow.unknown();
    let open = || paint(style, DEFAULT_WARNING_STYLE, &format!("? {unknown}"));
    match (flow.certain.is_empty(), unknown.is_empty()) {
        (_, true) => flow.certain.to_string(),
        (true, false) => open(),
        (false, false) => format!("{}, {}", flow.certain, open()),
    }
}
