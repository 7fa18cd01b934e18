//! Code frames: the few lines of a file round a place, with the place marked.
//!
//! Only those lines are handed to the library that draws, cut where they are long, so that a frame in a file of many
//! megabytes costs no more than one in a small file.

use std::ops::Range;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet, Title};

use super::plain::{one_line, visible};
use super::{Style, written};
use crate::diagnostics::{Diagnostic, Location, Severity};
use crate::text::{FileId, PositionEncoding, SourceFile, Span};
use crate::workspace::Outcome;

/// Lines longer than this many bytes are cut round the place.
const LONG: usize = 200;
/// How much of a long line stays before the place, and in all.
const BEFORE_PLACE: usize = 60;
const CUT: usize = 180;
/// How many further places get a frame; the others are named in a line each.
const RELATED_FRAMES: usize = 4;
/// Terminals narrower than this are treated as this wide.
const NARROWEST: usize = 40;

/// How many lines round a place are shown.
#[derive(Clone, Copy, Debug)]
pub(super) struct Context {
    /// Lines before it: what a field belongs to stands above it.
    pub(super) before: usize,
    /// Lines after it.
    pub(super) after: usize,
    /// Lines in all.
    pub(super) most: usize,
}

const RELATED: Context = Context { before: 1, after: 0, most: 3 };

/// Everything to draw for one finding.
#[derive(Debug, Default)]
pub(super) struct Frames {
    windows: Vec<Window>,
    bare: Vec<String>,
    /// Places that get no frame, one line each.
    pub(super) elsewhere: Vec<String>,
}

/// Lines of one file with the marks in them.
#[derive(Debug)]
struct Window {
    path: String,
    line: usize,
    text: String,
    marks: Vec<Mark>,
    /// The position as drawn and as it is, where the two differ because a line was cut.
    moved: Option<(String, String)>,
}

#[derive(Debug)]
struct Mark {
    range: Range<usize>,
    label: String,
    primary: bool,
}

/// A place before its lines are known: lines from 0.
struct Spot<'d> {
    span: Span,
    line: usize,
    label: &'d str,
    primary: bool,
}

struct Plan<'d> {
    file: FileId,
    first: usize,
    last: usize,
    /// Whether the place's line is cut, so that no other place can be shown in it.
    cut: bool,
    spots: Vec<Spot<'d>>,
}

impl Frames {
    /// Gathers the lines of a finding's places.
    pub(super) fn of(outcome: &Outcome, finding: &Diagnostic, context: Context, style: &Style) -> Self {
        let mut frames = Self::default();
        let mut plans: Vec<Plan<'_>> = Vec::new();
        match outcome.source(finding.location.file) {
            None => {}
            Some(source) => match finding.location.span {
                Some(span) => {
                    plans.push(plan(source, finding.location.file, span, &finding.label, context, true));
                }
                None => frames.bare.push(one_line(&source.path).into_owned()),
            },
        }
        for related in &finding.related {
            let planned =
                outcome.source(related.location.file).zip(related.location.span).map(|(source, span)| {
                    plan(source, related.location.file, span, &related.message, RELATED, false)
                });
            match planned {
                Some(planned) => {
                    if let Some(rest) = merge(&mut plans, planned, context.most + RELATED.most) {
                        if plans.len() <= RELATED_FRAMES {
                            plans.push(rest);
                        } else {
                            frames.elsewhere.push(place_line(outcome, &related.location, &related.message));
                        }
                    }
                }
                None => frames.elsewhere.push(place_line(outcome, &related.location, &related.message)),
            }
        }
        let windows = plans.into_iter().filter_map(|plan| window(outcome.source(plan.file)?, &plan, style));
        frames.windows = windows.collect();
        frames
    }

    /// Draws the frames below a title, or alone.
    pub(super) fn draw(
        &self,
        severity: Severity,
        title: Option<(&str, &str)>,
        messages: &[(Level<'_>, String)],
        style: &Style,
    ) -> String {
        let level = match severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
            Severity::Info => Level::INFO,
        };
        let titled = |(rule, message): (&str, &str)| -> Title<'_> {
            level.clone().primary_title(one_line(message).into_owned()).id(one_line(rule).into_owned())
        };
        let mut group = match title {
            Some(title) => Group::with_title(titled(title)),
            None => Group::with_level(level),
        };
        group = group.elements(self.bare.iter().map(|path| Origin::path(path.as_str())));
        group = group.elements(self.windows.iter().map(Window::snippet));
        group = group
            .elements(messages.iter().map(|(level, text)| level.clone().message(visible(text).into_owned())));
        let renderer = if style.color { Renderer::styled() } else { Renderer::plain() };
        let renderer = renderer
            .decor_style(if style.unicode { DecorStyle::Unicode } else { DecorStyle::Ascii })
            .term_width(style.width.max(NARROWEST));
        let mut drawn = renderer.render(&[group]);
        for (wrong, right) in self.windows.iter().filter_map(|window| window.moved.as_ref()) {
            drawn = drawn.replacen(wrong, right, 1);
        }
        drawn
    }

    /// Whether there is nothing to draw.
    pub(super) fn is_empty(&self) -> bool {
        self.windows.is_empty()
    }
}

impl Window {
    fn snippet(&self) -> Snippet<'_, annotate_snippets::Annotation<'_>> {
        let annotations = self.marks.iter().map(|mark| {
            let kind = if mark.primary { AnnotationKind::Primary } else { AnnotationKind::Context };
            kind.span(mark.range.clone()).label((!mark.label.is_empty()).then_some(mark.label.as_str()))
        });
        Snippet::source(self.text.as_str())
            .path(self.path.as_str())
            .line_start(self.line)
            .fold(false)
            .annotations(annotations)
    }
}

