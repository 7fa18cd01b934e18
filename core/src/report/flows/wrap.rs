//! Text in lines of a width, in columns of a terminal.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The items with `between` after each but the last, broken between items where that does, and inside of one only where
/// it is wider than a line. No line is wider than `width`, but for a character that is wider itself.
pub(super) fn wrap<S: AsRef<str>>(
    items: impl IntoIterator<Item = S>,
    between: &str,
    width: usize,
) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut items = items.into_iter().peekable();
    while let Some(item) = items.next() {
        let mark = if items.peek().is_some() { between.trim_end() } else { "" };
        let item = format!("{}{mark}", item.as_ref());
        match lines.last_mut() {
            Some(line) if line.width() + blanks(between) + item.width() <= width => {
                line.push_str(&" ".repeat(blanks(between)));
                line.push_str(&item);
            }
            _ => lines.extend(pieces(&item, width)),
        }
    }
    lines
}

/// Words in lines.
pub(super) fn fill(text: &str, width: usize) -> Vec<String> {
    wrap(text.split_whitespace(), " ", width)
}

fn blanks(between: &str) -> usize {
    between.len() - between.trim_end().len()
}

/// The text cut wherever it reaches the width.
fn pieces(text: &str, width: usize) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let mut taken = 0;
    for c in text.chars() {
        let wide = c.width().unwrap_or(0);
        if taken > 0 && taken + wide > width {
            pieces.push(String::new());
            taken = 0;
        }
        taken += wide;
        if let Some(piece) = pieces.last_mut() {
            piece.push(c);
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_stay_whole_where_they_can() {
        assert_eq!(wrap(["ab", "cd", "ef"], ", ", 7), ["ab, cd,", "ef"]);
        assert_eq!(wrap(["ab", "cdefghij"], ", ", 5), ["ab,", "cdefg", "hij"]);
        assert_eq!(wrap(["日本"], ", ", 1), ["日", "本"]);
        assert_eq!(wrap(["ab", "c"], ", ", 0), ["a", "b", ",", "c"]);
        assert_eq!(fill("one two  three", 8), ["one two", "three"]);
        assert!(wrap([""; 0], ", ", 5).is_empty());
    }
}
