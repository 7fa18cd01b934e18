//! Globs, for paths and for names.

/// Whether a path is meant by a glob. `*` and `?` stay within a segment, `**` spans segments, `{a,b}` and `[a-z]`
/// choose. A glob without a slash means a file or folder of that name wherever it is, as in a `.gitignore`; one that
/// means a folder means everything in it.
pub fn matches(glob: &str, path: &str) -> bool {
    let glob = glob.strip_prefix("./").unwrap_or(glob);
    let folder_only = glob.ends_with('/');
    let glob = glob.trim_end_matches('/');
    let anywhere = if glob.contains('/') { "" } else { "**/" };
    let glob = format!("{anywhere}{}", glob.strip_prefix('/').unwrap_or(glob));
    let path = path.strip_prefix("./").unwrap_or(path);
    (!folder_only && fast_glob::glob_match(&glob, path)) || fast_glob::glob_match(format!("{glob}/**"), path)
}

/// Whether a name is meant by a glob.
pub(crate) fn matches_name(glob: &str, name: &str) -> bool {
    fast_glob::glob_match(glob, name)
}

/// Why a text is no glob.
pub(super) fn fault(glob: &str) -> Option<String> {
    if glob.is_empty() {
        return Some("it is empty".to_owned());
    }
    if glob.starts_with('!') {
        return Some("it can't begin with `!`: list what is meant".to_owned());
    }
    let error = fast_glob::validate(glob).err()?;
    Some(match error.kind {
        fast_glob::ErrorKind::UnclosedBrace => "`{` is never closed".to_owned(),
        fast_glob::ErrorKind::UnclosedBracket => "`[` is never closed".to_owned(),
        fast_glob::ErrorKind::TrailingBackslash => "nothing follows its last `\\`".to_owned(),
        _ => "it has too many braces".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_name_is_meant_anywhere() {
        assert!(matches("*.gen.yaml", "x.gen.yaml") && matches("*.gen.yaml", "a/b/x.gen.yaml"));
        assert!(matches("vendor", "vendor/x.yaml") && matches("vendor", "a/vendor/b/x.yaml"));
        assert!(!matches("vendor", "a/vendors/x.yaml"));
    }

    #[test]
    fn a_path_is_meant_from_the_start() {
        assert!(matches("apps/*/prod/**", "apps/shop/prod/web.yaml"));
        assert!(
            matches("./apps/shop", "apps/shop/deep/web.yaml") && matches("apps/web.yaml", "./apps/web.yaml")
        );
        assert!(
            !matches("apps/*/web.yaml", "apps/a/b/web.yaml") && !matches("shop/*.yaml", "apps/shop/x.yaml")
        );
        assert!(matches("/web.yaml", "web.yaml"));
    }

    #[test]
    fn a_final_slash_means_folders_only() {
        assert!(matches("build/", "a/build/x.yaml"));
        assert!(!matches("build/", "a/build"));
    }

    #[test]
    fn names_match_as_a_whole() {
        assert!(matches_name("prod-{eu,us}-*", "prod-eu-shop"));
        assert!(!matches_name("prod", "prod-eu"));
    }

    #[test]
    fn malformed_globs_have_a_reason() {
        for glob in ["a[", "{a,b", "", "!a", "a\\"] {
            assert!(fault(glob).is_some(), "{glob}");
        }
        assert_eq!(fault("**/{a,b}/[a-z]?*.yaml"), None);
    }
}
