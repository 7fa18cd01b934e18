//! From characters, which the parser counts, to bytes of the file.

use crate::text::{Span, offset};

/// Maps character indexes within one document to byte offsets in the file.
///
/// In an ASCII document the two differ by a constant. Otherwise a table holds the offset of every [`STEP`]th character,
/// and the few in between are walked.
pub(super) struct Offsets<'a> {
    document: &'a str,
    base: u32,
    table: Vec<u32>,
}

const STEP: usize = 64;

impl<'a> Offsets<'a> {
    pub(super) fn new(text: &'a str, span: Span) -> Self {
        let document = span.of(text);
        let table = if document.is_ascii() {
            Vec::new()
        } else {
            document.char_indices().step_by(STEP).map(|(at, _)| offset(at)).collect()
        };
        Self { document, base: span.start, table }
    }

    /// The offset in the file of the character with this index; the end of the document past its last one.
    pub(super) fn byte(&self, index: usize) -> u32 {
        let within = if self.table.is_empty() { index } else { self.walk(index) };
        self.base + offset(within.min(self.document.len()))
    }

    fn walk(&self, index: usize) -> usize {
        let Some(&start) = self.table.get(index / STEP) else { return self.document.len() };
        let start = start as usize;
        let rest = self.document.get(start..).unwrap_or("");
        rest.char_indices().nth(index % STEP).map_or(self.document.len(), |(at, _)| start + at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_become_bytes() {
        let text = format!("é{}", "aé𝄞".repeat(100));
        let span = Span::new(2, offset(text.len()));
        let offsets = Offsets::new(&text, span);
        for (index, (at, _)) in span.of(&text).char_indices().enumerate() {
            assert_eq!(offsets.byte(index), 2 + offset(at));
        }
        assert_eq!(offsets.byte(300), span.end);
        assert_eq!(offsets.byte(9999), span.end);
        let ascii = Offsets::new("abcd", Span::new(1, 3));
        assert_eq!([ascii.byte(0), ascii.byte(1), ascii.byte(9)], [1, 2, 3]);
    }
}
