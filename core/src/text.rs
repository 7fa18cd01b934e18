//! Files, byte ranges and positions.
//!
//! Every place in an input is a byte range (`u32` offsets) into the text of one file. Lines and columns exist only
//! at the border: [`LineIndex`] converts an offset once, in the encoding that the caller asked for.

use std::sync::Arc;

/// A file of the workspace; ids are dense and count from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// A half-open range of bytes in one file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset after the last byte.
    pub end: u32,
}

impl Span {
    /// A range from `start` to `end`; an end before the start gives the empty range at `start`.
    pub fn new(start: u32, end: u32) -> Self {
        Self { start, end: end.max(start) }
    }

    /// The empty range at `offset`: a place to insert.
    pub fn at(offset: u32) -> Self {
        Self { start: offset, end: offset }
    }

    /// The number of bytes.
    pub fn len(self) -> u32 {
        self.end.saturating_sub(self.start)
    }

    /// Whether the range holds no byte.
    pub fn is_empty(self) -> bool {
        self.end <= self.start
    }

    /// Whether `offset` lies inside.
    pub fn contains(self, offset: u32) -> bool {
        self.start <= offset && offset < self.end
    }

    /// The smallest range that holds both.
    pub fn cover(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// Whether the two ranges share a byte, or both are the same empty range.
    pub fn overlaps(self, other: Self) -> bool {
        (self.start < other.end && other.start < self.end) || self == other
    }

    /// The bytes of `text` in this range; the empty string where it doesn't fit.
    pub fn of(self, text: &str) -> &str {
        text.get(self.start as usize..self.end as usize).unwrap_or("")
    }
}

/// What a column counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PositionEncoding {
    /// Bytes of UTF-8.
    Utf8,
    /// Code units of UTF-16, as editors and JavaScript count.
    Utf16,
    /// Unicode code points, as people and terminals count.
    #[default]
    CodePoints,
}

impl PositionEncoding {
    /// Every encoding.
    pub const ALL: [Self; 3] = [Self::Utf8, Self::Utf16, Self::CodePoints];

    /// The name in options: `utf-8`, `utf-16` or `utf-32`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf16 => "utf-16",
            Self::CodePoints => "utf-32",
        }
    }
}

/// A line and a column, both counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1, in the encoding that was asked for.
    pub column: u32,
}

/// The starts of the lines of one text.
#[derive(Clone, Debug)]
pub struct LineIndex {
    starts: Arc<[u32]>,
    /// Whether every encoding counts the same, so that a place in a very long line costs nothing.
    ascii: bool,
}

impl LineIndex {
    /// Finds the lines of `text`. A line ends after `\n`; a `\r` before it belongs to the line's end.
    pub fn new(text: &str) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(i, _)| offset(i) + 1);
        Self { starts: std::iter::once(0).chain(ends).collect(), ascii: text.is_ascii() }
    }

    /// The number of lines; an empty text has one.
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// Never true: even an empty text has a line.
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    /// The line (from 0) that holds the byte at `offset`.
    pub fn line_of(&self, offset: u32) -> usize {
        self.starts.partition_point(|start| *start <= offset).saturating_sub(1)
    }

    /// The bytes of line `line` (from 0), with its line end; empty past the end of the text.
    pub fn line_span(&self, line: usize, text: &str) -> Span {
        let end = offset(text.len());
        let start = self.starts.get(line).copied().unwrap_or(end);
        Span::new(start, self.starts.get(line + 1).copied().unwrap_or(end))
    }

    /// The position of `offset` in `text`, the text that this index was made from.
    pub fn position(&self, text: &str, offset: u32, encoding: PositionEncoding) -> Position {
        let line = self.line_of(offset);
        let start = self.starts.get(line).copied().unwrap_or(0);
        let before = text.get(start as usize..(offset as usize).min(text.len())).unwrap_or("");
        let units = match encoding {
            _ if self.ascii => before.len(),
            PositionEncoding::Utf8 => before.len(),
            PositionEncoding::Utf16 => before.encode_utf16().count(),
            PositionEncoding::CodePoints => before.chars().count(),
        };
        Position { line: self::offset(line) + 1, column: self::offset(units) + 1 }
    }

    /// The offset of `position` in `text`, the text that this index was made from. A column behind the end of the line
    /// is that end, before the line feed; a column in the middle of a character is the character's start. None for a
    /// line that the text doesn't have.
    pub fn offset(&self, text: &str, position: Position, encoding: PositionEncoding) -> Option<u32> {
        let line = position.line.checked_sub(1)? as usize;
        if line >= self.starts.len() {
            return None;
        }
        let span = self.line_span(line, text);
        let content = span.of(text).trim_end_matches(['\n', '\r']);
        let wanted = position.column.saturating_sub(1) as usize;
        let width = |c: char| match encoding {
            PositionEncoding::Utf8 => c.len_utf8(),
            PositionEncoding::Utf16 => c.len_utf16(),
            PositionEncoding::CodePoints => 1,
        };
        let mut units = 0;
        let mut bytes = 0;
        for c in content.chars() {
            units += width(c);
            if units > wanted {
                break;
            }
            bytes += c.len_utf8();
        }
        Some(span.start + offset(bytes))
    }
}

