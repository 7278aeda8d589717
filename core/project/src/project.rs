//! One loaded configuration, and what it says of each document.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use cxvars_core::check::{Checked, Source};
use cxvars_core::options::CheckOptions;
use cxvars_core::options::ignore::Date;
use cxvars_core::options::validate::Validate;

use crate::baseline::{BaselineFile, BaselineProblem};
use crate::checks::{Checker, Checks};
use crate::conclusion::{Judge, conclude};
use crate::configuration::Configuration;
use crate::error::{Problem, ProjectError};
use crate::files::{Files, Recorded, Unreadable};
use crate::ignores::Ignores;
use crate::paths::{Base, parent};
use crate::plugin::Wanted;
use crate::profile::ProfileItems;
use crate::profile::trust::Trust;
use crate::read::{Loaded, PROJECT_FILE};
use crate::selection::Selection;

/// Which configuration to load.
#[derive(Clone, Copy, Debug)]
pub struct Request<'r> {
    folder: &'r Path,
    file: Option<&'r Path>,
    user_file: Option<&'r Path>,
    environment: Option<(&'r str, &'static str)>,
    today: Option<Date>,
}

impl<'r> Request<'r> {
    /// The configuration of a project without a file in this folder, which is absolute. Messages show paths from there.
    pub fn new(folder: &'r Path) -> Self {
        Self { folder, file: None, user_file: None, environment: None, today: None }
    }

    /// The project's `cxvars.toml`; its folder is the project's folder. [`crate::configuration_of`] finds it.
    #[must_use]
    pub fn file(self, file: Option<&'r Path>) -> Self {
        Self { file, ..self }
    }

    /// The user's own file, which need not exist.
    #[must_use]
    pub fn user_file(self, user_file: Option<&'r Path>) -> Self {
        Self { user_file, ..self }
    }

    /// The chosen environment. `named_by` says in messages what named it, such as "`CXVARS_ENV`".
    #[must_use]
    pub fn environment(self, name: Option<&'r str>, named_by: &'static str) -> Self {
        Self { environment: name.map(|name| (name, named_by)), ..self }
    }

    /// The current day, which decides whether an ignore has expired; without it, nothing expires.
    #[must_use]
    pub fn today(self, today: Option<Date>) -> Self {
        Self { today, ..self }
    }
}

/// A project: one loaded configuration. It does not change, and a clone is cheap.
#[derive(Clone)]
pub struct Project {
    inner: Arc<Inner>,
    today: Option<Date>,
}

struct Inner {
    base: Base,
    /// The folder without links.
    real_folder: PathBuf,
    sources: Vec<PathBuf>,
    environment: Option<String>,
    checks: Checks,
    checker: Checker,
    selection: Selection,
    baseline: Option<Known>,
}

/// The baseline, and its folder without links.
struct Known {
    file: BaselineFile,
    real_folder: PathBuf,
}

impl Project {
    /// Reads the configuration: `cxvars.toml` and the user's own file with what they extend, contracts, and the baseline.
    ///
    /// # Errors
    /// Every mistake for which `cxvars validate` would refuse to run. Policies are not loaded here.
    pub fn load(request: &Request<'_>, files: &dyn Files) -> Result<Self, ProjectError> {
        let recorded = Recorded::new(files);
        if request.file.is_none() {
            // It may be created.
            recorded.add(&request.folder.join(PROJECT_FILE));
        }
        let loaded = load(request, &recorded);
        let sources = recorded.into_paths();
        match loaded {
            Ok(inner) => Ok(Self { inner: Arc::new(Inner { sources, ..inner }), today: request.today }),
            Err(error) => Err(error.with_sources(sources)),
        }
    }

    /// The same project on another day.
    #[must_use]
    pub fn on_day(&self, today: Option<Date>) -> Self {
        Self { inner: Arc::clone(&self.inner), today }
    }

    /// The project's folder: that of `cxvars.toml`, else the folder that was given.
    pub fn folder(&self) -> &Path {
        self.inner.base.folder()
    }

