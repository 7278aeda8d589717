//! `value_from: {command: NAME}`: the standard output of a program that the user's own file names.

use std::io::Read;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use cxvars_core::base::display;
use cxvars_core::base::secret::Secret;
use zeroize::Zeroizing;

use super::{CAP_BYTES, Context, SourceError};
use crate::system::{System, environment, files, suggest};

/// Longest time that a command may take, unless the configuration sets another. A password manager may have to ask a
/// server.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);

/// How often to check whether a command that has closed its output has ended.
const POLL_INTERVAL: Duration = Duration::from_millis(5);

/// Runs the command, without a shell. Its standard input is empty, and its environment lacks the credentials of this
/// program. It runs in the folder of the file that defines it, so that no file of a project decides what it does.
pub(super) fn resolve(name: &str, context: &Context<'_>) -> Result<Secret, SourceError> {
    let error =
        |problem: String, unavailable| SourceError::Command { name: display::escape(name), problem, unavailable };
    let Some(command) = context.commands.get(name) else {
        let help = suggest::help(name, context.commands.keys().map(String::as_str));
        return Err(error(
            format!("is not defined; define it as `[commands.NAME]` in your own configuration file ({help})"),
            false,
        ));
    };
    let timeout = limit(name, context);
    let mut process = Command::new(&command.program);
    process.args(command.args()).current_dir(&command.folder);
    process.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    for variable in environment::names() {
        if variable.to_str().is_none_or(|variable| super::env::is_reserved(variable, context.reserved)) {
            process.env_remove(&variable);
        }
    }
    // A process group of its own, so that the processes it starts can be killed with it.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut process, 0);
    let child = process.spawn().map_err(|found| {
        let program = display::quote(&command.program);
        error(format!("cannot be started: {program}: {}", files::describe(&found)), false)
    })?;
    let (status, output) = output(child, timeout, context.system).map_err(|problem| error(problem, true))?;
    if !status.success() {
        return Err(error(
            format!("failed ({status}); what it says is not shown, as it may hold the value: run it by hand"),
            true,
        ));
    }
    super::value_of(output).map_err(|problem| error(format!("gave an output that {problem}"), false))
}

/// Longest time that the command may take.
pub(super) fn limit(name: &str, context: &Context<'_>) -> Duration {
    let configured = context.commands.get(name).and_then(|command| command.timeout_s);
    configured.map_or(DEFAULT_TIMEOUT, Duration::from_secs).min(context.deadline)
}

/// An output; `None` if it is larger than a value may be.
type Capped = Option<Zeroizing<Vec<u8>>>;

/// Waits until the command and its output end. After `timeout`, kills the command with all that it has started.
fn output(mut child: Child, timeout: Duration, system: &dyn System) -> Result<(ExitStatus, Capped), String> {
    let deadline = system.monotonic() + timeout;
    let late = || format!("took longer than {} s and was killed", timeout.as_secs());
    let (sender, receiver) = mpsc::channel();
    let stdout = child.stdout.take();
    std::thread::spawn(move || {
        let read = stdout.map(read_all).transpose();
        // After the deadline, nobody receives this any more.
        let _ = sender.send(read);
    });
    let result = match receiver.recv_timeout(timeout) {
        Err(_) => Err(late()),
        Ok(Err(error)) => Err(format!("gave an output that {}", files::problem(&error))),
        Ok(Ok(output)) => loop {
            match child.try_wait() {
                Ok(Some(status)) => break Ok((status, output.flatten())),
                Ok(None) if system.monotonic() < deadline => system.block(POLL_INTERVAL),
                _ => break Err(late()),
            }
        },
    };
    if result.is_err() {
        kill(&mut child);
    }
    result
}

/// Reads the output. What exceeds the limit is read and thrown away, so that the command can end.
fn read_all(mut stdout: impl Read) -> std::io::Result<Capped> {
    let output = files::read_capped(&mut stdout, CAP_BYTES)?;
    std::io::copy(&mut stdout, &mut std::io::sink())?;
    Ok(output)
}

fn kill(child: &mut Child) {
    #[cfg(unix)]
    if let Some(group) = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw) {
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    // The command may have ended by itself in the meantime.
    let _ = child.kill();
    let _ = child.wait();
}

#[cfg(all(test, unix))]
mod tests {
    use std::collections::BTreeMap;
    use std::path::PathBuf;

    use super::*;
    use crate::config;
    use crate::value_source::tests::test_context;

    fn run(script: &str, timeout_s: Option<u64>) -> Result<String, String> {
        let folder = std::env::temp_dir();
        let args = Some(vec!["-c".to_owned(), script.to_owned()]);
        let command = config::Command { program: "sh".to_owned(), args, timeout_s, folder };
        let commands = BTreeMap::from([("op".to_owned(), command)]);
        let params = BTreeMap::new();
        let context = Context { commands: &commands, ..test_context(&|_| None, &params) };
        let value = resolve("op", &context).map_err(|error| error.to_string())?;
        Ok(value.expose().to_owned())
    }

    #[test]
    fn its_output_without_one_newline_is_the_value() {
        assert_eq!(run("printf 'a\\nb\\n\\n'", None), Ok("a\nb\n".to_owned()));
        assert_eq!(
            run("pwd -P", None).map(PathBuf::from),
            std::env::temp_dir().canonicalize().map_err(|e| e.to_string())
        );
        assert_eq!(run("cat; echo v", None), Ok("v".to_owned()));
    }

    #[test]
    fn what_goes_wrong_is_told_and_the_output_is_not() {
        for (script, words) in [
            ("echo hunter2; echo hunter2 >&2; exit 3", "failed (exit status: 3)"),
            ("echo hunter2; kill -9 $$", "failed (signal: 9"),
            ("true", "gave an output that is empty"),
            ("printf 'hunter2\\377'", "UTF-8"),
            ("head -c 70000 /dev/zero", "64 KiB"),
        ] {
            let error = run(script, None).unwrap_err();
            assert!(error.contains("`op`") && error.contains(words) && !error.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn one_that_takes_too_long_is_killed_with_all_that_it_started() {
        let folder = tempfile::tempdir().unwrap();
        let pid = folder.path().join("pid");
        let script = format!("sleep 600 & echo $! > '{}'; wait", pid.display());
        let error = run(&script, Some(1)).unwrap_err();
        assert!(error.contains("took longer than 1 s and was killed"), "{error}");
        let started: i32 = std::fs::read_to_string(pid).unwrap().trim().parse().unwrap();
        let started = rustix::process::Pid::from_raw(started).unwrap();
        let is_gone = || {
            let stat = std::fs::read_to_string(format!("/proc/{}/stat", started.as_raw_nonzero())).unwrap_or_default();
            // A zombie that nobody has waited for yet counts as gone.
            stat.is_empty() || stat.contains(") Z ") || stat.contains(") X ")
        };
        // The system ends it some time after the kill; each look reads a file and lets others run.
        let looks = std::iter::repeat_with(is_gone).inspect(|_| std::thread::yield_now());
        assert!(looks.take(1_000_000).any(|is_gone| is_gone), "it still runs");
    }
}