/// A length as an offset. Inputs over 4 GiB are refused before they get here, so it never saturates in practice.
pub fn offset(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}

/// One file as the host handed it over.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// The path as the host names it, with `/` between segments.
    pub path: Arc<str>,
    /// The whole text; invalid UTF-8 was replaced by U+FFFD, see [`SourceFile::lossy`].
    pub text: Arc<str>,
    /// Whether bytes were replaced: such a file can be reported on, never edited.
    pub lossy: bool,
    lines: LineIndex,
}

impl SourceFile {
    /// Takes over the bytes of a file.
    pub fn new(path: impl Into<Arc<str>>, bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let lossy = matches!(text, std::borrow::Cow::Owned(_));
        let lines = LineIndex::new(&text);
        Self { path: path.into(), text: Arc::from(text.as_ref()), lossy, lines }
    }

    /// The index of its lines.
    pub fn lines(&self) -> &LineIndex {
        &self.lines
    }

    /// The position of a byte.
    pub fn position(&self, offset: u32, encoding: PositionEncoding) -> Position {
        self.lines.position(&self.text, offset, encoding)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_from_one_in_each_encoding() {
        let file = SourceFile::new("a.yaml", "a: 1\r\nb: é𝄞x\n".as_bytes());
        let x = offset(file.text.find('x').unwrap());
        assert_eq!(file.position(x, PositionEncoding::Utf8), Position { line: 2, column: 10 });
        assert_eq!(file.position(x, PositionEncoding::Utf16), Position { line: 2, column: 7 });
        assert_eq!(file.position(x, PositionEncoding::CodePoints), Position { line: 2, column: 6 });
        assert_eq!(file.position(0, PositionEncoding::Utf8), Position { line: 1, column: 1 });
    }

    #[test]
    fn positions_are_found_again_in_each_encoding() {
        use PositionEncoding::{CodePoints, Utf8, Utf16};
        let file = SourceFile::new("a.yaml", "a: 1\r\nb: é𝄞x\n".as_bytes());
        for encoding in [Utf8, Utf16, CodePoints] {
            for (at, _) in file.text.char_indices().filter(|(_, c)| !matches!(c, '\r' | '\n')) {
                let position = file.position(offset(at), encoding);
                assert_eq!(file.lines().offset(&file.text, position, encoding), Some(offset(at)));
            }
        }
        let at = |line, column| file.lines().offset(&file.text, Position { line, column }, Utf16);
        assert_eq!(
            (at(1, 99), at(2, 6), at(3, 1), at(4, 1), at(0, 1)),
            (Some(4), Some(11), Some(17), None, None)
        );
    }

    #[test]
    fn lines_end_after_their_line_feed() {
        let text = "a\nbc\n";
        let lines = LineIndex::new(text);
        assert_eq!(lines.len(), 3);
        assert_eq!(lines.line_span(1, text).of(text), "bc\n");
        assert_eq!(lines.line_span(7, text), Span::at(5));
        assert_eq!(lines.line_of(5), 2);
    }

    #[test]
    fn invalid_utf8_is_replaced_and_remembered() {
        let file = SourceFile::new("a.yaml", b"a: \xff\n");
        assert!(file.lossy);
        assert_eq!(&*file.text, "a: \u{fffd}\n");
    }
}
