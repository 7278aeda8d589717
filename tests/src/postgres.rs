//! A real PostgreSQL server for the tests: one for each test program, with a database for each test.
//!
//! A shell starts the server, and waits for the end of its input, which this process holds. So the server stops, and its
//! folder is deleted, when this process ends, however it ends.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Where Debian installs the programs of each version.
const DEBIAN: &str = "/usr/lib/postgresql";

/// The user who owns the databases.
const OWNER: &str = "postgres";

/// Who may log in without a password: everybody but this user.
const ACCESS: &str = "host all locked 127.0.0.1/32 scram-sha-256\nhost all all 127.0.0.1/32 trust\n";

/// Makes, starts and stops the server in the folder `$2` with the programs in `$1`, until its input ends. It says when it
/// has done so, whether or not somebody still listens. Ctrl-C is meant for the tests, whose end it waits for.
const SCRIPT: &str = r#"
trap '' INT HUP TERM PIPE
programs=$1 folder=$2
make() { "$programs/initdb" --auth=trust --no-sync --username postgres -D "$folder/data"; }
control() { "$programs/pg_ctl" -w -s -D "$folder/data" -l "$folder/log" -m fast "$@"; }
while read -r word; do
  case $word in
  make) make ;;
  *) control "$word" ;;
  esac </dev/null >>"$folder/script-log" 2>&1 && echo done || echo failed
done
control stop >/dev/null 2>&1
rm -rf "$folder"
"#;

/// A server. Dropping it stops it.
pub struct Server {
    port: u16,
    folder: PathBuf,
    shell: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

/// A database of a server.
pub struct Database {
    port: u16,
    /// Its name.
    pub name: String,
}

/// The server of this test program.
pub fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| Server::start(""))
}

/// A new database, without a schema of ours.
pub fn database() -> Database {
    server().database()
}

impl Server {
    /// Starts a server with these lines in its configuration.
    pub fn start(configuration: &str) -> Self {
        Self::start_with(configuration, &[])
    }

    /// As [`Server::start`], with files in its folder. The configuration may name the folder as `FOLDER`.
    pub fn start_with(configuration: &str, files: &[(&str, &str)]) -> Self {
        let folder =
            tempfile::Builder::new().prefix("cxvars-postgres-").tempdir().expect("a folder can be made").keep();
        if is_root() {
            run(Command::new("chown").arg(OWNER).arg(&folder));
        }
        let mut server = Self::of_shell(&folder);
        assert!(server.does("make"), "{}", server.log());
        for (name, text) in files {
            let path = folder.join(name);
            write_as_owner(&path, text);
            run(as_owner(Path::new("chmod")).arg("600").arg(&path));
        }
        write_as_owner(&folder.join("data/pg_hba.conf"), ACCESS);
        // A port that was free may be taken before the server has it.
        let has_started = (0..5).any(|_| {
            server.port = free_port();
            let lines = format!(
                "port = {}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = ''\nfsync = off\n\
                 max_connections = 200\n{}\n",
                server.port,
                configuration.replace("FOLDER", &folder.display().to_string())
            );
            write_as_owner(&folder.join("data/postgresql.auto.conf"), &lines);
            server.does("start")
        });
        assert!(has_started, "{}", server.log());
        server
    }

    /// The shell that will have a server in this folder.
    fn of_shell(folder: &Path) -> Self {
        let mut shell = as_owner(Path::new("/bin/sh"));
        shell.args(["-c", SCRIPT, "sh"]).arg(programs()).arg(folder).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut shell = shell.spawn().expect("a shell starts");
        let input = shell.stdin.take();
        let output = BufReader::new(shell.stdout.take().expect("stdout is a pipe"));
        Self { port: 0, folder: folder.to_owned(), shell, input, output }
    }

    /// What the server and its programs said.
    fn log(&self) -> String {
        ["script-log", "log"].map(|name| fs::read_to_string(self.folder.join(name)).unwrap_or_default()).concat()
    }

    /// Stops the server, and breaks its connections.
    pub fn stop(&mut self) {
        assert!(self.does("stop"), "the server stops");
    }

    /// Starts the server again.
    pub fn restart(&mut self) {
        assert!(self.does("start"), "the server starts again");
    }

    /// Has the shell start or stop the server, and waits until that is done.
    fn does(&mut self, word: &str) -> bool {
        let input = self.input.as_mut().expect("stdin is a pipe");
        writeln!(input, "{word}").expect("the shell reads");
        let mut line = String::new();
        self.output.read_line(&mut line).expect("the shell answers");
        line == "done\n"
    }

    /// A new database.
    pub fn database(&self) -> Database {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("fleet{}", COUNT.fetch_add(1, Ordering::Relaxed));
        let maintenance = Database { port: self.port, name: OWNER.to_owned() };
        maintenance.sql(&format!("CREATE DATABASE {name}"));
        Database { port: self.port, name }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.shell.wait();
    }
}

impl Database {
    /// Its URL for its owner.
    pub fn url(&self) -> String {
        self.url_of(OWNER)
    }

    /// Its URL for a user, or for `USER:PASSWORD`.
    pub fn url_of(&self, user: &str) -> String {
        format!("postgres://{user}@127.0.0.1:{}/{}?sslmode=disable", self.port, self.name)
    }

    /// The server's port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Carries out SQL as the owner, and returns what it prints: a line for each row, with `|` between columns.
    #[track_caller]
    pub fn sql(&self, text: &str) -> String {
        run(&mut self.psql(OWNER, text)).trim_end().to_owned()
    }

    /// Carries out SQL as a user, who is refused. Returns what the server says.
    #[track_caller]
    pub fn refused_sql(&self, user: &str, text: &str) -> String {
        let output = self.psql(user, text).output().expect("psql runs");
        assert!(!output.status.success(), "{user} may: {text}");
        String::from_utf8_lossy(&output.stderr).into_owned()
    }

    fn psql(&self, user: &str, text: &str) -> Command {
        let mut psql = Command::new(programs().join("psql"));
        psql.args(["-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-d"]).arg(self.url_of(user)).args(["-c", text]);
        psql
    }

    /// All of its content, as SQL.
    pub fn dump(&self) -> String {
        run(Command::new(programs().join("pg_dump")).arg("-d").arg(self.url()))
    }
}

/// The folder of the newest version's programs.
fn programs() -> &'static Path {
    static PROGRAMS: OnceLock<PathBuf> = OnceLock::new();
    PROGRAMS.get_or_init(|| {
        let version = |path: &PathBuf| path.file_name()?.to_str()?.parse::<u32>().ok();
        let versions = fs::read_dir(DEBIAN).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()));
        let newest = versions.filter(|path| version(path).is_some()).max_by_key(version);
        newest.expect("PostgreSQL is installed (on Debian: apt-get install postgresql)").join("bin")
    })
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port is free").port()
}

fn is_root() -> bool {
    run(Command::new("id").arg("-u")).trim() == "0"
}

/// A command as the owner of the databases: the server refuses to run as root.
fn as_owner(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("runuser");
    command.args(["-u", OWNER, "--"]).arg(program).current_dir("/");
    command
}

fn write_as_owner(path: &Path, text: &str) {
    let mut tee = as_owner(Path::new("tee"));
    let mut tee = tee.arg(path).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().expect("tee runs");
    tee.stdin.take().expect("stdin is a pipe").write_all(text.as_bytes()).expect("tee reads");
    assert!(tee.wait().expect("tee ends").success());
}

/// Runs a command, and returns what it prints.
#[track_caller]
fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}
