//! The check of the state that runs on several machines share.

use super::Check;
#[cfg(feature = "shared")]
use super::Status;
use crate::cli::exit::Exit;
use crate::project::context::Context;
#[cfg(not(feature = "shared"))]
use crate::shared::NotOpened;

/// Whether the database can be used; `None` if nothing is shared.
pub(super) fn check(context: &Context) -> Option<Check> {
    context.settings.shared_url_variable.as_deref().map(look)
}

#[cfg(feature = "shared")]
fn look(variable: &str) -> Check {
    use crate::cli::exit::CommandError;
    use crate::shared::postgres::schema;
    use crate::system::environment;
    use crate::system::runtime::block_on;

    let address = match crate::shared::address(variable, &environment::process) {
        Ok(address) => address,
        Err(error) => return Check::fail("shared", Exit::Usage, error.to_string()),
    };
    let look = async { schema::look(&address).await.map_err(|lost| CommandError::new(Exit::Unavailable, lost)) };
    match block_on(look) {
        Ok(version) => Check::new("shared", Status::Ok, format!("{}, version {version}", address.shown())),
        Err(error) => Check::error("shared", error),
    }
}

#[cfg(not(feature = "shared"))]
fn look(_: &str) -> Check {
    Check::fail("shared", Exit::Usage, NotOpened::NotBuilt.to_string())
}
