//! Connections that fail, break, or may not be made.

use std::net::TcpListener;
use std::process::Command;
use std::time::Duration;

use cxvars_host::shared::postgres::schema;
use cxvars_host::shared::{Lost, SharedState as _};
use cxvars_tests::postgres::Server;
use cxvars_tests::process::Workspace;

use super::{address, block_on, database, lease, open, open_url, place};

/// What a first call says.
fn lost(url: &str) -> String {
    match block_on(open_url(url, Duration::ZERO).recall(&place("a"))) {
        Err(Lost::Database(sentence)) => sentence,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_wrong_password_is_said_and_not_shown() {
    let database = database();
    database.sql(
        "CREATE ROLE locked LOGIN PASSWORD 'the-right-password';
         GRANT USAGE ON SCHEMA cxvars_shared TO locked; GRANT SELECT ON ALL TABLES IN SCHEMA cxvars_shared TO locked",
    );
    let wrong = database.url_of("locked:hunter2-password");
    let sentence = lost(&wrong);
    assert!(sentence.contains("refused the user, the password"), "{sentence}");
    assert!(sentence.contains(&format!("127.0.0.1/{}", database.name)), "{sentence}");
    let none = lost(&database.url_of("locked"));
    assert!(none.contains("asks for a password"), "{none}");
    let mut workspace = Workspace::new();
    workspace.env("CXVARS_SHARED_URL", &wrong);
    workspace.profile("[shared]");
    let output = workspace.run(&["shared", "status", "-vv"]);
    output.exits(5).says(&["refused the user, the password"]);
    assert!(!output.stderr().contains("hunter2-password"), "{output:?}");
    let right = open_url(&database.url_of("locked:the-right-password"), Duration::ZERO);
    block_on(right.recall(&place("a"))).unwrap();
}

#[test]
fn a_server_that_is_not_there_is_said() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let sentence = lost(&format!("postgres://u:hunter2-password@127.0.0.1:{port}/fleet?sslmode=disable"));
    assert!(
        sentence.starts_with("the shared state in 127.0.0.1/fleet cannot be used: it cannot be reached"),
        "{sentence}"
    );
    assert!(!sentence.contains("hunter2"), "{sentence}");
}

#[test]
fn a_database_that_does_not_exist_is_said() {
    let database = database();
    let sentence = lost(&database.url().replace(&database.name, "absent"));
    assert!(sentence.contains("no such database"), "{sentence}");
}

#[test]
fn a_server_without_tls_is_refused_unless_the_url_says_so() {
    let database = database();
    let sentence = lost(&database.url().replace("sslmode=disable", "sslmode=require"));
    assert!(sentence.contains("offers no TLS"), "{sentence}");
    let sentence = lost(database.url().split('?').next().unwrap());
    assert!(sentence.contains("offers no TLS"), "{sentence}");
}

/// Runs `openssl` in a folder.
fn openssl(folder: &std::path::Path, args: &str) {
    let output = Command::new("openssl").args(args.split(' ')).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "{args}: {}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn the_certificate_of_the_server_is_verified() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    for name in ["authority", "other"] {
        openssl(
            path,
            &format!("req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN={name} -keyout {name}.key -out {name}.pem"),
        );
    }
    openssl(path, "req -newkey rsa:2048 -nodes -subj /CN=db -keyout server.key -out server.csr");
    std::fs::write(path.join("names"), "subjectAltName=DNS:localhost").unwrap();
    openssl(
        path,
        "x509 -req -in server.csr -CA authority.pem -CAkey authority.key -CAcreateserial -days 2 -extfile names -out server.pem",
    );
    let [certificate, key] = ["server.pem", "server.key"].map(|name| std::fs::read_to_string(path.join(name)).unwrap());
    let server = Server::start_with(
        "ssl = on\nssl_cert_file = 'FOLDER/server.pem'\nssl_key_file = 'FOLDER/server.key'",
        &[("server.pem", &certificate), ("server.key", &key)],
    );
    let database = server.database();
    let url = |host: &str, root: &str| {
        let root = path.join(root).display().to_string();
        let (port, name) = (database.port(), &database.name);
        format!("postgres://postgres@{host}:{port}/{name}?sslmode=require&sslrootcert={root}")
    };
    let untrusted = lost(&url("localhost", "other.pem"));
    assert!(untrusted.contains("certificate") && untrusted.contains("sslrootcert"), "{untrusted}");
    // Its certificate is for another name.
    assert!(lost(&url("127.0.0.1", "authority.pem")).contains("certificate"));
    let by_system = url("localhost", "authority.pem").split("&sslrootcert").next().unwrap().to_owned();
    assert!(lost(&by_system).contains("certificate"));
    // What is missing now is the schema, which only a verified connection finds out.
    assert!(lost(&url("localhost", "authority.pem")).contains("has no shared state"));
}

#[test]
fn a_connection_that_broke_is_made_anew() {
    let database = database();
    let shared = open(&database);
    block_on(async {
        let held = lease(&shared, "a").await;
        database.sql(&format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{}' AND pid <> pg_backend_pid()",
            database.name
        ));
        shared.renew(&held).await.unwrap();
    });
}

#[test]
fn a_database_that_is_gone_is_given_up_after_the_patience_and_used_when_it_is_back() {
    let mut server = Server::start("");
    let database = server.database();
    block_on(schema::init(&address(&database.url()), None)).unwrap();
    let hasty = open_url(&database.url(), Duration::ZERO);
    let patient = open_url(&database.url(), Duration::from_secs(120));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let held = runtime.block_on(lease(&hasty, "a"));
    server.stop();
    for _ in 0..2 {
        let lost = runtime.block_on(hasty.renew(&held)).unwrap_err();
        assert!(matches!(&lost, Lost::Database(what) if what.contains("127.0.0.1/fleet")), "{lost}");
    }
    // The server comes back while the patient one tries.
    std::thread::scope(|scope| {
        let (trying, is_trying) = std::sync::mpsc::channel();
        let patient = &patient;
        let waiting = scope.spawn(move || {
            block_on(async {
                let place = place("a");
                let mut recalled = patient.recall(&place);
                tokio::select! {
                    biased;
                    early = &mut recalled => panic!("{early:?}"),
                    () = tokio::task::yield_now() => trying.send(()).unwrap(),
                }
                recalled.await
            })
        });
        is_trying.recv().unwrap();
        server.restart();
        waiting.join().unwrap().unwrap();
    });
    // The lease is still there: the database keeps what it has confirmed.
    runtime.block_on(hasty.renew(&held)).unwrap();
}
