//! The origin of a run for the audit log: who runs it, where, and for which commit.

use std::sync::OnceLock;

use crate::system::environment::{self, Lookup};

/// The origin of a run, as the environment claims it. Nothing of it is proven.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Provenance {
    /// The name of the person or account.
    pub actor: Option<String>,
    /// The environment variable that `actor` was read from.
    pub actor_source: Option<String>,
    /// The name of the machine.
    pub host: Option<String>,
    /// The commit.
    pub commit: Option<String>,
    /// The URL of the pipeline's run.
    pub ci_run_url: Option<String>,
}

/// Variables that name a person. The first that is set counts; those of pipelines come first.
const ACTORS: [&str; 7] = [
    "GITHUB_ACTOR",
    "GITLAB_USER_LOGIN",
    "BUILD_REQUESTEDFOR",
    "BUILD_USER_ID",
    "BITBUCKET_STEP_TRIGGERER_UUID",
    "USER",
    "LOGNAME",
];
/// Variables that name the commit.
const COMMITS: [&str; 6] =
    ["GITHUB_SHA", "CI_COMMIT_SHA", "BUILD_SOURCEVERSION", "GIT_COMMIT", "BITBUCKET_COMMIT", "CIRCLE_SHA1"];
/// Variables that hold the URL of the run.
const RUN_URLS: [&str; 3] = ["CI_JOB_URL", "BUILD_URL", "CIRCLE_BUILD_URL"];

impl Provenance {
    /// The origin of this process. It is determined once.
    pub fn of_this_process() -> &'static Self {
        static KNOWN: OnceLock<Provenance> = OnceLock::new();
        KNOWN.get_or_init(|| Self::of(&environment::process, host_name()))
    }

    /// Reads the origin from the environment. `host` is the machine's name, if the system provides it.
    pub fn of(env: Lookup<'_>, host: Option<String>) -> Self {
        let first = |names: &[&'static str]| {
            names.iter().find_map(|name| Some((*name, clean(&environment::read(env, name)?)?)))
        };
        let actor = first(&ACTORS);
        Self {
            actor_source: actor.as_ref().map(|(source, _)| (*source).to_owned()),
            actor: actor.map(|(_, actor)| actor),
            host: host.or_else(|| environment::read(env, "HOSTNAME")).as_deref().and_then(clean),
            commit: first(&COMMITS).map(|(_, commit)| commit),
            ci_run_url: github_run(env).or_else(|| first(&RUN_URLS).map(|(_, url)| url)),
        }
    }
}

fn github_run(env: Lookup<'_>) -> Option<String> {
    let read = |name| environment::read(env, name);
    let url = format!(
        "{}/{}/actions/runs/{}",
        read("GITHUB_SERVER_URL")?,
        read("GITHUB_REPOSITORY")?,
        read("GITHUB_RUN_ID")?
    );
    clean(&url)
}

/// Escapes a text and cuts it to 200 characters, because text from the environment may be long or contain line breaks.
/// Returns `None` for an empty text.
fn clean(text: &str) -> Option<String> {
    let text: String = cxvars_core::base::display::escape(text.trim()).chars().take(200).collect();
    (!text.is_empty()).then_some(text)
}

/// The machine's name as Linux provides it, else `None`.
fn host_name() -> Option<String> {
    std::fs::read_to_string("/proc/sys/kernel/hostname").ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pipelines_variables_win_over_the_users() {
        let env = |name: &str| match name {
            "USER" => Some("root".to_owned()),
            "GITLAB_USER_LOGIN" => Some("kim".to_owned()),
            "CI_COMMIT_SHA" => Some("abc".to_owned()),
            "CI_JOB_URL" => Some("https://ci/1".to_owned()),
            _ => None,
        };
        let provenance = Provenance::of(&env, Some("runner\n".to_owned()));
        assert_eq!(provenance.actor.as_deref(), Some("kim"));
        assert_eq!(provenance.actor_source.as_deref(), Some("GITLAB_USER_LOGIN"));
        assert_eq!(provenance.host.as_deref(), Some("runner"));
        assert_eq!(provenance.commit.as_deref(), Some("abc"));
        assert_eq!(provenance.ci_run_url.as_deref(), Some("https://ci/1"));
        assert_eq!(Provenance::of(&|_| None, None), Provenance::default());
    }
}
