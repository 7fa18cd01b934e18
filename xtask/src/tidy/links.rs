//! The relative links of markdown files lead somewhere.

use super::Violation;
use crate::repo::SourceFile;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use std::collections::BTreeSet;

/// The links of a markdown file whose target is neither a file nor a folder of the checkout, or no heading of it.
pub(crate) fn check(file: &SourceFile, files: &[SourceFile]) -> Vec<Violation> {
    if !file.path.ends_with(".md") {
        return Vec::new();
    }
    let mut violations = Vec::new();
    for (event, range) in Parser::new_ext(&file.text, Options::ENABLE_TABLES).into_offset_iter() {
        let (Event::Start(Tag::Link { dest_url, .. }) | Event::Start(Tag::Image { dest_url, .. })) = event
        else {
            continue;
        };
        if let Some(fault) = fault(&dest_url, file, files) {
            let line = file.text.get(..range.start).unwrap_or_default().matches('\n').count() + 1;
            violations.push(Violation::new(file, line, fault));
        }
    }
    violations
}

fn fault(link: &str, from: &SourceFile, files: &[SourceFile]) -> Option<String> {
    let is_external =
        link.split(['/', '#']).next().is_some_and(|start| start.contains(':')) || link.starts_with("//");
    if is_external {
        return None;
    }
    let (target, anchor) =
        link.split_once('#').map_or((link, None), |(target, anchor)| (target, Some(anchor)));
    let found = if target.is_empty() {
        from
    } else {
        let Some(path) = resolve(&from.path, target) else {
            return Some(format!("the link `{link}` leaves the repository"));
        };
        let folder = format!("{path}/");
        match files.iter().find(|file| file.path == path) {
            Some(file) => file,
            None if path.is_empty() || files.iter().any(|file| file.path.starts_with(&folder)) => {
                return None;
            }
            None => return Some(format!("the link `{link}` leads to no file")),
        }
    };
    let anchor = anchor.filter(|_| found.path.ends_with(".md"))?;
    (!anchors(&found.text).contains(anchor)).then(|| format!("the link `{link}` leads to no heading"))
}

/// The path from the root that `link` in the file `from` means; `None` where it climbs out.
fn resolve(from: &str, link: &str) -> Option<String> {
    let mut segments: Vec<&str> = from.split('/').collect();
    segments.pop();
    if link.starts_with('/') {
        segments.clear();
    }
    for segment in link.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop()?;
            }
            name => segments.push(name),
        }
    }
    Some(segments.join("/"))
}

/// The anchors that the usual hosts give to headings.
fn anchors(text: &str) -> BTreeSet<String> {
    let mut anchors = BTreeSet::new();
    let mut heading: Option<String> = None;
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        match (event, &mut heading) {
            (Event::Start(Tag::Heading { .. }), _) => heading = Some(String::new()),
            (Event::Text(text) | Event::Code(text), Some(heading)) => heading.push_str(&text),
            (Event::End(TagEnd::Heading(_)), _) => {
                let slug = slug(&heading.take().unwrap_or_default());
                let mut candidate = slug.clone();
                let mut count = 0;
                while !anchors.insert(candidate) {
                    count += 1;
                    candidate = format!("{slug}-{count}");
                }
            }
            _ => {}
        }
    }
    anchors
}

fn slug(heading: &str) -> String {
    let kept = |c: &char| c.is_alphanumeric() || " -_".contains(*c);
    heading.trim().to_lowercase().chars().filter(kept).map(|c| if c == ' ' { '-' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::super::file;
    use super::*;

    #[test]
    fn links_resolve_from_their_file() {
        let files = [
            file(
                "docs/a.md",
                "x\n\n[1](b/c.md) [2](../README.md#what-is-it) [3](gone.md)\n[4](b) [5](https://x.example/y)\n",
            ),
            file(
                "docs/b/c.md",
                "[1](../../../out.md) [2](#nowhere) `[3](code.md)` [4](mailto:a@b.example)\n",
            ),
            file("README.md", "# What *is* it?\n\n![i](docs/i.png) [l](/docs/a.md)\n"),
        ];
        let faults = |i: usize| -> Vec<_> {
            check(&files[i], &files)
                .into_iter()
                .map(|violation| (violation.line, violation.message))
                .collect()
        };
        assert_eq!(faults(0), [(3, "the link `gone.md` leads to no file".to_owned())]);
        assert_eq!(
            faults(1),
            [
                (1, "the link `../../../out.md` leaves the repository".to_owned()),
                (1, "the link `#nowhere` leads to no heading".to_owned())
            ]
        );
        assert_eq!(faults(2), [(3, "the link `docs/i.png` leads to no file".to_owned())]);
    }

    #[test]
    fn equal_headings_are_numbered() {
        let anchors = anchors("# A b\n# A b\n## `x-y` & z\n");
        assert_eq!(anchors.iter().map(String::as_str).collect::<Vec<_>>(), ["a-b", "a-b-1", "x-y--z"]);
    }
}
