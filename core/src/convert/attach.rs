//! Finds the member that a comment belongs to.
//!
//! A comment at the end of a line belongs to what ends there; any other one to what follows.

use super::comment::Comment;
use super::ignores::Placed;
use super::model::{Member, Model};
use crate::base::span::Span;
use crate::reader::Tree;

/// Where a comment of a member is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    Before,
    After,
    Opener,
    End,
    /// After the whole document.
    Foot,
}

/// The member that a comment belongs to, as the path of indices from the root, and where it is.
pub(super) type Place = (Vec<usize>, Slot);

/// Puts the comments of a text into its model. Ignore comments that `ignores` has placed go where they belong.
pub(super) fn comments(model: &mut Model<'_>, tree: &Tree<'_>, placed: Placed) {
    let natural = tree.comments.iter().filter(|span| !placed.replaced.contains(*span));
    let natural: Vec<(Place, Comment)> =
        natural.map(|span| (place_of(model, tree.source(), *span), Comment::of(*span, tree.written(*span)))).collect();
    for ((path, slot), comment) in natural.into_iter().chain(placed.comments) {
        let member = path.iter().try_fold(&mut model.root, |member, index| member.members.get_mut(*index));
        let slot = match (member, slot) {
            (Some(member), Slot::Before) => &mut member.before,
            (Some(member), Slot::After) => &mut member.after,
            (Some(member), Slot::Opener) => &mut member.opener,
            (Some(member), Slot::End) => &mut member.end,
            _ => &mut model.foot,
        };
        let at = slot.partition_point(|other| other.span <= comment.span);
        slot.insert(at, comment);
    }
}

/// The member that a comment belongs to.
pub(super) fn place_of(model: &Model<'_>, source: &str, comment: Span) -> Place {
    let root = &model.root;
    let is_same_line = |from: usize, to: usize| !Span::new(from, to).of(source).contains('\n');
    if comment.end() <= root.span.start() {
        return (Vec::new(), Slot::Before);
    }
    if comment.start() >= root.span.end() {
        return match is_same_line(root.span.end(), comment.start()) {
            true => last_at(root, Vec::new()),
            false => (Vec::new(), Slot::Foot),
        };
    }
    let (mut member, mut path) = (root, Vec::new());
    loop {
        if member.value.shape().is_container() && comment.start() < member.value.span().start() {
            // Between the key and the container.
            return match (is_same_line(member.span.start(), comment.start()), member.is_container()) {
                (true, _) => (path, Slot::Opener),
                (false, true) => (with(path, 0), Slot::Before),
                (false, false) => (path, Slot::Before),
            };
        }
        if !member.value.shape().is_container() {
            return (path, Slot::After);
        }
        // Members are in the order of the text and do not overlap.
        let begun = member.members.partition_point(|inner| inner.span.start() <= comment.start());
        let before = begun.checked_sub(1).and_then(|index| Some((index, member.members.get(index)?)));
        if let Some((index, inner)) = before.filter(|(_, inner)| comment.start() < inner.span.end()) {
            path.push(index);
            member = inner;
            continue;
        }
        let next = member.members.get(begun).map(|inner| (begun, inner));
        let is_before_next = next.is_some_and(|(_, next)| is_same_line(comment.end(), next.span.start()));
        return match (before, next) {
            (Some((index, before)), _) if !is_before_next && is_same_line(before.span.end(), comment.start()) => {
                last_at(before, with(path, index))
            }
            (None, _) if !is_before_next && opens_line(source, member, comment) => (path, Slot::Opener),
            (_, Some((index, _))) => (with(path, index), Slot::Before),
            (_, None) => (path, Slot::End),
        };
    }
}

/// Whether a comment follows the opening bracket of a container on its line.
fn opens_line(source: &str, member: &Member<'_>, comment: Span) -> bool {
    let before = Span::new(member.value.span().start(), comment.start()).of(source);
    before.starts_with(['[', '{']) && !before.contains('\n')
}

/// The innermost member that ends where this one does: in YAML, the last field of a variable ends with it.
fn last_at(member: &Member<'_>, path: Vec<usize>) -> Place {
    // A field that a line of `.env` does not write has an empty span at its end.
    let ends = |inner: &Member<'_>| inner.span.end() == member.span.end() && inner.span.start() < inner.span.end();
    match member.members.iter().enumerate().rev().find(|(_, inner)| ends(inner)) {
        Some((index, inner)) => last_at(inner, with(path, index)),
        None => (path, Slot::After),
    }
}

fn with(mut path: Vec<usize>, index: usize) -> Vec<usize> {
    path.push(index);
    path
}
