//! The layers of the core: a module imports only itself and what lies below it.
//!
//! Paths are taken from the parsed source (`crate::…`, `super::…`, and inside the arguments of macros), so text in
//! comments and strings does not count. Test modules may import anything.

use super::Violation;
use crate::repo::SourceFile;
use proc_macro2::{Span, TokenStream, TokenTree};
use syn::visit::{self, Visit};

/// Every top module of the core with its height. Modules of one height do not know each other.
const LAYERS: [(&str, u8); 14] = [
    ("text", 0),
    ("sets", 0),
    ("diagnostics", 1),
    ("yaml", 2),
    ("model", 3),
    ("cluster", 4),
    ("engine", 5),
    ("rules", 6),
    // Configuration names rules and checks their options.
    ("config", 7),
    ("workspace", 8),
    ("ide", 9),
    // The JSON report prints what `wire` defines.
    ("wire", 10),
    ("report", 11),
    ("embed", 12),
];

/// The imports of one file of the core that point upwards or sideways.
pub(crate) fn check(file: &SourceFile) -> Vec<Violation> {
    let Some(module) = module_path(&file.path) else {
        return Vec::new();
    };
    let Some(own) = module.first().cloned() else {
        return Vec::new();
    };
    let Some(height) = height(&own) else {
        return vec![Violation::new(
            file,
            1,
            format!("the module `{own}` has no layer: add it in xtask/src/tidy/layers.rs"),
        )];
    };
    let syntax = match syn::parse_file(&file.text) {
        Ok(syntax) => syntax,
        Err(error) => {
            return vec![Violation::new(file, error.span().start().line, format!("is not Rust: {error}"))];
        }
    };
    let mut paths = Paths { module, found: Vec::new() };
    paths.visit_file(&syntax);
    let mut violations = Vec::new();
    for (target, line) in paths.found {
        let message = match self::height(&target) {
            _ if target == own => continue,
            Some(below) if below < height => continue,
            Some(_) => format!("`{own}` must not know `{target}`, which is not below it"),
            None => format!("`crate::{target}` hides its layer: import it from its module"),
        };
        violations.push(Violation::new(file, line, message));
    }
    violations.dedup();
    violations
}

fn height(module: &str) -> Option<u8> {
    LAYERS.iter().find(|(name, _)| *name == module).map(|(_, height)| *height)
}

/// The module that a file of the core holds; `None` for other files, for the root and for files of tests.
fn module_path(path: &str) -> Option<Vec<String>> {
    let path = path.strip_prefix("core/src/")?.strip_suffix(".rs")?;
    let mut module: Vec<String> = path.split('/').map(str::to_owned).collect();
    match module.last().map(String::as_str) {
        Some("lib" | "tests") => return None,
        Some("mod") => {
            module.pop();
        }
        _ => {}
    }
    Some(module)
}

/// Collects the first module below the crate's root of every path, with its line.
struct Paths {
    /// The module that is being visited, from the root.
    module: Vec<String>,
    found: Vec<(String, usize)>,
}

impl Paths {
    /// Notes the path `segments`; paths that neither start at the root nor climb to it are local or external.
    fn note(&mut self, segments: &[String], span: Span) {
        let supers = segments.iter().take_while(|segment| *segment == "super").count();
        let absolute: Vec<&String> = match segments.first().map(String::as_str) {
            Some("crate") => segments.iter().skip(1).collect(),
            Some("super") => {
                let kept = self.module.len().saturating_sub(supers);
                self.module.iter().take(kept).chain(segments.iter().skip(supers)).collect()
            }
            _ => return,
        };
        if let Some(first) = absolute.first() {
            self.found.push(((*first).clone(), span.start().line));
        }
    }

    fn note_use(&mut self, tree: &syn::UseTree, before: &mut Vec<String>) {
        match tree {
            syn::UseTree::Name(syn::UseName { ident })
            | syn::UseTree::Rename(syn::UseRename { ident, .. }) => {
                before.push(ident.to_string());
                self.note(before, ident.span());
                before.pop();
            }
            syn::UseTree::Glob(glob) => {
                before.push("*".to_owned());
                self.note(before, glob.star_token.spans.first().copied().unwrap_or_else(Span::call_site));
                before.pop();
            }
            syn::UseTree::Path(path) => {
                before.push(path.ident.to_string());
                self.note_use(&path.tree, before);
                before.pop();
            }
            syn::UseTree::Group(group) => {
                for tree in &group.items {
                    self.note_use(tree, before);
                }
            }
        }
    }

