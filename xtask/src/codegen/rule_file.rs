//! One rule file: its page and its metadata, held against the form that every rule has.

use super::groups::kebab;
use syn::{Expr, Item, Lit, Member};

/// The headings of a page in their order; the flag says whether a page must have it.
const HEADINGS: [(&str, bool); 6] = [
    ("What it checks", true),
    ("Why", true),
    ("Example", true),
    ("Instead", true),
    ("Fix", false),
    ("Options", false),
];

/// Sections that hold exactly one YAML block, which the tests run.
const RUN: [&str; 2] = ["Example", "Instead"];

/// What generation needs of a rule file that keeps to the form.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct RuleFile {
    /// Kebab-case name of the group.
    pub(crate) group: String,
    /// Kebab-case name, the stable id.
    pub(crate) name: String,
    /// The doc comment without its markers.
    pub(crate) page: String,
}

impl RuleFile {
    /// Reads the file `<folder>/<stem>.rs`; the faults are whole sentences without the path.
    pub(crate) fn parse(folder: &str, stem: &str, text: &str) -> Result<Self, Vec<String>> {
        let rule = Self { group: kebab(folder), name: kebab(stem), page: page(text) };
        let mut faults = page_faults(&rule.page);
        match syn::parse_file(text) {
            Ok(file) => rule.check_metadata(&file, &mut faults),
            Err(error) => faults.push(format!("is not Rust: {error}")),
        }
        if faults.is_empty() { Ok(rule) } else { Err(faults) }
    }

    /// The module of the group.
    pub(crate) fn group_module(&self) -> String {
        self.group.replace('-', "_")
    }

    /// The module of the rule.
    pub(crate) fn module(&self) -> String {
        self.name.replace('-', "_")
    }

    fn check_metadata(&self, file: &syn::File, faults: &mut Vec<String>) {
        let metadata = file.items.iter().find_map(|item| match item {
            Item::Static(item) if item.ident == "RULE" => match item.expr.as_ref() {
                Expr::Struct(literal) => Some(literal),
                _ => None,
            },
            _ => None,
        });
        let Some(metadata) = metadata else {
            faults.push("lacks `pub(crate) static RULE: Rule = Rule { … };`".to_owned());
            return;
        };
        let field = |name: &str| {
            metadata.fields.iter().find_map(|field| match &field.member {
                Member::Named(member) if member == name => Some(&field.expr),
                _ => None,
            })
        };
        let name = field("name").and_then(string);
        if name.as_ref() != Some(&self.name) {
            faults.push(format!("`name` is {}, the file asks for `{}`", shown(name), self.name));
        }
        let group = field("group").and_then(variant);
        if group.as_ref() != Some(&self.group) {
            faults.push(format!("`group` is {}, the folder asks for `{}`", shown(group), self.group));
        }
        let summary = field("summary").and_then(string);
        if summary.as_deref().is_none_or(|summary| summary.is_empty() || summary.ends_with('.')) {
            faults.push("`summary` is a phrase without a final stop".to_owned());
        }
        let no_options = field("options").is_some_and(|options| match options {
            Expr::Reference(reference) => {
                matches!(reference.expr.as_ref(), Expr::Array(array) if array.elems.is_empty())
            }
            _ => false,
        });
        if no_options && sections(&self.page).iter().any(|section| section.title == "Options") {
            faults.push("the page has the heading `# Options`, but the rule has no options".to_owned());
        }
    }
}

fn string(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Str(text) => Some(text.value()),
            _ => None,
        },
        _ => None,
    }
}

fn variant(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Path(path) => path.path.segments.last().map(|segment| kebab(&segment.ident.to_string())),
        _ => None,
    }
}

fn shown(value: Option<String>) -> String {
    value.map_or_else(|| "no literal".to_owned(), |value| format!("`{value}`"))
}

/// The inner doc comment at the top of a file, without the markers.
fn page(text: &str) -> String {
    let lines = text.lines().map_while(|line| line.strip_prefix("//!"));
    lines.map(|line| format!("{}\n", line.strip_prefix(' ').unwrap_or(line))).collect()
}

struct Section<'a> {
    title: &'a str,
    yaml_blocks: usize,
    empty: bool,
}

/// The top headings outside of code blocks, each with what stands below it.
fn sections(page: &str) -> Vec<Section<'_>> {
    let mut sections: Vec<Section<'_>> = Vec::new();
    let mut in_code = false;
    for line in page.lines() {
        if let Some(language) = line.strip_prefix("```") {
            if !in_code
                && language.trim() == "yaml"
                && let Some(section) = sections.last_mut()
            {
                section.yaml_blocks += 1;
            }
            in_code = !in_code;
        } else if !in_code && let Some(title) = line.strip_prefix("# ") {
            sections.push(Section { title: title.trim(), yaml_blocks: 0, empty: true });
            continue;
        }
        if let Some(section) = sections.last_mut() {
            section.empty &= line.trim().is_empty();
        }
    }
    sections
}

