//! The page of a rule, where its name stands: in a suppression or in the configuration.

use super::{Hover, Section, SectionKind};
use crate::model::PREFIX;
use crate::rules::{self, Group, Rule};
use crate::text::{Span, offset};

/// The names of the configuration file.
const CONFIG: [&str; 2] = [".ringfence.yaml", ".ringfence.yml"];

/// What is to be said of a name of a rule or a group at an offset of a text. It needs no snapshot, so that the
/// configuration file, which is none of the files that are read, has its hovers too.
pub fn hover_text(path: &str, text: &str, at: u32) -> Option<Hover> {
    let (span, word) = word(text, at)?;
    let line = line(text, at)?;
    let config = CONFIG.contains(&path.rsplit('/').next().unwrap_or(path));
    let suppression = line.contains("ringfence:") || line.contains(&format!("{PREFIX}ignore"));
    if !config && !suppression {
        return None;
    }
    let text = match (rules::find(word), Group::ALL.iter().find(|group| group.name() == word)) {
        (Some(rule), _) => page(rule),
        (None, Some(group)) => self::group(*group),
        (None, None) => return None,
    };
    Some(Hover { span, sections: vec![Section::new(SectionKind::Page, text)] })
}

fn page(rule: &Rule) -> String {
    let page = rules::page(rule.name).unwrap_or(rule.summary);
    // The headings of a page are those of a document of its own.
    let page = page.replace("\n# ", "\n### ");
    let page = page.strip_prefix("# ").map_or(page.clone(), |rest| format!("### {rest}"));
    format!(
        "## {}\n\n{}; {} of the group `{}`, fix: {}\n\n{page}",
        rule.name,
        rule.summary,
        rule.severity.name(),
        rule.group.name(),
        rule.fix.name()
    )
}

fn group(group: Group) -> String {
    let rules = rules::all().iter().filter(|rule| rule.group == group);
    let lines: Vec<String> = rules.map(|rule| format!("- `{}`: {}", rule.name, rule.summary)).collect();
    format!("## {}\n\n{}\n\n{}", group.name(), group.summary(), lines.join("\n"))
}

/// The word of letters, digits and dashes around an offset.
fn word(text: &str, at: u32) -> Option<(Span, &str)> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let (before, after) = text.split_at_checked(at as usize)?;
    let start = before.len() - before.chars().rev().take_while(|c| is_part(*c)).count();
    let end = at as usize + after.chars().take_while(|c| is_part(*c)).count();
    let word = text.get(start..end).filter(|word| !word.is_empty())?;
    Some((Span::new(offset(start), offset(end)), word))
}

fn line(text: &str, at: u32) -> Option<&str> {
    let (before, after) = text.split_at_checked(at as usize)?;
    let start = before.rfind('\n').map_or(0, |end| end + 1);
    let end = at as usize + after.find('\n').unwrap_or(after.len());
    text.get(start..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(path: &str, text: &str) -> Option<String> {
        let at = text.find("$0").unwrap();
        let found = hover_text(path, &text.replace("$0", ""), offset(at))?;
        Some(found.markdown().lines().next().unwrap_or_default().to_owned())
    }

    #[test]
    fn rules_and_groups_have_pages_where_they_are_named() {
        let rule = Some("## namespace-wide-peer".to_owned());
        assert_eq!(said("a.yaml", "a: 1 # ringfence: ignore[namespace-$0wide-peer] x"), rule);
        assert_eq!(said("a.yaml", "ringfence.dev/ignore: $0namespace-wide-peer"), rule);
        assert_eq!(said(".ringfence.yaml", "rules:\n  namespace-wide-peer$0: off\n"), rule);
        assert_eq!(
            said("x/.ringfence.yaml", "rules:\n  preci$0sion: off\n"),
            Some("## precision".to_owned())
        );
        assert_eq!(said("a.yaml", "a: namespace-wide-$0peer"), None);
        assert_eq!(said(".ringfence.yaml", "se$0t: strict"), None);
    }
}
