//! Moves an ignore comment to where it silences the same findings in the new format.
//!
//! What a comment silences depends on the lines of its format. So the findings that it silences decide where it goes,
//! and a comment on several variables of one line becomes one for each.

use std::collections::BTreeSet;

use super::attach::{Place, Slot, place_of};
use super::comment::Comment;
use super::model::{Member, Model};
use super::note::Notes;
use crate::base::span::Span;
use crate::check::ignore_comments::{Effect, effects};
use crate::reader::format::DocumentFormat;
use crate::rules::context::Context;

/// Ignore comments with the places where they go.
#[derive(Default)]
pub(super) struct Placed {
    pub(super) comments: Vec<(Place, Comment)>,
    /// The comments of the source that they take the place of.
    pub(super) replaced: BTreeSet<Span>,
}

/// The ignore comments that must not go where other comments would.
///
/// A code that a comment names and does not silence is left out if a finding has it elsewhere, which the comment might
/// silence in the new format. Other codes stay: what they silence may depend on options.
pub(super) fn placed(model: &Model<'_>, context: &Context<'_>, to: DocumentFormat, notes: &mut Notes<'_>) -> Placed {
    let source = context.document.tree.source();
    let (effects, found) = effects(context);
    let mut placed = Placed::default();
    for effect in effects {
        let is_silenced = |code: &String| effect.findings.iter().any(|(silenced, _)| silenced == code);
        let (kept, idle): (Vec<&String>, Vec<&String>) =
            effect.codes.iter().partition(|code| is_silenced(code) || !found.contains(*code));
        if !idle.is_empty() {
            notes.add(effect.comment, |line| {
                format!("the ignore comment in line {line} lost codes that silence nothing there")
            });
        }
        let natural = place_of(model, source, effect.comment);
        let is_silent = effect.findings.is_empty();
        let is_natural = is_silent || to != DocumentFormat::Env && covers(model, &natural, &effect, to);
        if is_natural && idle.is_empty() {
            continue;
        }
        placed.replaced.insert(effect.comment);
        let groups = if is_natural { vec![(natural, kept)] } else { groups(model, &effect, &kept, to, notes) };
        let comment = |codes: &[&String]| Comment::ignore(effect.comment, codes, &effect.reason);
        let groups = groups.into_iter().filter(|(_, codes)| !codes.is_empty());
        placed.comments.extend(groups.map(|(place, codes)| (place, comment(&codes))));
    }
    placed
}

/// The places of what a comment silences, each with the codes there. Codes that silence nothing go to the first one.
fn groups<'e>(
    model: &Model<'_>,
    effect: &'e Effect,
    kept: &[&'e String],
    to: DocumentFormat,
    notes: &mut Notes<'_>,
) -> Vec<(Place, Vec<&'e String>)> {
    let mut groups: Vec<(Place, Vec<&String>)> = Vec::new();
    for (code, span) in &effect.findings {
        let Some(place) = place_for(model, *span, to) else {
            notes.add(*span, |line| {
                format!("an ignore comment for {code} in line {line} was left out: .env has no place for it")
            });
            continue;
        };
        match groups.iter_mut().find(|(other, _)| *other == place) {
            Some((_, codes)) if codes.contains(&code) => {}
            Some((_, codes)) => codes.push(code),
            None => groups.push((place, vec![code])),
        }
    }
    if let Some((_, codes)) = groups.first_mut() {
        let is_silenced = |code: &String| effect.findings.iter().any(|(silenced, _)| silenced == code);
        codes.extend(kept.iter().filter(|code| !is_silenced(code)));
    }
    groups
}

/// Whether a comment at a place silences all that it did.
fn covers(model: &Model<'_>, (path, slot): &Place, effect: &Effect, to: DocumentFormat) -> bool {
    let (mut member, mut around) = (&model.root, None);
    for index in path {
        let Some(inner) = member.members.get(*index) else { return false };
        around = Some(member);
        member = inner;
    }
    let is_variable = around.is_some_and(|around| model.is_list(around));
    let is_covered = |span: Span| match () {
        () if is_variable || !member.is_container() || member.is_reference() => contains(member, span),
        // What is inside of a container is on lines of its own.
        () if to == DocumentFormat::Yaml => member.key.is_some() && span.start() == member.span.start(),
        () => member.key.is_some() && contains(member, span) && span.start() <= member.value.span().start(),
    };
    matches!(slot, Slot::Before | Slot::After) && effect.findings.iter().all(|(_, span)| is_covered(*span))
}

/// Where a comment goes that is about a place of the source.
fn place_for(model: &Model<'_>, span: Span, to: DocumentFormat) -> Option<Place> {
    let (mut member, mut path) = (&model.root, Vec::new());
    while let Some((index, inner)) = inside(member, span) {
        if to == DocumentFormat::Env && model.is_list(member) {
            path.push(index);
            return Some((path, Slot::Before));
        }
        if member.is_reference() {
            break;
        }
        path.push(index);
        member = inner;
    }
    match to {
        DocumentFormat::Env => None,
        // A block has no line of its own: its first line is that of its first member.
        DocumentFormat::Yaml if member.key.is_some() && member.is_container() && !member.is_reference() => {
            let is_about_value = span.start() >= member.value.span().start();
            path.extend(is_about_value.then_some(0));
            Some((path, Slot::Before))
        }
        _ => Some((path, Slot::Before)),
    }
}

fn contains(member: &Member<'_>, span: Span) -> bool {
    member.span.start() <= span.start() && span.end() <= member.span.end()
}

/// The member of a container that contains a place of the source.
fn inside<'m, 't>(member: &'m Member<'t>, span: Span) -> Option<(usize, &'m Member<'t>)> {
    let index = member.members.partition_point(|inner| inner.span.start() <= span.start()).checked_sub(1)?;
    let inner = member.members.get(index)?;
    contains(inner, span).then_some((index, inner))
}
