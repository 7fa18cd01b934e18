//! A configuration file together with the files that it extends.

use super::{Config, ConfigError, ConfigFile};

/// How many files may extend each other in a row: more is a mistake.
const DEPTH: usize = 20;

/// Reads the file at `path` and those that it extends, each once, and puts them together. `read` gives the text of a
/// path, or says why it can't; the paths are `path` itself and what it and others extend, seen from their folders.
pub fn load(
    path: &str,
    read: &mut dyn FnMut(&str) -> Result<String, String>,
) -> Result<Config, Vec<ConfigError>> {
    let mut loader = Loader { read, trail: Vec::new(), done: Vec::new(), merged: ConfigFile::default() };
    loader.take(path, None)?;
    Ok(Config::from(loader.merged))
}

struct Loader<'r> {
    read: &'r mut dyn FnMut(&str) -> Result<String, String>,
    /// The files that are being read, each extended by the one before it.
    trail: Vec<String>,
    done: Vec<String>,
    /// All files that are done; a file is done after those that it extends.
    merged: ConfigFile,
}

impl Loader<'_> {
    fn take(&mut self, path: &str, extended_by: Option<&str>) -> Result<(), Vec<ConfigError>> {
        let error = |source: &str, message: String| {
            vec![ConfigError { source_name: source.to_owned(), line: None, column: None, message }]
        };
        let from = extended_by.unwrap_or(path);
        if self.done.iter().any(|done| done == path) {
            return Ok(());
        }
        if let Some(at) = self.trail.iter().position(|open| open == path) {
            let cycle: Vec<&str> = self.trail.iter().skip(at).map(String::as_str).chain([path]).collect();
            return Err(error(from, format!("`extends` goes in a circle: {}", cycle.join(" → "))));
        }
        if self.trail.len() >= DEPTH {
            return Err(error(from, format!("more than {DEPTH} files extend each other in a row")));
        }
        let text = (self.read)(path).map_err(|reason| match extended_by {
            Some(by) => error(by, format!("`extends` names `{path}`, which can't be read: {reason}")),
            None => error(path, format!("it can't be read: {reason}")),
        })?;
        let file = Config::parse(&text, path)?;
        self.trail.push(path.to_owned());
        for reference in &file.extends {
            self.take(&beside(path, reference), Some(path))?;
        }
        self.trail.pop();
        self.done.push(path.to_owned());
        self.merged = file.over(std::mem::take(&mut self.merged));
        Ok(())
    }
}

/// `reference` as seen from the folder of the file at `path`.
fn beside(path: &str, reference: &str) -> String {
    let drive = reference.get(1..3) == Some(":/");
    if reference.starts_with('/') || drive {
        return reference.to_owned();
    }
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let root = if path.starts_with('/') { "/" } else { "" };
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(reference.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    format!("{root}{}", parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::RuleSet;

    fn loaded(files: &[(&str, &str)]) -> Result<Config, String> {
        let mut read = |path: &str| {
            let found = files.iter().find(|(name, _)| *name == path);
            found.map(|(_, text)| (*text).to_owned()).ok_or_else(|| "no such file".to_owned())
        };
        load(files[0].0, &mut read).map_err(|errors| errors[0].to_string())
    }

    #[test]
    fn a_file_wins_over_what_it_extends() {
        let config = loaded(&[
            ("app/.ringfence.yaml", "extends: [../base.yaml, more.yaml]\nset: strict\nexclude: [b]\n"),
            ("base.yaml", "set: recommended\ndefaultNamespace: one\ninclude: [x]\nexclude: [a]\n"),
            ("app/more.yaml", "extends: ../base.yaml\ndefaultNamespace: two\n"),
        ])
        .unwrap();
        assert_eq!((config.set, &*config.default_namespace), (RuleSet::Strict, "two"));
        assert_eq!(
            (config.include, config.exclude),
            (vec!["x".to_owned()], vec!["a".to_owned(), "b".to_owned()])
        );
    }

    #[test]
    fn circles_and_missing_files_are_errors() {
        let circle = loaded(&[("a.yaml", "extends: b.yaml"), ("b.yaml", "extends: ./a.yaml")]);
        assert_eq!(circle.unwrap_err(), "b.yaml: `extends` goes in a circle: a.yaml → b.yaml → a.yaml");
        let missing = loaded(&[("a.yaml", "extends: b.yaml")]);
        assert_eq!(
            missing.unwrap_err(),
            "a.yaml: `extends` names `b.yaml`, which can't be read: no such file"
        );
    }

    #[test]
    fn references_are_seen_from_their_file() {
        assert_eq!(beside("/srv/app/x.yaml", "../base.yaml"), "/srv/base.yaml");
        assert_eq!(beside("x.yaml", "../base.yaml"), "../base.yaml");
        assert_eq!(beside("a/x.yaml", "/etc/base.yaml"), "/etc/base.yaml");
        assert_eq!(beside("a/x.yaml", "C:/base.yaml"), "C:/base.yaml");
    }
}
