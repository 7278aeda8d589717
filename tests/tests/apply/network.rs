//! What lies between the program and the service: certificates and proxies.

use cxvars_tests::process::{ForeignService, Output, Reply, Workspace};
use cxvars_tests::registration::ACTION;
use serde_json::json;

/// The certificate of an authority that has signed nothing.
const AUTHORITY: &str = include_str!("authority.pem");

const APPLY: [&str; 7] = ["apply", ACTION, "-f", "vars.json", "--yes", "--format", "json"];

/// A workspace for this address, with a document and with this authority as the only one.
fn workspace(url: &str) -> Workspace {
    let mut workspace = Workspace::for_url(url);
    workspace.write("vars.json", r#"{"variables": []}"#);
    let authority = workspace.write("authority.pem", AUTHORITY);
    workspace.env("SSL_CERT_FILE", &authority.display().to_string());
    workspace
}

/// Asserts that nothing was reached, for the reason with this code, and that the error contains all `words`.
#[track_caller]
fn is_unreachable(output: &Output, code: &str, words: &[&str]) {
    let result = &output.json()["results"][0];
    assert_eq!((result["outcome"].clone(), output.code), (json!("unavailable"), Some(5)), "{output:?}");
    assert_eq!(result["error"]["code"], code, "{result}");
    let text = result["error"].to_string();
    assert!(words.iter().all(|word| text.contains(word)), "{text}");
}

#[test]
fn the_status_of_a_proxy_is_told_in_its_own_words() {
    for (status, code, words) in [
        (407, "proxy_login", &["407", "HTTPS_PROXY", "NO_PROXY"][..]),
        (502, "proxy", &["proxy", "HTTPS_PROXY", "NO_PROXY"]),
        (403, "proxy", &["proxy"]),
    ] {
        let proxy = ForeignService::start(move |_| Reply::json(status, ""));
        let mut workspace = workspace("https://api.nicecxone.com");
        workspace.env("HTTPS_PROXY", &proxy.url());
        is_unreachable(&workspace.run(&APPLY), code, words);
        let asked: Vec<_> = proxy.seen().into_iter().map(|seen| (seen.method, seen.path)).collect();
        assert_eq!(asked, [("CONNECT".to_owned(), "api.nicecxone.com:443".to_owned())], "at once");
    }
}

#[test]
fn loopback_is_reached_without_a_proxy() {
    let service =
        ForeignService::storing(|variables| Reply::json(200, format!("{{\"id\": 1, \"variables\": {variables}}}")));
    let mut workspace = workspace(&service.url());
    workspace.env("HTTPS_PROXY", "http://127.0.0.1:9").env("HTTP_PROXY", "http://127.0.0.1:9");
    workspace.run(&APPLY).exits(0);
}

#[test]
fn without_certificates_only_https_is_out_of_reach() {
    let service =
        ForeignService::storing(|variables| Reply::json(200, format!("{{\"id\": 1, \"variables\": {variables}}}")));
    for (url, is_reached) in [(service.url(), true), (service.url().replace("http:", "https:"), false)] {
        let mut workspace = workspace(&url);
        workspace.env("SSL_CERT_FILE", "/nowhere/to/be/found.pem");
        let output = workspace.run(&APPLY);
        match is_reached {
            true => {
                output.exits(0);
            }
            false => is_unreachable(&output, "no_ca_certificates", &["ca-certificates", "SSL_CERT_FILE"]),
        }
        if !is_reached {
            workspace.run(&["doctor"]).exits(5).prints(&["certificates of trusted authorities", "SSL_CERT_FILE"]);
        }
        workspace.run(&["apply", ACTION, "-f", "vars.json", "--sandbox"]).exits(0);
    }
}

#[test]
fn a_put_never_goes_over_a_connection_that_the_service_may_be_closing() {
    let mut stored = "[]".to_owned();
    let service = ForeignService::hanging_up(move |request| {
        if request.method == "POST" {
            return Reply::token();
        }
        if request.method == "PUT" {
            stored = serde_json::from_str::<serde_json::Value>(&request.body).unwrap()["variables"].to_string();
        }
        Reply::json(200, format!("{{\"id\": 1, \"variables\": {stored}}}"))
    });
    let workspace = workspace(&service.url());
    workspace.write("vars.json", r#"{"variables": [{"name": "limit", "type": "integer", "value": "1"}]}"#);
    let report = workspace.run(&APPLY).exits(0).json();
    let result = &report["results"][0];
    assert_eq!((&result["outcome"], &result["attempts"]), (&json!("applied"), &json!(1)), "{result}");
    assert_eq!(service.puts().len(), 1);
}