    fn note_tokens(&mut self, tokens: TokenStream) {
        let mut segments: Vec<String> = Vec::new();
        let mut colons = 0;
        let mut start = Span::call_site();
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => {
                    if colons != 2 || segments.is_empty() {
                        self.note(&segments, start);
                        segments.clear();
                        start = ident.span();
                    }
                    segments.push(ident.to_string());
                    colons = 0;
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
                other => {
                    self.note(&segments, start);
                    segments.clear();
                    colons = 0;
                    if let TokenTree::Group(group) = other {
                        self.note_tokens(group.stream());
                    }
                }
            }
        }
        self.note(&segments, start);
    }
}

impl<'ast> Visit<'ast> for Paths {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if is_test(&item.attrs) {
            return;
        }
        self.module.push(item.ident.to_string());
        visit::visit_item_mod(self, item);
        self.module.pop();
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        if !is_test(&item.attrs) {
            visit::visit_item_fn(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        if !is_test(&item.attrs) {
            self.note_use(&item.tree, &mut Vec::new());
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        let span = path.segments.first().map_or_else(Span::call_site, |segment| segment.ident.span());
        self.note(&segments, span);
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, mac: &'ast syn::Macro) {
        self.note_tokens(mac.tokens.clone());
        visit::visit_macro(self, mac);
    }

    fn visit_visibility(&mut self, _: &'ast syn::Visibility) {
        // `pub(crate)` and `pub(super)` are no imports.
    }
}

fn is_test(attrs: &[syn::Attribute]) -> bool {
    attrs.iter().any(|attr| match &attr.meta {
        syn::Meta::List(list) => list.path.is_ident("cfg") && list.tokens.to_string() == "test",
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::super::file;
    use super::*;

    fn lines(path: &str, text: &str) -> Vec<usize> {
        check(&file(path, text)).into_iter().map(|violation| violation.line).collect()
    }

    const NONE: [usize; 0] = [];

    #[test]
    fn imports_go_down_only() {
        assert_eq!(
            lines("core/src/model.rs", "use crate::yaml::Node;\nuse crate::model::a;\nuse std::fmt;\n"),
            NONE
        );
        assert_eq!(
            lines("core/src/yaml/tree.rs", "use crate::text::Span;\nuse crate::model::Object;\n"),
            [2]
        );
        assert_eq!(lines("core/src/sets.rs", "use crate::text::Span;\n"), [1], "same height");
    }

    #[test]
    fn grouped_imports_paths_and_macros_count() {
        assert_eq!(
            lines("core/src/yaml.rs", "use crate::{\n    text::Span,\n    engine::{self, Flow},\n};\n"),
            [3]
        );
        assert_eq!(lines("core/src/yaml.rs", "fn f() {\n    crate::rules::all();\n}\n"), [2]);
        assert_eq!(lines("core/src/yaml.rs", "type A = Vec<crate::model::B>;\n"), [1]);
        assert_eq!(
            lines("core/src/yaml.rs", "fn f() {\n    write!(f, \"{}\", g(crate::model::N))\n}\n"),
            [2]
        );
        assert_eq!(
            lines("core/src/yaml.rs", "fn f() {\n    vec![crate::text::A, crate::wire::B];\n}\n"),
            [2]
        );
    }

    #[test]
    fn climbing_out_of_the_module_counts() {
        assert_eq!(lines("core/src/yaml/mod.rs", "use super::model::A;\n"), [1]);
        assert_eq!(lines("core/src/yaml/tree.rs", "use super::events::A;\n"), NONE);
        assert_eq!(lines("core/src/yaml/tree.rs", "mod a { use super::super::super::model::A; }\n"), [1]);
    }

    #[test]
    fn tests_comments_and_visibility_do_not_count() {
        let text = "//! See crate::rules.\npub(crate) const A: &str = \"crate::rules::x\";\n#[cfg(test)]\nmod tests { use crate::rules::x; }\n";
        assert_eq!(lines("core/src/yaml.rs", text), NONE);
        assert_eq!(lines("core/src/yaml/tests.rs", "use crate::rules::x;\n"), NONE);
        assert_eq!(lines("cli/src/yaml.rs", "use crate::rules::x;\n"), NONE);
    }

    #[test]
    fn unknown_modules_and_the_root_are_refused() {
        assert_eq!(check(&file("core/src/other.rs", ""))[0].line, 1);
        for import in ["use crate::Workspace;\n", "use crate::*;\n", "use super::super::*;\n"] {
            let found = check(&file("core/src/rules/x.rs", import));
            assert!(found[0].message.contains("hides its layer"), "{found:?}");
        }
    }
}
