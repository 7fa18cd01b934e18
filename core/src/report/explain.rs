//! Explanations as text: the verdict, then both sides, policy by policy, with the lines that decide.

use annotate_snippets::renderer::{
    DEFAULT_ADDITION_STYLE, DEFAULT_EMPHASIS_STYLE, DEFAULT_ERROR_STYLE, DEFAULT_HELP_STYLE,
    DEFAULT_WARNING_STYLE,
};

use super::frame::{Context, Frames, place};
use super::plain::one_line;
use super::text::paint;
use super::{Style, pretty};
use crate::diagnostics::{Diagnostic, Severity};
use crate::engine::Flow;
use crate::text::PositionEncoding;
use crate::wire::ExplainReport;
use crate::workspace::{Conclusion, Explanation, Outcome, PolicyLine, RuleLine, Side};

const CONTEXT: Context = Context { before: 3, after: 2, most: 8 };

/// Explanations as JSON; `texts` has the files that they point into.
pub fn explain_json(explanations: &[Explanation], texts: &Outcome) -> String {
    pretty(&ExplainReport::new(explanations, texts, PositionEncoding::CodePoints))
}

/// One explanation as text; with `frames` the lines that decide are shown, otherwise only where they are.
pub fn explain_text(one: &Explanation, texts: &Outcome, style: &Style, frames: bool) -> String {
    let arrow = if style.unicode { "→" } else { "->" };
    let port = one.port.map_or_else(String::new, |(protocol, port)| format!(" on {protocol} {port}"));
    let overlay = if one.overlay.is_empty() { String::new() } else { format!("{}: ", one.overlay) };
    let pair = format!("{overlay}{} {arrow} {}{port}", one.from, one.to);
    let asks_all = one.port.is_none();
    let mut text = format!(
        "{}: {}\n",
        paint(style, DEFAULT_EMPHASIS_STYLE, &one_line(&pair)),
        verdict(style, one.conclusion(), &one.flow, asks_all)
    );
    for (side, end) in one.sides().into_iter().zip([&one.from, &one.to]) {
        text.push('\n');
        text.push_str(&one_side(side, end, texts, style, asks_all));
        if frames {
            text.push_str(&drawn(side, texts, style));
        }
    }
    if !one.notes.is_empty() || one.help.is_some() {
        text.push('\n');
    }
    for note in &one.notes {
        text.push_str(&format!("{}: {}\n", paint(style, DEFAULT_EMPHASIS_STYLE, "note"), one_line(note)));
    }
    if let Some(help) = &one.help {
        text.push_str(&format!("{}: {}\n", paint(style, DEFAULT_HELP_STYLE, "help"), one_line(help)));
    }
    text
}

fn verdict(style: &Style, conclusion: Conclusion, flow: &Flow, asks_all: bool) -> String {
    let (word, colour) = match conclusion {
        Conclusion::Allowed => ("allowed", DEFAULT_ADDITION_STYLE),
        Conclusion::Denied => ("denied", DEFAULT_ERROR_STYLE),
        Conclusion::Partly => ("allowed in part", DEFAULT_WARNING_STYLE),
        Conclusion::Unknown => ("unknown", DEFAULT_WARNING_STYLE),
    };
    let word = paint(style, colour, word);
    match conclusion {
        Conclusion::Partly => format!("{word}: {}, and nothing else", flow.certain),
        Conclusion::Unknown if !flow.certain.is_empty() => {
            format!("{word}: {} is allowed, {} can't be told", flow.certain, flow.unknown())
        }
        Conclusion::Unknown if asks_all && !flow.unknown().is_all() => {
            format!("{word} for {}", flow.unknown())
        }
        _ => word,
    }
}

fn one_side(side: &Side, end: &str, texts: &Outcome, style: &Style, asks_all: bool) -> String {
    let title = format!("{} of {end}", side.direction.name());
    let mut text = format!(
        "{}: {}\n",
        paint(style, DEFAULT_EMPHASIS_STYLE, &one_line(&title)),
        verdict(style, side.conclusion, &side.flow, asks_all)
    );
    for policy in &side.policies {
        let note = policy.note.as_ref().map_or_else(String::new, |note| format!(": {note}"));
        let at = place(texts, &policy.location);
        text.push_str(&format!("  {} selects it, {at}{}\n", one_line(&policy.title), one_line(&note)));
        for rule in &policy.rules {
            text.push_str(&rule_line(rule, texts));
        }
    }
    if let Some(default) = side.default {
        text.push_str(&format!("  {default}\n"));
    }
    text
}

fn rule_line(rule: &RuleLine, texts: &Outcome) -> String {
    let text = format!("rule {} {}", rule.index + 1, rule.text);
    format!("    {}, {}\n", one_line(&text), place(texts, &rule.location))
}

/// The lines of the rules that decide; where none does, of the policy that isolates.
fn drawn(side: &Side, texts: &Outcome, style: &Style) -> String {
    let rules = || side.policies.iter().flat_map(|policy: &PolicyLine| &policy.rules);
    let deciding: Vec<&RuleLine> = rules().filter(|rule| !rule.decides.is_empty()).collect();
    let shown: Vec<_> = match deciding.as_slice() {
        [] => {
            let isolating =
                side.policies.first().map(|policy| (&policy.location, "selects the Pods".to_owned()));
            let nearest = rules().max_by_key(|rule| rule.near);
            let near = nearest.map(|rule| (&rule.location, rule.text.clone()));
            near.or(isolating).into_iter().collect()
        }
        deciding => deciding.iter().map(|rule| (&rule.location, rule.text.clone())).collect(),
    };
    let mut places = shown.into_iter();
    let Some((location, label)) = places.next() else { return String::new() };
    let first = Diagnostic::new(("", ""), Severity::Info, location.clone(), "").label(label);
    let all = places.fold(first, |all, (location, label)| all.related(label, location.clone()));
    let frames = Frames::of(texts, &all, CONTEXT, style);
    if frames.is_empty() {
        return String::new();
    }
    let mut text = frames.draw(Severity::Info, None, &[], style);
    text.push('\n');
    text
}
