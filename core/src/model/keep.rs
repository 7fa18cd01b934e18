//! Documents that could be read before somebody began to change them.
//!
//! While somebody types, a document often can't be read for a moment, and what it says would be gone from every answer.
//! So it is kept as it was, as a file of its own with the text that it had: no place in it is a place in the new text.

use std::sync::Arc;

use super::{File, Object};
use crate::text::{Span, offset};
use crate::yaml;

/// A document as it was before it could no longer be read.
#[derive(Clone, Debug)]
pub struct Kept {
    /// Its index among the documents of the new file.
    pub document: u32,
    /// A file with this document alone.
    pub file: Arc<File>,
}

/// For each document of `new` that can't be read what it was in `old`, the same path's file before, or before that in
/// `older`. Documents are found again by what stands around them, and by their kind as far as it is told.
pub fn keep(new: &File, old: &File, older: &[Kept]) -> Vec<Kept> {
    let is_broken = |document: &yaml::Document| document.root.is_none() && !document.problems.is_empty();
    if !new.documents.iter().any(is_broken) {
        return Vec::new();
    }
    let (old_spans, new_spans) = (yaml::documents(&old.source.text), yaml::documents(&new.source.text));
    let (start, end) = same_ends((&old.source.text, &old_spans), (&new.source.text, &new_spans));
    let (old_changed, new_changed) =
        (start..old_spans.len().saturating_sub(end), start..new_spans.len().saturating_sub(end));
    let mut open: Vec<usize> = old_changed.clone().collect();
    let mut kept = Vec::new();
    for (place, span) in new_spans.iter().enumerate() {
        let found = new.documents.iter().position(|document| document.span == *span);
        let Some(index) = found.filter(|index| new.documents.get(*index).is_some_and(is_broken)) else {
            continue;
        };
        let kind = yaml::peek(&new.source.text, *span).kind;
        let before = |place: usize| {
            let file = as_it_was(old, *old_spans.get(place)?, older)?;
            let is_alike = |object: &Object| kind.is_none_or(|kind| *object.kind == *kind);
            file.objects.iter().any(is_alike).then_some((place, file))
        };
        let same_place = (place + old_spans.len()).checked_sub(new_spans.len());
        let before = match new_changed.contains(&place) {
            false if place < start => before(place),
            false => same_place.and_then(before),
            true if old_changed.len() == new_changed.len() => before(place),
            true => open.iter().find_map(|place| before(*place)),
        };
        if let Some((place, file)) = before {
            open.retain(|other| *other != place);
            kept.push(Kept { document: offset(index), file });
        }
    }
    kept
}

/// How many documents at the start and at the end are the same in two texts.
fn same_ends((old_text, old): (&str, &[Span]), (new_text, new): (&str, &[Span])) -> (usize, usize) {
    let same = |(a, b): &(&Span, &Span)| a.of(old_text) == b.of(new_text);
    let start = old.iter().zip(new).take_while(same).count();
    let most = old.len().min(new.len()) - start;
    let end = old.iter().rev().zip(new.iter().rev()).take(most).take_while(same).count();
    (start, end)
}

/// The document at `span` of a file, as a file of its own: as it is, or as it was kept.
fn as_it_was(old: &File, span: Span, older: &[Kept]) -> Option<Arc<File>> {
    let index = old.documents.iter().position(|document| document.span == span)?;
    let document = old.documents.get(index)?;
    if document.root.is_none() {
        return older.iter().find(|kept| kept.document as usize == index).map(|kept| Arc::clone(&kept.file));
    }
    let own = old.objects.iter().filter(|object| object.document as usize == index);
    Some(Arc::new(File {
        source: old.source.clone(),
        documents: vec![document.clone()],
        objects: own.map(|object| Object { document: 0, ..object.clone() }).collect(),
        unread: 0,
        skipped: Vec::new(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ReadOptions, read_file};

    fn pod(name: &str) -> String {
        format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}}}\n")
    }

    fn read(documents: &[String]) -> File {
        read_file("a.yaml", documents.join("---\n").as_bytes(), &ReadOptions::default())
    }

    /// The names of the kept objects by the index of their document, after texts that follow each other.
    fn after(texts: &[&[String]]) -> Vec<(u32, String)> {
        let mut file = read(texts[0]);
        let mut kept = Vec::new();
        for text in &texts[1..] {
            let new = read(text);
            kept = keep(&new, &file, &kept);
            file = new;
        }
        kept.iter().map(|one| (one.document, one.file.objects[0].name.to_string())).collect()
    }

    #[test]
    fn what_cannot_be_read_is_kept_until_it_can_be_again() {
        let (a, b, c) = (pod("a"), pod("b"), pod("c"));
        let broken = |text: &str| format!("{text}spec: [\n");
        let kept = |index, name: &str| vec![(index, name.to_owned())];
        let start = [a.clone(), b.clone(), c.clone()];
        let half = [a.clone(), broken(&b), c.clone()];
        assert_eq!(after(&[&start, &half]), kept(1, "b"));
        // Further keys don't lose it, also where others change beside it.
        let further = [a.clone(), broken(&b) + "  x", pod("d")];
        assert_eq!(after(&[&start, &half, &further]), kept(1, "b"));
        assert_eq!(after(&[&start, &half, &start]), []);
        // A new document before it is not taken for it.
        let inserted = [a.clone(), "kind: Service\nspec: [\n".to_owned(), broken(&b), c.clone()];
        assert_eq!(after(&[&start, &half, &inserted]), kept(2, "b"));
        let new_only = [a.clone(), "kind: [\n".to_owned(), b.clone(), c.clone()];
        assert_eq!(after(&[&start, &new_only]), []);
        // Two at once.
        let two = [broken(&a), broken(&b), c.clone()];
        assert_eq!(after(&[&start, &two]), [(0, "a".to_owned()), (1, "b".to_owned())]);
        assert_eq!(after(&[&start, &[a, c]]), []);
    }

    #[test]
    fn a_kept_document_has_its_own_text() {
        let old = read(&[pod("a"), pod("b")]);
        let new = read(&["# a longer beginning\n".to_owned() + &pod("a"), pod("b") + "spec: [\n"]);
        let kept = keep(&new, &old, &[]);
        let file = &kept[0].file;
        assert_eq!(file.node(&file.objects[0]).unwrap().at("metadata.name").unwrap().raw(), "b");
    }
}
