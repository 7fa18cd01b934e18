//! Feeds the events of the YAML parser to the builder, with exact byte ranges.
//!
//! The parser's own ranges are made for error messages: they count characters, take trailing white space and comments
//! with them, begin with the anchor or tag of a node, or point beside a `-`. Here they are corrected by looking at the
//! text, so that every range is what a person would mark.

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError, Tag as ParserTag};

use super::build::{Builder, Role, Value};
use super::document::Limits;
use super::input::{Input, read_len};
use super::offsets::Offsets;
use super::problem::{DIRECTIVE, Problem, ProblemKind, UNCLOSED_LIST, UNCLOSED_MAPPING, UNINDENTED, explain};
use super::scalar::Tag;
use super::tree::{NodeKind, Style};
use crate::text::{Span, offset};

/// Parses the document of `text` at `span`. The first error ends it.
pub(super) fn read<'a>(text: &'a str, span: Span, limits: &Limits) -> (Builder<'a>, Result<(), Problem>) {
    let mut input = Input::new(text, span);
    loop {
        let mut builder = Builder::new(text, *limits);
        let result = parse(&mut builder, text, span, &input);
        match result {
            Err(Stop { unindented: Some(start), .. }) if input.join(start) => {}
            _ => return (builder, result.map_err(|stop| stop.problem)),
        }
    }
}

/// Why parsing ended early.
struct Stop {
    problem: Problem,
    /// The start of the string in quotes that goes on in a line with too little indentation, if that was why.
    unindented: Option<u32>,
}

impl From<Problem> for Stop {
    fn from(problem: Problem) -> Self {
        Self { problem, unindented: None }
    }
}

fn parse<'a>(builder: &mut Builder<'a>, text: &'a str, span: Span, input: &Input<'_>) -> Result<(), Stop> {
    if let Some(directive) = unreadable_directive(text, span) {
        return Err(Problem::new(ProblemKind::Syntax, directive, DIRECTIVE).into());
    }
    let offsets = Offsets::new(text, span);
    let mut reader = Reader { builder, text, input, end: span.end, offsets, last: span.start };
    let mut documents = 0;
    for event in Parser::new_from_str(input.shown()) {
        let (event, at) = event.map_err(|error| reader.stop(&error))?;
        if let Event::DocumentStart(_) = event {
            documents += 1;
            if documents > 1 {
                let place = reader.line_at(at.start);
                let message = "a second document begins here without a marker: put `---` on a line before it";
                return Err(Problem::new(ProblemKind::Syntax, place, message).into());
            }
        }
        reader.event(event, at)?;
    }
    Ok(())
}

struct Reader<'a, 'b> {
    builder: &'b mut Builder<'a>,
    text: &'a str,
    input: &'b Input<'b>,
    /// The end of the document.
    end: u32,
    offsets: Offsets<'a>,
    /// Where the last node or bracket ended; only white space, comments, indicators, anchors and tags stand between it
    /// and the next node.
    last: u32,
}

