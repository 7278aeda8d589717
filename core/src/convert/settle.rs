//! Moves comments that have no place of their own in YAML: to the lines above, or to the end of the line.

use super::comment::Comment;
use super::model::Member;
use super::yaml::is_literal;

/// Whether a member is written as lines below its key or dash.
pub(super) fn is_block(member: &Member<'_>) -> bool {
    member.is_container() && !member.is_reference()
}

/// Moves the comments of a member and of all below it.
pub(super) fn settle(member: &mut Member<'_>) {
    member.members.iter_mut().for_each(settle);
    if !is_block(member) {
        let (opener, end) = (std::mem::take(&mut member.opener), std::mem::take(&mut member.end));
        member.before.extend(opener.into_iter().chain(end));
    } else if member.key.is_none() {
        member.before.append(&mut member.opener);
    }
    // The line of a literal block ends with its header, after which this would be text to some readers.
    if is_block(member) || member.value.as_str().is_some_and(is_literal) {
        member.before.append(&mut member.after);
    }
    if member.key.is_none()
        && let Some(first) = member.members.first_mut().filter(|first| first.key.is_some())
    {
        // The first line of an item begins with its dash, and what is above the dash is about the whole item.
        let has_line = !is_block(first) && !first.value.as_str().is_some_and(is_literal);
        if first.after.is_empty()
            && has_line
            && let Some(at) = first.before.iter().rposition(Comment::is_directive)
        {
            let directive = first.before.remove(at);
            first.after.push(directive);
        }
        member.before.append(&mut first.before);
    }
}