    /// The project's `cxvars.toml`, if it has one.
    pub fn file(&self) -> Option<&Path> {
        self.inner.base.project_file()
    }

    /// Every file whose change means that the project is to be loaded again, also those that do not exist yet.
    pub fn sources(&self) -> &[PathBuf] {
        &self.inner.sources
    }

    /// Which files a search finds.
    pub fn selection(&self) -> &Selection {
        &self.inner.selection
    }

    /// The ignores.
    pub fn ignores(&self) -> &Ignores {
        self.inner.checker.ignores()
    }

    /// The policies of the configuration.
    pub fn plugins(&self) -> &[Wanted] {
        self.inner.checks.plugins()
    }

    /// The chosen environment.
    pub fn environment(&self) -> Option<&str> {
        self.inner.environment.as_deref()
    }

    /// The names of the parameters, by environment: the chosen one, or all if none was chosen. `None` if no environment
    /// is defined.
    pub fn params(&self) -> Option<&BTreeMap<String, BTreeSet<String>>> {
        self.inner.checks.known_params()
    }

    /// The files of the contracts, by variable.
    pub fn contracts(&self) -> &BTreeMap<String, PathBuf> {
        self.inner.checks.contracts()
    }

    /// `[validate]`.
    pub fn validate(&self) -> &Validate {
        self.inner.checks.validate()
    }

    /// The file of known findings.
    pub fn baseline(&self) -> Option<&BaselineFile> {
        self.inner.baseline.as_ref().map(|known| &known.file)
    }

    /// A path of the project for messages.
    pub fn shown(&self, path: &Path) -> String {
        self.inner.base.shown(path)
    }

    /// The options for the document at this path: its format by its name, and the ignores that apply to it.
    pub fn options_for(&self, path: Option<&Path>) -> CheckOptions {
        let mut options = self.inner.checker.options_for(path);
        options.today = self.today;
        options
    }

    /// Whether a text is clearly not a document. A search leaves it out; see [`Project::check_found`].
    pub fn is_foreign(&self, path: Option<&Path>, bytes: &[u8]) -> bool {
        Source::read(bytes, &self.options_for(path)).is_foreign()
    }

    /// Checks the document at this path, which is absolute: by the rules, with the ignores that apply; then without what
    /// the baseline knows; then by the policies. `work` gets the result.
    pub fn check<R>(
        &self,
        path: Option<&Path>,
        bytes: &[u8],
        policies: &dyn Judge,
        work: impl FnOnce(&Checked<'_>) -> R,
    ) -> R {
        let options = self.options_for(path);
        work(&self.judged(&Source::read(bytes, &options), &options, path, policies))
    }

    /// As [`Project::check`], for a document that a search found. None if it is clearly not a document.
    pub fn check_found<R>(
        &self,
        path: &Path,
        bytes: &[u8],
        policies: &dyn Judge,
        work: impl FnOnce(&Checked<'_>) -> R,
    ) -> Option<R> {
        let options = self.options_for(Some(path));
        let source = Source::read(bytes, &options);
        (!source.is_foreign()).then(|| work(&self.judged(&source, &options, Some(path), policies)))
    }

    fn judged<'s>(
        &self,
        source: &'s Source<'_>,
        options: &'s CheckOptions,
        path: Option<&Path>,
        policies: &dyn Judge,
    ) -> Checked<'s> {
        let mut checked = source.check(options, None);
        conclude(&mut checked, path, self.baseline(), &|path| self.real(path), policies);
        checked
    }

    /// A folder without links, as far as these are known: those above the project and above the baseline.
    fn real(&self, folder: &Path) -> PathBuf {
        let Inner { base, real_folder, baseline, .. } = &*self.inner;
        let of_baseline = baseline.as_ref().filter(|known| known.folder() == folder);
        match (of_baseline, folder.strip_prefix(base.folder())) {
            (Some(known), _) => known.real_folder.clone(),
            (None, Ok(below)) => real_folder.join(below),
            (None, Err(_)) => folder.to_owned(),
        }
    }
}

