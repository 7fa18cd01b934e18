//! Text in lines of a width, in columns of a terminal.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The items with `between` after each but the last, broken between items where that does, and inside of one only where
/// it is wider than a line. No line is wider than `width`, but for a character that is wider itself.
pub(in crate::report) fn wrap<S: AsRef<str>>(
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
pub(in crate::report) fn fill(text: &str, width: usize) -> Vec<String> {
    wrap(text.split_whitespace(), " ", width)
}

fn blanks(between: &str) -> usize {
    between.len() - between.trim_end().len()
}

/// The text cut where it reaches the width: at the last good place of the line, or wherever that is.
fn pieces(text: &str, width: usize) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut piece = String::new();
    for c in text.chars() {
        if !piece.is_empty() && piece.width() + c.width().unwrap_or(0) > width {
            let rest = piece.split_off(good_place(&piece, c));
            pieces.push(piece.trim_end().to_owned());
            piece = rest;
        }
        piece.push(c);
    }
    pieces.push(piece);
    pieces
}

/// Where a full line ends if `next` comes next: after a blank or a mark between words, or before a bracket.
fn good_place(line: &str, next: char) -> usize {
    let ends = line.char_indices().map(|(at, c)| (at + c.len_utf8(), c));
    let followers = line.chars().skip(1).chain([next]);
    let good = |c: char, follower: char| matches!(c, ' ' | '/' | '-' | ',') || follower == '[';
    let places = ends.zip(followers).filter(|((_, c), follower)| good(*c, *follower));
    places.last().map_or(line.len(), |((end, _), _)| end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_stay_whole_where_they_can() {
        assert_eq!(wrap(["ab", "cd", "ef"], ", ", 7), ["ab, cd,", "ef"]);
        assert_eq!(wrap(["ab", "cdefghij"], ", ", 5), ["ab,", "cdefg", "hij"]);
        assert_eq!(wrap(["日本"], ", ", 1), ["日", "本"]);
        assert_eq!(wrap(["shop/front-end[Pod]"], ", ", 11), ["shop/front-", "end[Pod]"]);
        assert_eq!(wrap(["shop/front-end[Pod]"], ", ", 14), ["shop/front-end", "[Pod]"]);
        assert_eq!(wrap(["a b c d"], ", ", 4), ["a b", "c d"]);
        assert_eq!(wrap(["ab", "c"], ", ", 0), ["a", "b", ",", "c"]);
        assert_eq!(fill("one two  three", 8), ["one two", "three"]);
        assert!(wrap([""; 0], ", ", 5).is_empty());
    }
}