fn page_faults(page: &str) -> Vec<String> {
    let sections = sections(page);
    let mut faults = Vec::new();
    if !page.starts_with("# ") {
        faults.push("opens with a `//!` page whose first line is a heading".to_owned());
    }
    for (title, required) in HEADINGS {
        match sections.iter().filter(|section| section.title == title).count() {
            0 if required => faults.push(format!("the page lacks the heading `# {title}`")),
            0 | 1 => {}
            count => faults.push(format!("the page has {count} headings `# {title}`")),
        }
    }
    let position = |title: &str| HEADINGS.iter().position(|(known, _)| *known == title);
    let mut last = None;
    for section in &sections {
        let place = position(section.title);
        if place.is_none() {
            faults.push(format!("the page has the unknown heading `# {}`", section.title));
        } else if place < last {
            faults.push(format!("the heading `# {}` comes too late", section.title));
        }
        last = last.max(place);
        if section.empty {
            faults.push(format!("nothing stands below `# {}`", section.title));
        }
        if RUN.contains(&section.title) && section.yaml_blocks != 1 {
            faults.push(format!("`# {}` has {} ```yaml blocks, not one", section.title, section.yaml_blocks));
        }
    }
    faults
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A rule file that keeps to the form.
    pub(crate) fn sample(group: &str, name: &str) -> String {
        let variant: String = group
            .split('-')
            .map(|word| {
                word.chars()
                    .take(1)
                    .flat_map(char::to_uppercase)
                    .chain(word.chars().skip(1))
                    .collect::<String>()
            })
            .collect();
        format!(
            "//! # What it checks\n//! Things.\n//! # Why\n//! Because of \"x\".\n//! # Example\n//! ```yaml\n//! # a comment\n\
             //! a: 1\n//! ```\n//! # Instead\n//! ```yaml\n//! a: 2\n//! ```\n\nuse super::x;\n\n\
             pub(crate) static RULE: Rule = Rule {{ name: \"{name}\", group: Group::{variant}, summary: \"things\", \
             options: &[], check }};\n"
        )
    }

    fn faults(text: &str) -> Vec<String> {
        RuleFile::parse("coverage", "open_pod", text).unwrap_err()
    }

    #[test]
    fn a_good_file_gives_its_page_without_markers() {
        let rule = RuleFile::parse("coverage", "open_pod", &sample("coverage", "open-pod")).unwrap();
        assert_eq!(
            (rule.group.as_str(), rule.name.as_str(), rule.module().as_str()),
            ("coverage", "open-pod", "open_pod")
        );
        assert!(rule.page.starts_with("# What it checks\nThings.\n# Why\n"));
        assert!(rule.page.ends_with("```yaml\na: 2\n```\n"));
    }

    #[test]
    fn headings_must_be_there_in_order_and_filled() {
        let good = sample("coverage", "open-pod");
        assert_eq!(faults(&good.replace("//! # Why\n", "")), ["the page lacks the heading `# Why`"]);
        assert_eq!(
            faults(&good.replace("# What it checks", "# Checks")),
            ["the page lacks the heading `# What it checks`", "the page has the unknown heading `# Checks`"]
        );
        assert_eq!(faults(&good.replace("//! Things.\n", "")), ["nothing stands below `# What it checks`"]);
        let swapped = good.replace("# Why", "# -").replace("# Example", "# Why").replace("# -", "# Example");
        assert!(faults(&swapped).contains(&"the heading `# Why` comes too late".to_owned()));
    }

    #[test]
    fn examples_are_one_yaml_block() {
        let good = sample("coverage", "open-pod");
        assert_eq!(
            faults(&good.replace("//! ```yaml\n//! a: 2\n//! ```\n", "//! a\n")),
            ["`# Instead` has 0 ```yaml blocks, not one"]
        );
    }

    #[test]
    fn metadata_agrees_with_the_place() {
        assert_eq!(
            faults(&sample("precision", "other")),
            [
                "`name` is `other`, the file asks for `open-pod`",
                "`group` is `precision`, the folder asks for `coverage`"
            ]
        );
        let good = sample("coverage", "open-pod");
        let documented = good.replace("\nuse super", "//! # Options\n//! None.\n\nuse super");
        assert_eq!(
            faults(&documented),
            ["the page has the heading `# Options`, but the rule has no options"]
        );
        RuleFile::parse("coverage", "open_pod", &documented.replace("options: &[]", "options: &[A]"))
            .unwrap();
        assert!(
            faults(&good.replace("static RULE", "static OTHER"))
                .iter()
                .any(|fault| fault.contains("lacks `pub"))
        );
    }
}
