//! The actions that a command works on, in one or several environments.

use std::collections::BTreeSet;

use cxvars_core::base::display::quote;

use super::ProjectError;
use super::context::{Context, Project};
use super::environments::{self, Chosen};
use crate::config::{Action, Flags};
use crate::system::terminal::Terminal;
use crate::system::{System, suggest};

/// What the command line names.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Selection<'s> {
    /// One action, by id or alias.
    Named(&'s str),
    /// `--all`: every action of the environment that the command can use.
    All,
    /// `--only`: these aliases.
    Only(&'s [String]),
}

/// A chosen environment, and the actions to work on in it.
pub(crate) struct Selected {
    pub(crate) context: Context,
    pub(crate) actions: Vec<Action>,
    /// Whether a pattern chose the environment.
    pub(crate) by_pattern: bool,
}

/// Finds the actions. `takes` says which ones `--all` takes.
///
/// # Errors
/// The configuration cannot be used, a name is not known, or nothing was chosen.
pub(crate) fn select(
    flags: &Flags,
    shows_notes: bool,
    terminal: Terminal,
    system: &'static dyn System,
    selection: Selection<'_>,
    takes: impl Fn(&Action) -> bool,
) -> Result<Vec<Selected>, ProjectError> {
    let project = Project::read(flags)?;
    let (environments, by_pattern) = match environments::chosen(flags, &project)? {
        Chosen::One => (vec![flags.clone()], false),
        Chosen::Matching(names) => {
            let within = |name: String| Flags { environment: Some(name), ..flags.clone() };
            (names.into_iter().map(within).collect(), true)
        }
    };
    let (mut selected, mut known) = (Vec::new(), BTreeSet::new());
    for flags in environments {
        let context = Context::within(&project, &flags, shows_notes, terminal, system)?;
        known.extend(context.settings.actions().into_iter().filter_map(|action| action.alias));
        let actions = actions(&context, selection, &takes)?;
        selected.push(Selected { context, actions, by_pattern });
    }
    refuse_missing(selection, &selected, &known)?;
    selected.retain(|selected| !selected.actions.is_empty());
    Ok(selected)
}

fn actions(
    context: &Context,
    selection: Selection<'_>,
    takes: &impl Fn(&Action) -> bool,
) -> Result<Vec<Action>, ProjectError> {
    let settings = &context.settings;
    if let Selection::Named(name) = selection {
        return Ok(vec![context.action(name)?]);
    }
    if settings.environment.is_none() {
        return Err(ProjectError::usage("--all and --only need an environment; choose one with --env"));
    }
    let is_wanted = |action: &Action| match selection {
        Selection::Only(aliases) => action.alias.as_ref().is_some_and(|alias| aliases.contains(alias)),
        _ => takes(action),
    };
    Ok(settings.actions().into_iter().filter(is_wanted).collect())
}

fn refuse_missing(
    selection: Selection<'_>,
    selected: &[Selected],
    known: &BTreeSet<String>,
) -> Result<(), ProjectError> {
    let found = |alias: &String| {
        let mut actions = selected.iter().flat_map(|selected| &selected.actions);
        actions.any(|action| action.alias.as_ref() == Some(alias))
    };
    if let Selection::Only(aliases) = selection
        && let Some(missing) = aliases.iter().find(|alias| !found(alias))
    {
        let help = suggest::help(missing, known.iter().map(String::as_str));
        let missing = quote(missing);
        return Err(ProjectError::usage(format!("--only names {missing}, but there is no such action; {help}")));
    }
    if selected.iter().all(|selected| selected.actions.is_empty()) {
        let what = if known.is_empty() { "an action" } else { "a `file` of an action" };
        return Err(ProjectError::usage(format!(
            "there is nothing to do: {what} is missing; add [env.NAME.actions.ALIAS] with `id` and `file`"
        )));
    }
    Ok(())
}
