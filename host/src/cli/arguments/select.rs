//! Arguments that name the actions to work on.

use clap::Args;

use super::Global;
use crate::cli::exit::CommandError;
use crate::config::Action;
use crate::project::selection::{Selected, Selection, select};
use crate::system::Real;
use crate::system::terminal::Terminal;

/// One action, or several of an environment.
#[derive(Clone, Debug, Args)]
pub(crate) struct SelectArgs {
    /// Id of the Data Action, or its alias in the configuration
    #[arg(value_name = "ACTION", required_unless_present_any = ["all", "only"])]
    pub(crate) action: Option<String>,
    /// Take every action of the environment
    #[arg(long, conflicts_with_all = ["action", "only"])]
    pub(crate) all: bool,
    /// Take these actions of the environment, by alias (repeatable, or separated by commas)
    #[arg(long, value_name = "ALIAS", value_delimiter = ',', conflicts_with = "action")]
    pub(crate) only: Vec<String>,
}

impl SelectArgs {
    /// Whether several actions may be meant.
    pub(crate) fn are_several(&self) -> bool {
        self.all || !self.only.is_empty()
    }

    /// The chosen environments, each with its actions. `takes` says which ones `--all` takes.
    ///
    /// # Errors
    /// An environment or an action that is not known, or none at all.
    pub(crate) fn select(
        &self,
        global: &Global,
        terminal: Terminal,
        takes: impl Fn(&Action) -> bool,
    ) -> Result<Vec<Selected>, CommandError> {
        let selection = match &self.action {
            Some(name) => Selection::Named(name),
            None if self.all => Selection::All,
            None => Selection::Only(&self.only),
        };
        Ok(select(&global.flags(), global.verbose > 0, terminal, &Real, selection, takes)?)
    }
}
