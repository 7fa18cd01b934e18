//! A rule's page on a terminal.
//!
//! Pages use little of Markdown: headings, paragraphs, lists, code. Without colours they are printed as written,
//! which is how Markdown was meant to be read.

const BOLD: &str = "\u{1b}[1m";
const CODE: &str = "\u{1b}[36m";
const PLAIN: &str = "\u{1b}[0m";

/// The page, with its marks turned into colours.
pub(crate) fn render(page: &str, color: bool) -> String {
    let mut text = String::new();
    let mut in_code = false;
    for line in page.lines() {
        if !color {
            text.push_str(line);
        } else if line.trim_start().starts_with("```") {
            in_code = !in_code;
            continue;
        } else if in_code {
            text.push_str(&format!("    {CODE}{line}{PLAIN}"));
        } else if let Some(heading) = heading(line) {
            text.push_str(&format!("{BOLD}{heading}{PLAIN}"));
        } else {
            text.push_str(&spans(line));
        }
        text.push('\n');
    }
    text
}

fn heading(line: &str) -> Option<&str> {
    let rest = line.trim_start_matches('#');
    (rest.len() < line.len()).then(|| rest.strip_prefix(' ')).flatten()
}

/// A line with its code spans coloured; a backtick that is never closed stays.
fn spans(line: &str) -> String {
    let mut text = String::new();
    let mut rest = line;
    while let Some((before, (code, after))) =
        rest.split_once('`').and_then(|(before, rest)| Some((before, rest.split_once('`')?)))
    {
        text.push_str(&format!("{before}{CODE}{code}{PLAIN}"));
        rest = after;
    }
    text + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "# x\nUse `a` or `b`, not ` alone.\n\n```yaml\n# note: `k`\n```\n";

    #[test]
    fn without_colours_a_page_stays_as_it_is() {
        assert_eq!(render(PAGE, false), PAGE);
    }

    #[test]
    fn marks_become_colours() {
        let expected = format!(
            "{BOLD}x{PLAIN}\nUse {CODE}a{PLAIN} or {CODE}b{PLAIN}, not ` alone.\n\n    {CODE}# note: `k`{PLAIN}\n"
        );
        assert_eq!(render(PAGE, true), expected);
    }
}