/// The lines to show for one place.
fn plan<'d>(
    source: &SourceFile,
    file: FileId,
    span: Span,
    label: &'d str,
    context: Context,
    primary: bool,
) -> Plan<'d> {
    let lines = source.lines();
    let line = lines.line_of(span.start);
    let end = lines.line_of(written(source, span).end);
    let boundary = |line: usize| lines.line_span(line, &source.text).of(&source.text).starts_with("---");
    let blank = |line: usize| lines.line_span(line, &source.text).of(&source.text).trim().is_empty();
    let mut first = line;
    while first > 0 && line - first < context.before && !boundary(first - 1) && !boundary(first) {
        first -= 1;
    }
    let most = (end.max(line) + context.after)
        .min(first + context.most.max(1) - 1)
        .min(lines.len().saturating_sub(1));
    let mut last = line;
    while last < most && !boundary(last + 1) {
        last += 1;
    }
    while first < line && blank(first) {
        first += 1;
    }
    while last > line && blank(last) {
        last -= 1;
    }
    let cut = lines.line_span(line, &source.text).len() as usize > LONG;
    Plan { file, first, last, cut, spots: vec![Spot { span, line, label, primary }] }
}

/// Takes a place into a window that it touches, unless the window would grow beyond `most` lines.
fn merge<'d>(plans: &mut [Plan<'d>], new: Plan<'d>, most: usize) -> Option<Plan<'d>> {
    for plan in plans {
        let (first, last) = (plan.first.min(new.first), plan.last.max(new.last));
        let touching = new.first <= plan.last + 1 && plan.first <= new.last + 1;
        if plan.file == new.file && touching && last - first < most && !plan.cut && !new.cut {
            (plan.first, plan.last) = (first, last);
            plan.spots.extend(new.spots);
            plan.spots.sort_by_key(|spot| spot.line);
            return None;
        }
    }
    Some(new)
}

fn window(source: &SourceFile, plan: &Plan<'_>, style: &Style) -> Option<Window> {
    let ellipsis = if style.unicode { "…" } else { "..." };
    let mut window = Window {
        path: one_line(&source.path).into_owned(),
        line: plan.first + 1,
        text: String::new(),
        marks: Vec::new(),
        moved: None,
    };
    for line in plan.first..=plan.last {
        if line > plan.first {
            window.text.push('\n');
        }
        let whole = source.lines().line_span(line, &source.text);
        let raw = whole.of(&source.text).trim_end_matches(['\n', '\r']);
        let within = |offset: u32| (offset.saturating_sub(whole.start) as usize).min(raw.len());
        let spots = || plan.spots.iter().filter(|spot| spot.line == line);
        let kept = cut(raw, spots().map(|spot| within(spot.span.start)).next());
        if kept.start > 0 {
            window.text.push_str(ellipsis);
        }
        let base = window.text.len();
        let to = |offset: usize| {
            base + visible(raw.get(kept.start..offset.clamp(kept.start, kept.end)).unwrap_or("")).len()
        };
        for spot in spots() {
            let text = raw.get(within(spot.span.start)..within(spot.span.end)).unwrap_or("").trim_end();
            let start = within(spot.span.start);
            let range = to(start)..to(start + text.len());
            window.marks.push(Mark {
                range,
                label: one_line(spot.label).into_owned(),
                primary: spot.primary,
            });
        }
        window.text.push_str(&visible(raw.get(kept.clone()).unwrap_or("")));
        if kept.end < raw.len() {
            window.text.push_str(ellipsis);
        }
        if raw.is_empty() && spots().next().is_some() {
            // The library has no place to mark at the end of the text.
            window.text.push(' ');
        }
    }
    window.moved = moved(source, plan, &window);
    Some(window)
}

/// The part of a line to show, in bytes.
fn cut(raw: &str, place: Option<usize>) -> Range<usize> {
    if raw.len() <= LONG {
        return 0..raw.len();
    }
    let start = raw.floor_char_boundary(place.unwrap_or(0).saturating_sub(BEFORE_PLACE));
    start..raw.floor_char_boundary(start + CUT)
}

/// The library counts columns in what it is given; where that is not the whole line, its position has to be mended.
fn moved(source: &SourceFile, plan: &Plan<'_>, window: &Window) -> Option<(String, String)> {
    let spots = || plan.spots.iter().zip(&window.marks);
    let (spot, mark) = spots().find(|(spot, _)| spot.primary).or_else(|| spots().next())?;
    let before = window.text.get(..mark.range.start)?;
    let drawn = before.rsplit('\n').next()?.chars().count() + 1;
    let position = source.position(spot.span.start, PositionEncoding::CodePoints);
    let path = &window.path;
    (drawn != position.column as usize).then(|| {
        let at = |column: usize| format!("{path}:{}:{column}", position.line);
        (at(drawn), at(position.column as usize))
    })
}

/// A place in one line: `path:line:column: message`.
fn place_line(outcome: &Outcome, location: &Location, message: &str) -> String {
    let place = place(outcome, location);
    if message.is_empty() { place } else { format!("{place}: {}", one_line(message)) }
}

/// `path:line:column`, or the path with the field where there is no text.
pub(super) fn place(outcome: &Outcome, location: &Location) -> String {
    let Some(source) = outcome.source(location.file) else { return one_line(&location.field).into_owned() };
    let path = one_line(&source.path);
    match location.span {
        Some(span) => {
            let position = source.position(span.start, PositionEncoding::CodePoints);
            format!("{path}:{}:{}", position.line, position.column)
        }
        None if location.field.is_empty() => path.into_owned(),
        None => format!("{path}: {}", one_line(&location.field)),
    }
}