impl Known {
    fn folder(&self) -> &Path {
        parent(self.file.path())
    }
}

fn load(request: &Request<'_>, files: &Recorded<'_>) -> Result<Inner, ProjectError> {
    let project = request.file.map(|path| Loaded::project(path, "", files)).transpose()?;
    let user = request.user_file.map(|path| Loaded::users_own(path, files)).transpose()?.flatten();
    let configuration = Configuration::new(project, user);
    judged(request, &configuration, files).map_err(|error| error.find(&configuration))
}

fn judged(request: &Request<'_>, configuration: &Configuration, files: &Recorded<'_>) -> Result<Inner, ProjectError> {
    refuse_bad_hosts(configuration)?;
    if let Some((name, named_by)) = request.environment {
        configuration.find_environment(name, named_by).map_err(|error| at_key(&["env"], error))?;
    }
    let environment = request.environment.map(|(name, _)| name);
    let profile = configuration.profile(ProfileItems::default(), environment);
    let profile = profile.map_err(|error| at_backoff(error, environment))?;
    let checks = configuration.checks(environment, &profile);
    checks.plugins().iter().for_each(|plugin| files.add(&plugin.path));
    let base = Base::new(request.folder, configuration.project_file());
    let checker = Checker::new(&checks, &base, files)?;
    let baseline = checks.command().baseline.as_deref().map(|path| known(path, &base, files)).transpose()?;
    let selection = Selection::new(&base, checks.command(), &[]);
    let selection = selection.without(baseline.as_ref().map(|known| known.file.path()));
    let real_folder = files.resolved(base.folder());
    let environment = environment.map(str::to_owned);
    Ok(Inner { base, real_folder, sources: Vec::new(), environment, checks, checker, selection, baseline })
}

fn at_key(key: &[&str], error: impl Display) -> ProjectError {
    ProjectError::new(vec![Problem::at_key(key, error)])
}

/// The error for waits that contradict each other, at the first key that may be meant.
fn at_backoff(error: impl Display, environment: Option<&str>) -> ProjectError {
    let of_environment = environment.map(|name| vec!["env", name]);
    let tables: Vec<Vec<&str>> = of_environment.into_iter().chain([vec!["profile"]]).collect();
    let keys = tables.iter().flat_map(|table| {
        ["backoff_base_ms", "backoff_cap_ms"].map(|key| table.iter().copied().chain([key]).collect())
    });
    ProjectError::new(vec![Problem::at_first_key(keys, error)])
}

fn refuse_bad_hosts(configuration: &Configuration) -> Result<(), ProjectError> {
    let [_, user] = configuration.files();
    let trust = Trust::new(&[], None, user.trusted_hosts.as_deref().unwrap_or_default());
    trust.map(drop).map_err(|error| at_key(&["trusted_hosts"], error))
}

