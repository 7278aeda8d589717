//! Makes a plan from what is stored now, without sending an update.

use cxvars_core::base::display;
use cxvars_core::plan::{Plan, PlanEntry, PlanOptions};
use cxvars_core::service::change::Change;
use cxvars_core::service::stored::StoredVariable;
use cxvars_flow::Cost;

use super::budget::Taken;
use super::{ReadError, Service, ServiceError};
use crate::project::context::Context;
use crate::project::prepare::{Prepared, prune};
use crate::shared::ActionPlace;
use crate::system::terminal::Style;

/// The options of a plan. `names` are the values of `--prune`.
pub(crate) fn options(names: &[String], max_deletes: Option<usize>, force: bool, context: &Context) -> PlanOptions {
    PlanOptions { prune: prune(names), force, roundtrip: context.settings.profile.encrypted_roundtrip, max_deletes }
}

/// A plan, and what it was made from.
pub(crate) struct Planned {
    pub(crate) plan: Plan,
    /// The action's name at the service.
    pub(crate) name: Option<String>,
    /// What is stored, and the entity tag that came with it.
    pub(crate) stored: Vec<StoredVariable>,
    pub(crate) etag: Option<String>,
    /// What reading the action has cost.
    pub(crate) cost: Cost,
}

/// Reads the action and makes a plan, without sending an update. `taken` is the request for it, if it was taken from the
/// budget before.
pub(crate) async fn plan_now(
    context: &Context,
    service: &Service,
    prepared: &Prepared,
    options: &PlanOptions,
    taken: Option<Taken>,
) -> Result<Planned, ReadError> {
    let id = &prepared.action.id;
    let finished = service.read_expected(context, &prepared.action, &prepared.values(), taken).await?;
    let name = finished.action.as_ref().and_then(|action| action.name.clone());
    let stored = finished.action.and_then(|action| action.variables).unwrap_or_default();
    let place = ActionPlace::new(&service.target, id);
    let known = context.shared().map_err(ServiceError::usage)?.recall(&place).await.map_err(ServiceError::io)?;
    let remembered = known.state.remembered;
    let wanted = prepared.wanted.as_deref().unwrap_or_default();
    let plan = Plan::new(id, wanted, &stored, finished.etag.as_deref(), &remembered, options);
    Ok(Planned { plan, name, stored, etag: finished.etag, cost: finished.cost })
}

/// Order in which changes are shown: what is lost comes first, what stays comes last.
const ORDER: [Change; 6] =
    [Change::Delete, Change::Create, Change::Update, Change::Unknown, Change::Same, Change::CarriedOver];

/// The entries of a plan, in the order in which they are shown.
pub(crate) fn in_order(plan: &Plan) -> impl Iterator<Item = &PlanEntry> {
    ORDER.into_iter().flat_map(|change| plan.entries().iter().filter(move |entry| entry.change == change))
}

/// The plan for people: deletes first, then what changes, then the rest.
pub(crate) fn text(planned: &Planned, context: &Context, target: &str, prepared: &Prepared, color: bool) -> String {
    text_of(planned, context, target, prepared, color, |_| true)
}

/// The same, without the variables that stay as they are.
pub(crate) fn changes_text(
    planned: &Planned,
    context: &Context,
    target: &str,
    prepared: &Prepared,
    color: bool,
) -> String {
    text_of(planned, context, target, prepared, color, Change::needs_update)
}

fn text_of(
    planned: &Planned,
    context: &Context,
    target: &str,
    prepared: &Prepared,
    color: bool,
    is_shown: impl Fn(Change) -> bool,
) -> String {
    let plan = &planned.plan;
    let alias = prepared.action.alias.as_deref().unwrap_or(&prepared.action.id);
    let mut text = format!("{}  {}", Style::Strong.paint("plan", color), display::escape(alias));
    text += &planned.name.as_deref().map(|name| format!(" \"{}\"", display::escape(name))).unwrap_or_default();
    text += &context
        .settings
        .environment
        .as_deref()
        .map(|env| format!("  env {}", display::escape(env)))
        .unwrap_or_default();
    text += &format!("  {target}\n");
    let shown = || in_order(plan).filter(|entry| is_shown(entry.change));
    let width = shown().map(|entry| entry.name.chars().count()).max().unwrap_or(0);
    for entry in shown() {
        let (mark, style) = mark(entry.change);
        let name = format!("{mark} {:<width$}", display::escape(&entry.name));
        text += &format!("  {}  {}\n", style.paint(&name, color), entry.reason);
    }
    for blocked in plan.blocked() {
        let name = format!("! {:<width$}", display::escape(&blocked.name));
        text += &format!("  {}  blocks the update: {}\n", Style::Bad.paint(&name, color), blocked.reason);
    }
    text + &summary(plan)
}

fn mark(change: Change) -> (char, Style) {
    match change {
        Change::Create => ('+', Style::Good),
        Change::Update | Change::Unknown => ('~', Style::Caution),
        Change::Delete => ('-', Style::Bad),
        Change::Same => ('=', Style::Quiet),
        Change::CarriedOver => ('.', Style::Quiet),
    }
}

/// How much a plan changes, on one line.
pub(crate) fn summary(plan: &Plan) -> String {
    let open = plan.entries().iter().filter(|entry| entry.not_fetched).count();
    let count = |changes: &[Change]| plan.entries().iter().filter(|entry| changes.contains(&entry.change)).count();
    let updates = count(&[Change::Update, Change::Unknown]) - open;
    let (creates, deletes) = (count(&[Change::Create]), count(&[Change::Delete]));
    let mut counts = format!("{updates} update, {creates} create, {deletes} delete");
    if open > 0 {
        let values = if open == 1 { "1 value" } else { &format!("{open} values") };
        counts += &format!("; {values} not fetched (--resolve compares)");
    }
    if !plan.blocked().is_empty() {
        return format!("{counts}; blocked, an apply would send nothing\n");
    }
    let puts = match plan.changes_pending() {
        false => "nothing to send",
        true if updates + creates + deletes > 0 => "one PUT",
        true => "at most one PUT",
    };
    format!("{counts}; {puts}; values never shown\n")
}
