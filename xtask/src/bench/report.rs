//! The report as a file of sections, of which some are measured anew and the others stay.

const HEAD: &str = "# Benchmarks

Wall time of the whole process, and its peak resident memory, over generated manifests. Written by
`cargo xtask bench`; DIR in the commands is the folder of the generators.
";

/// Sections by their titles, in the order of the file.
pub(crate) struct Report(Vec<(String, String)>);

impl Report {
    /// The sections of an earlier report; what stands before the first of them is not kept.
    pub(crate) fn read(text: &str) -> Self {
        let mut sections: Vec<(String, String)> = Vec::new();
        for line in text.lines() {
            if let Some(title) = line.strip_prefix("## ") {
                sections.push((title.to_owned(), String::new()));
            } else if let Some((_, body)) = sections.last_mut() {
                body.push_str(line);
                body.push('\n');
            }
        }
        Self(sections)
    }

    /// Puts `body` in the place of the section of this title, or at the end.
    pub(crate) fn replace(&mut self, title: &str, body: String) {
        match self.0.iter_mut().find(|(known, _)| known == title) {
            Some((_, old)) => *old = body,
            None => self.0.push((title.to_owned(), body)),
        }
    }

    /// The whole file.
    pub(crate) fn text(&self) -> String {
        let mut text = HEAD.to_owned();
        for (title, body) in &self.0 {
            text.push_str("\n## ");
            text.push_str(title);
            text.push_str("\n\n");
            text.push_str(body.trim());
            text.push('\n');
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_section_is_replaced_and_the_others_stay() {
        let mut report = Report::read("# Old\n\nhead\n\n## A\n\none\n\n### Again\n\ntwo\n\n## B\n\nthree\n");
        report.replace("B", "four\n".to_owned());
        report.replace("C", "five\n".to_owned());
        let text = report.text();
        assert_eq!(
            text,
            format!("{HEAD}\n## A\n\none\n\n### Again\n\ntwo\n\n## B\n\nfour\n\n## C\n\nfive\n")
        );
        assert_eq!(Report::read(&text).text(), text);
    }
}