fn known(path: &Path, base: &Base, files: &dyn Files) -> Result<Known, ProjectError> {
    let path = base.working_directory().join(path);
    match BaselineFile::read(&path, base, files) {
        Ok(file) => {
            let real_folder = files.resolved(parent(&path));
            Ok(Known { file, real_folder })
        }
        Err(error) => {
            let is_pending = matches!(error, BaselineProblem::Unreadable { problem: Unreadable::Pending, .. });
            Err(at_key(&["validate", "baseline"], error).pending(is_pending))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conclusion::NoPolicies;
    use crate::files::Memory;

    const DOCUMENT: &[u8] = br#"[{"name": "_a", "type": "string", "value": "x"}]"#;

    fn files(entries: &[(&str, &str)]) -> Memory {
        let mut files = Memory::new();
        entries.iter().for_each(|(path, text)| files.insert(*path, *text));
        files
    }

    fn request<'r>() -> Request<'r> {
        Request::new(Path::new("/p"))
            .file(Some(Path::new("/p/cxvars.toml")))
            .user_file(Some(Path::new("/u/config.toml")))
    }

    fn load(entries: &[(&str, &str)]) -> Result<Project, ProjectError> {
        Project::load(&request(), &files(entries))
    }

    fn codes(project: &Project, path: &str, bytes: &[u8]) -> Vec<String> {
        project.check(Some(Path::new(path)), bytes, &NoPolicies, |checked| {
            checked.report().diagnostics().iter().map(|finding| finding.code.to_string()).collect()
        })
    }

    /// A file, a line and a column in it, and what the command line prints.
    type Mistake = (PathBuf, Option<(usize, usize)>, String);

    fn problems(entries: &[(&str, &str)]) -> Vec<Mistake> {
        let error = load(entries).err().unwrap();
        let at = |problem: &Problem| problem.position().map(|position| (position.line, position.column));
        let problem = |problem: &Problem| (problem.path().unwrap().to_owned(), at(problem), problem.to_string());
        error.problems().iter().map(problem).collect()
    }

    #[test]
    fn a_document_is_checked_with_the_ignores_of_its_path() {
        let project = load(&[(
            "/p/cxvars.toml",
            "[[ignore]]\ncode = \"CX102\"\nreason = \"r\"\npath = \"old/**\"\nexpires = 2026-01-31\n",
        )]);
        let project = project.ok().unwrap();
        assert_eq!(codes(&project, "/p/a.json", DOCUMENT), ["CX102"]);
        assert!(codes(&project, "/p/old/a.json", DOCUMENT).is_empty());
        let found = |bytes| project.check_found(Path::new("/p/a.json"), bytes, &NoPolicies, |_| ());
        let foreign = br#"{"compilerOptions": {"strict": true}, "include": ["src"]}"#;
        assert_eq!((found(DOCUMENT), found(foreign)), (Some(()), None));
        assert!(project.is_foreign(Some(Path::new("/p/a.json")), foreign));
        let later = project.on_day(Some(Date::new(2026, 2, 1)));
        assert_eq!(codes(&later, "/p/old/a.json", DOCUMENT), ["CX102"]);
    }

    #[test]
    fn the_baseline_hides_what_it_knows_and_is_no_document() {
        let config = "[validate]\nbaseline = \"known.json\"\n";
        let empty = ("/p/known.json", "{\"version\": 1, \"findings\": []}");
        let before = load(&[("/p/cxvars.toml", config), empty]).ok().unwrap();
        let baseline = before.check(Some(Path::new("/p/a/b.json")), DOCUMENT, &NoPolicies, |checked| {
            cxvars_core::check::baseline::to_know("a/b.json", checked.report())
        });
        let baseline: cxvars_core::check::baseline::Baseline = baseline.into_iter().collect();
        let project = load(&[("/p/cxvars.toml", config), ("/p/known.json", &baseline.to_text())]).ok().unwrap();
        assert!(codes(&project, "/p/a/b.json", DOCUMENT).is_empty());
        assert_eq!(codes(&project, "/p/b.json", DOCUMENT), ["CX102"]);
        let selection = project.selection();
        assert!(selection.has_file(Path::new("/p/a/known.json")) && !selection.has_file(Path::new("/p/known.json")));
    }

    #[test]
    fn mistakes_have_the_place_and_the_words_of_the_command_line() {
        let config = Path::new("/p/cxvars.toml").to_owned();
        let found =
            problems(&[("/p/cxvars.toml", "[contracts]\na = \"a.json\"\nb = \"b.json\"\n"), ("/p/b.json", "{}")]);
        let message = "[contracts] `a`: `a.json` cannot be used: no such file or folder".to_owned();
        assert_eq!(found, [(config.clone(), Some((2, 1)), message)]);
        let ignore = "\n[[ignore]]\ncode = \"CX001\"\nreason = \"r\"\n";
        let found = problems(&[("/p/cxvars.toml", ignore)]);
        let message = "cxvars.toml:2: [[ignore]]: CX001 cannot be ignored: a document that cannot be read is never valid; \
                       mend it";
        assert_eq!(found, [(config.clone(), Some((2, 1)), message.to_owned())]);
        let found = problems(&[("/p/cxvars.toml", "[validate]\nmax_depht = 1\n")]);
        assert_eq!((&found[0].0, found[0].1), (&config, Some((2, 1))));
        let found = problems(&[("/p/cxvars.toml", "[profile]\nbackoff_base_ms = 70_000\n")]);
        assert_eq!((&found[0].0, found[0].1), (&config, Some((2, 1))));
        let found = problems(&[("/p/cxvars.toml", "[profile]\nbackoff_cap_ms = 1\n")]);
        assert_eq!((&found[0].0, found[0].1), (&config, Some((2, 1))));
        let found = problems(&[("/p/cxvars.toml", ""), ("/u/config.toml", "trusted_hosts = [\"*\"]\n")]);
        assert_eq!((found[0].0.as_path(), found[0].1), (Path::new("/u/config.toml"), Some((1, 1))));
        let found = problems(&[("/p/cxvars.toml", "[validate]\nbaseline = \"known.json\"\n")]);
        let message = "cannot read the baseline `known.json`: no such file or folder; \
                       `cxvars validate . --write-baseline known.json` makes it";
        assert_eq!(found, [(config, Some((2, 1)), message.to_owned())]);
    }

    #[test]
    fn threads_share_a_project() {
        fn is_shared<T: Send + Sync>() {}
        is_shared::<Project>();
    }

    #[test]
    fn an_environment_must_be_defined() {
        let files = files(&[("/p/cxvars.toml", "[env.prod.params]\nregion = \"eu\"\n[env.dev]\n")]);
        let project = Project::load(&request().environment(Some("prod"), "`CXVARS_ENV`"), &files).ok().unwrap();
        assert_eq!(project.environment(), Some("prod"));
        assert_eq!(project.params().unwrap().len(), 1);
        let error = Project::load(&request().environment(Some("prdo"), "`CXVARS_ENV`"), &files).err().unwrap();
        assert!(error.to_string().ends_with("did you mean `prod`?"), "{error}");
        assert!(error.to_string().contains("named by `CXVARS_ENV`"), "{error}");
    }

    #[test]
    fn every_file_that_counts_is_a_source_even_if_it_does_not_exist() {
        let config = "extends = \"../shared.toml\"\n[contracts]\na = \"a.json\"\n[validate]\nbaseline = \"k.json\"\n";
        let error = load(&[("/p/cxvars.toml", config), ("/p/../shared.toml", "")]).err().unwrap();
        for source in ["/p/cxvars.toml", "/p/../shared.toml", "/u/config.toml", "/p/a.json"] {
            assert!(error.sources().iter().any(|path| path == Path::new(source)), "{source}");
        }
        let project = Project::load(&Request::new(Path::new("/p")), &Memory::new()).ok().unwrap();
        assert_eq!(project.sources(), [Path::new("/p/cxvars.toml")]);
        assert_eq!((project.folder(), project.file()), (Path::new("/p"), None));
    }

    #[test]
    fn a_file_that_is_being_fetched_is_waited_for() {
        let config = "extends = \"s.toml\"\n[contracts]\na = \"a.json\"\n[validate]\nbaseline = \"k.json\"\n";
        let known = "{\"version\": 1, \"findings\": []}";
        let mut files =
            files(&[("/p/cxvars.toml", config), ("/p/s.toml", ""), ("/p/a.json", "{}"), ("/p/k.json", known)]);
        assert!(Project::load(&request(), &files).is_ok());
        for pending in ["/p/cxvars.toml", "/u/config.toml", "/p/s.toml", "/p/a.json", "/p/k.json"] {
            let mut files = files.clone();
            files.set_pending(pending);
            assert!(Project::load(&request(), &files).err().unwrap().is_pending(), "{pending}");
        }
        files.insert("/p/a.json", "{");
        assert!(!Project::load(&request(), &files).err().unwrap().is_pending());
    }
}
