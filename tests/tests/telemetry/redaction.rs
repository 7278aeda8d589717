//! No value, token, credential, header or query is in what the collector gets.

use cxvars_tests::document::{document, plain, secret};
use cxvars_tests::leak::Searcher;
use cxvars_tests::process::{ForeignService, Reply, Sandbox};
use serde_json::json;

use super::collector::Collector;
use super::{ALL, SECRET, fleet};

const PLAIN: &str = "plain-value-of-the-tests";
const QUERY: &str = "query-of-the-tests";
const HOOK: &str = "path-of-the-webhook";
const ECHOED: &str = "echoed-by-the-service";

#[test]
fn no_secret_is_in_what_is_sent() {
    // The service also repeats in its errors what it was sent.
    let body = format!("{{\"error_description\": \"{SECRET} {PLAIN} {ECHOED}\"}}");
    let echo = json!([
        {"on": "put", "action": "bu-a-crm", "fault": {"kind": "status", "status": 500, "body": body}},
        {"on": "put", "action": "bu-b-ivr", "fault": {"kind": "status", "status": 400, "body": body}},
    ]);
    let (service, collector) = (Sandbox::start(&echo), Collector::start());
    let hook = ForeignService::start(|_| Reply::json(200, ""));
    let mut workspace = fleet(&service, &["bu-a", "bu-b"], &collector);
    let token_url = format!("token_url = \"{}/api/v2/oauth/token?key={QUERY}\"\n", service.url());
    let config = workspace.read("cxvars.toml").replace("[profile]\n", &format!("[profile]\n{token_url}"));
    workspace.write("cxvars.toml", format!("{config}[webhook]\nurl = \"{}/{HOOK}?key={QUERY}\"\n", hook.url()));
    workspace.env("CXVARS_WEBHOOK_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    for action in ["crm", "ivr"] {
        workspace.write(&format!("{action}.json"), document(&[plain("limit", PLAIN), secret("token", SECRET)]));
    }
    workspace.run(&[&ALL[..], &["--keep-going"]].concat());
    let spans = collector.spans();
    assert!(spans.iter().any(|span| span.failed), "the faults were hit");
    assert!(spans.iter().any(|span| span.get("url.full").ends_with("/oauth/token")), "the query was sent: {spans:?}");
    assert!(spans.iter().any(|span| span.get("url.full") == format!("{}/", hook.url())), "the webhook was: {spans:?}");
    let secrets = [SECRET, PLAIN, QUERY, HOOK, ECHOED, "secret-of-the-tests", "client-of-the-tests"];
    let searcher = Searcher::new(secrets.into_iter().chain(["MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]));
    assert_eq!(searcher.search(&collector.bytes()), Vec::<String>::new());
    // Nor are the names of what is sent beside them.
    let text = String::from_utf8_lossy(&collector.bytes()).to_lowercase();
    for word in ["bearer", "authorization", "if-match", "correlation"] {
        assert!(!text.contains(word), "{word}");
    }
}
