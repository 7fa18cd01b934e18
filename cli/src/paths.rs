//! Paths as text, with `/` between segments: what the standard library's paths can't do without an operating system.

/// `path` without `.` segments, doubled and trailing slashes; `.` for the current folder. `..` stays.
pub(crate) fn clean(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    match (path.starts_with('/'), parts.join("/")) {
        (true, joined) => format!("/{joined}"),
        (false, joined) if joined.is_empty() => ".".to_owned(),
        (false, joined) => joined,
    }
}

/// `path` as seen from `folder`, cleaned.
pub(crate) fn join(folder: &str, path: &str) -> String {
    if is_absolute(path) { clean(path) } else { clean(&format!("{folder}/{path}")) }
}

/// The absolute form of `path`, with `..` taken back as text.
pub(crate) fn absolute(current: &str, path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    let joined = join(current, path);
    for part in joined.split('/') {
        if part == ".." {
            parts.pop();
        } else if !part.is_empty() {
            parts.push(part);
        }
    }
    let root = if joined.starts_with('/') { "/" } else { "" };
    format!("{root}{}", parts.join("/"))
}

/// The folder that holds `path`; none for a root.
pub(crate) fn parent(path: &str) -> Option<&str> {
    match path.rsplit_once('/')? {
        (_, "") => None,
        ("", _) => Some("/"),
        (folder, _) => Some(folder),
    }
}

/// The last segment.
pub(crate) fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// `path` from below `folder`, both absolute; empty where they are the same, none where it lies elsewhere.
pub(crate) fn below<'p>(folder: &str, path: &'p str) -> Option<&'p str> {
    let rest = path.strip_prefix(folder)?;
    if rest.is_empty() || folder.ends_with('/') { Some(rest) } else { rest.strip_prefix('/') }
}

/// `path`, absolute, as the user would write it in `current`: relative where it lies below.
pub(crate) fn shown<'p>(current: &str, path: &'p str) -> &'p str {
    below(current, path).unwrap_or(path)
}

/// The way from `current` to `path`, both absolute; empty where they are the same.
pub(crate) fn relative(current: &str, path: &str) -> String {
    let from: Vec<&str> = current.split('/').filter(|part| !part.is_empty()).collect();
    let to: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..", from.len() - shared);
    up.chain(to.into_iter().skip(shared)).collect::<Vec<_>>().join("/")
}

/// Whether `path` starts at a root, of a drive too.
pub(crate) fn is_absolute(path: &str) -> bool {
    let drive = matches!(path.as_bytes(), [letter, b':', b'/', ..] if letter.is_ascii_alphabetic());
    path.starts_with('/') || drive
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clean_keeps_what_counts() {
        for (given, expected) in [
            ("./a//b/", "a/b"),
            ("", "."),
            ("./", "."),
            ("../x", "../x"),
            ("/", "/"),
            ("//srv/./x", "/srv/x"),
            ("C:/x/", "C:/x"),
        ] {
            assert_eq!(clean(given), expected, "{given}");
        }
    }

    #[test]
    fn absolute_resolves_from_the_current_folder() {
        assert_eq!(absolute("/srv/app", "../lib/./x.yaml"), "/srv/lib/x.yaml");
        assert_eq!(absolute("/srv/app", "/etc"), "/etc");
        assert_eq!(absolute("/srv", "../../.."), "/");
        assert_eq!(absolute("C:/srv", "a"), "C:/srv/a");
        assert_eq!(absolute("C:/srv", "D:/a"), "D:/a");
    }

    #[test]
    fn parents_end_at_the_root() {
        assert_eq!(parent("/a/b"), Some("/a"));
        assert_eq!(parent("/a"), Some("/"));
        assert_eq!(parent("/"), None);
        assert_eq!(parent("C:"), None);
    }

    #[test]
    fn relative_goes_up_and_down() {
        assert_eq!(relative("/srv/b", "/srv/a/c"), "../a/c");
        assert_eq!(relative("/srv", "/srv"), "");
        assert_eq!(relative("/", "/srv"), "srv");
    }

    #[test]
    fn below_is_by_whole_segments() {
        assert_eq!(below("/srv/app", "/srv/app/x"), Some("x"));
        assert_eq!(below("/", "/x"), Some("x"));
        assert_eq!(below("/srv", "/srv"), Some(""));
        assert_eq!(below("/srv/app", "/srv/apples"), None);
    }
}
