//! Text of the user's on its way to a terminal, a log or a comment: nothing in it may be obeyed or hide something.

use std::borrow::Cow;

/// The text with every control character made visible: escape sequences lose their power, and characters that
/// reorder or join what stands beside them are replaced or dropped. Tabs and line feeds stay.
pub(super) fn visible(text: &str) -> Cow<'_, str> {
    if is_plain(text) || text.chars().all(|c| shown(c) == Some(c)) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().filter_map(shown).collect())
}

/// [`visible`], on one line: white space is a single blank.
pub(super) fn one_line(text: &str) -> Cow<'_, str> {
    let text = text.trim();
    if is_plain(text) {
        return Cow::Borrowed(text);
    }
    if !text.contains(['\n', '\r', '\t']) {
        return visible(text);
    }
    let lines: Vec<_> = text.split(['\n', '\r', '\t']).filter(|part| !part.is_empty()).collect();
    Cow::Owned(visible(&lines.join(" ")).into_owned())
}

/// Whether there are only visible characters of ASCII, and blanks: most texts, told a byte at a time.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

/// What stands for a character; none where it has no width and could only confuse.
fn shown(c: char) -> Option<char> {
    match c {
        '\t' | '\n' => Some(c),
        '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(c)),
        '\u{7f}' => Some('\u{2421}'),
        '\u{80}'..='\u{9f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            Some(char::REPLACEMENT_CHARACTER)
        }
        '\u{200b}'..='\u{200f}' | '\u{feff}' => None,
        _ => Some(c),
    }
}

/// `1 object`, `3 objects`.
pub(super) fn count(number: u32, one: &str, many: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {many}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_become_visible() {
        assert_eq!(visible("a\u{1b}[31mb\tc"), "a␛[31mb\tc");
        assert_eq!(visible("\u{9b}31m\u{7f}\u{202e}"), "\u{fffd}31m␡\u{fffd}");
        assert_eq!(visible("\u{feff}x\u{200d}y"), "xy");
        assert!(matches!(visible("né 🦀"), Cow::Borrowed(_)));
    }

    #[test]
    fn one_line_has_one_line() {
        assert_eq!(one_line("a\r\n\tb\n"), "a b");
        assert_eq!(one_line("a b"), "a b");
    }

    #[test]
    fn one_is_singular() {
        assert_eq!(count(1, "file", "files"), "1 file");
        assert_eq!(count(0, "file", "files"), "0 files");
    }
}