impl Reader<'_, '_> {
    fn event(&mut self, event: Event<'_>, at: saphyr_parser::Span) -> Result<(), Problem> {
        match event {
            Event::DocumentStart(explicit) => {
                if explicit {
                    self.last = self.byte(at.end);
                }
                Ok(())
            }
            Event::Scalar(value, style, anchor, tag) => {
                let has_properties = anchor > 0 || tag.is_some();
                let tag = tag.map_or(Tag::None, |tag| resolve_tag(&tag));
                self.scalar(&value, style, at, has_properties, tag, anchor)
            }
            Event::SequenceStart(anchor, tag) => {
                self.open(NodeKind::Sequence, at, anchor > 0 || tag.is_some(), anchor)
            }
            Event::MappingStart(anchor, tag) => {
                self.open(NodeKind::Mapping, at, anchor > 0 || tag.is_some(), anchor)
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let flow = self.builder.open_collection().is_some_and(|(_, style)| style == Style::Flow);
                if flow {
                    self.last = self.byte(at.start) + 1;
                }
                self.builder.close(flow.then_some(self.last))
            }
            Event::Alias(anchor) => {
                let span = Span::new(self.byte(at.start), self.byte(at.end));
                self.last = span.end;
                self.builder.alias(span, anchor)
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
        }
    }

    fn scalar(
        &mut self,
        parsed: &str,
        parser_style: ScalarStyle,
        at: saphyr_parser::Span,
        has_properties: bool,
        tag: Tag,
        anchor: usize,
    ) -> Result<(), Problem> {
        let (start, end) = (self.byte(at.start), self.byte(at.end));
        let first = if has_properties { self.after_properties(start) } else { start };
        let joined;
        let mut value = parsed;
        let (style, span, inner) = match parser_style {
            ScalarStyle::Plain if parsed.is_empty() => {
                let place = Span::at(if has_properties { end } else { self.place_of_nothing(start) });
                (Style::Plain, place, place)
            }
            ScalarStyle::Plain => {
                let span = Span::new(first, end);
                (Style::Plain, span, span)
            }
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => {
                let style = if parser_style == ScalarStyle::SingleQuoted {
                    Style::SingleQuoted
                } else {
                    Style::DoubleQuoted
                };
                let span = Span::new(first, (first + read_len(self.rest(first), parsed)).min(end));
                joined = self.input.joined_value(span);
                value = joined.as_deref().unwrap_or(parsed);
                (style, span, Span::new(first + 1, span.end.saturating_sub(1)))
            }
            ScalarStyle::Literal | ScalarStyle::Folded => {
                let style = if parser_style == ScalarStyle::Literal { Style::Literal } else { Style::Folded };
                let span = self.block_scalar(end);
                if end == self.end && !Span::new(span.start, end).of(self.text).ends_with(['\n', '\r']) {
                    // The parser adds the line end that the file doesn't have. Kubernetes doesn't.
                    value = parsed.strip_suffix('\n').unwrap_or(parsed);
                }
                (style, span, Span::at(span.start))
            }
        };
        self.last = span.end;
        let content = if inner.of(self.text) == value { Value::Source(inner) } else { Value::Cooked(value) };
        self.builder.scalar(span, &content, style, tag, anchor)
    }

    fn open(
        &mut self,
        kind: NodeKind,
        at: saphyr_parser::Span,
        has_properties: bool,
        anchor: usize,
    ) -> Result<(), Problem> {
        let (start, end) = (self.byte(at.start), self.byte(at.end));
        let first = if has_properties { self.after_properties(start) } else { start };
        let bracket = if kind == NodeKind::Mapping { b'{' } else { b'[' };
        // The start of a block collection is an empty range, so its end is the start of its first key or dash.
        let (start, style) = if end > first && self.byte_at(first) == Some(bracket) {
            (first, Style::Flow)
        } else if self.builder.open_collection().is_some_and(|(_, style)| style == Style::Flow) {
            (end, Style::Pair)
        } else if kind == NodeKind::Sequence && self.builder.role() == Role::Value {
            (self.dash_before(end), Style::Block)
        } else {
            (end, Style::Block)
        };
        self.last = if style == Style::Flow { start + 1 } else { start };
        self.builder.open(kind, start, style, anchor)
    }

    fn byte(&self, marker: Marker) -> u32 {
        self.offsets.byte(marker.index())
    }

    fn byte_at(&self, at: u32) -> Option<u8> {
        (at < self.end).then(|| self.text.as_bytes().get(at as usize).copied()).flatten()
    }

    fn rest(&self, at: u32) -> &str {
        Span::new(at, self.end).of(self.text)
    }

    /// The parser reports a sequence that is indented like its parent's key behind its first dash.
    fn dash_before(&self, at: u32) -> u32 {
        let before = self.text.get(..at as usize).unwrap_or("");
        let line = before.rfind(['\n', '\r']).map_or(0, |end| end + 1);
        let indent = before.get(line..).unwrap_or("").bytes().take_while(|b| *b == b' ').count();
        let first = offset(line + indent).min(at);
        if self.byte_at(first) == Some(b'-') { first } else { at }
    }

    /// Where nothing stands in place of a node: behind the `:` or `-` that announces it.
    fn place_of_nothing(&self, reported: u32) -> u32 {
        let indicator = match self.builder.role() {
            Role::Value => b':',
            Role::Item => b'-',
            Role::Root | Role::Key => return reported,
        };
        let at = self.skip_space(self.last);
        let stands_alone = self
            .byte_at(at + 1)
            .is_none_or(|b| matches!(b, b' ' | b'\t' | b'\r' | b'\n' | b',' | b'}' | b']'));
        if stands_alone && self.byte_at(at) == Some(indicator) { at + 1 } else { self.last }
    }

    /// The range of a block scalar that was read up to `end`: from its `|` or `>` to the end of its last line of text.
    fn block_scalar(&self, end: u32) -> Span {
        let mut start = self.skip_space(self.last);
        loop {
            start = match self.byte_at(start) {
                Some(b'-' | b':' | b'?') => self.skip_space(start + 1),
                Some(b'&' | b'!') => self.after_properties(start),
                _ => break,
            };
        }
        let written = Span::new(start, end).of(self.text);
        let indicators =
            written.bytes().take_while(|b| matches!(b, b'|' | b'>' | b'+' | b'-' | b'0'..=b'9')).count();
        let trimmed = written.trim_end_matches([' ', '\t', '\r', '\n']);
        let len = if trimmed.contains(['\n', '\r']) { trimmed.len() } else { indicators };
        Span::new(start, start + offset(len))
    }

    /// Where the node begins whose anchors and tags begin at `at`.
    fn after_properties(&self, mut at: u32) -> u32 {
        while let Some(b'&' | b'!') = self.byte_at(at) {
            let rest = self.rest(at);
            let len = if rest.starts_with("!<") {
                rest.find('>').map_or(rest.len(), |end| end + 1)
            } else {
                rest.find([' ', '\t', '\r', '\n', ',', '[', ']', '{', '}']).unwrap_or(rest.len())
            };
            at = self.skip_space(at + offset(len));
        }
        at
    }

    /// Skips white space and comments.
    fn skip_space(&self, mut at: u32) -> u32 {
        loop {
            match self.byte_at(at) {
                Some(b' ' | b'\t' | b'\r' | b'\n') => at += 1,
                Some(b'#') => {
                    let rest = self.rest(at);
                    at += offset(rest.find(['\n', '\r']).unwrap_or(rest.len()));
                }
                _ => return at,
            }
        }
    }

    /// From this place to the end of its line.
    fn line_at(&self, marker: Marker) -> Span {
        let start = self.byte(marker);
        let rest = self.rest(start);
        let line = rest.split(['\n', '\r']).next().unwrap_or("").trim_end();
        Span::new(start, start + offset(line.len()))
    }

    fn stop(&self, error: &ScanError) -> Stop {
        let unindented = (error.info() == UNINDENTED).then(|| self.byte(*error.marker()));
        Stop { problem: self.problem(error), unindented }
    }

    fn problem(&self, error: &ScanError) -> Problem {
        let (kind, message) = explain(error.info());
        let place = self.line_at(*error.marker());
        let Some((start, Style::Flow)) =
            self.builder.open_collection().filter(|_| kind == ProblemKind::Syntax)
        else {
            return Problem::new(kind, place, message);
        };
        // In a later line than the opening bracket, the missing bracket is the likelier reason.
        let runs_on = Span::new(start, place.start).of(self.text).contains('\n');
        let message = match self.byte_at(start) {
            Some(b'[') if runs_on => UNCLOSED_LIST.to_owned(),
            Some(_) if runs_on => UNCLOSED_MAPPING.to_owned(),
            _ => message,
        };
        Problem::new(kind, place, message).related_to(Span::new(start, start + 1))
    }
}

/// The first `%` directive with characters beyond ASCII, which the parser counts wrongly.
fn unreadable_directive(text: &str, span: Span) -> Option<Span> {
    let mut at = span.start;
    for line in span.of(text).split_inclusive('\n') {
        let content = line.trim();
        if content.starts_with('%') && !content.is_ascii() {
            return Some(Span::new(at, at + offset(line.trim_end().len())));
        }
        if !content.is_empty() && !content.starts_with(['%', '#']) {
            return None;
        }
        at += offset(line.len());
    }
    None
}

fn resolve_tag(tag: &ParserTag) -> Tag {
    Tag::from_parts(&tag.handle, &tag.suffix)
}
