//! Tests that each status is answered, and that a refused request changes nothing.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use super::*;
use crate::{MASK, MAX_BODY_BYTES};

fn status(service: &mut Service, request: &Request) -> u16 {
    let response = reply(service.handle(NOW, request));
    let id = response.header("x-correlation-id").unwrap().to_owned();
    if response.status >= 400 {
        assert_eq!(body(&response)["correlation_id"], id);
    }
    response.status
}

#[test]
fn a_put_stores_and_shows_all_but_secrets() {
    let mut service = service();
    let token = token(&mut service, NOW);
    let before = reply(service.handle(NOW, &get(&token)));
    assert_eq!(body(&before)["variables"], json!([]));
    assert_eq!(body(&before)["name"], "Lookup");
    let sent = json!([plain("url", "https://x"), encrypted("key", "hunter2")]);
    let after = reply(service.handle(NOW, &put(&token, &sent)));
    assert_eq!(after.status, 200);
    let shown = json!([plain("url", "https://x"), encrypted("key", MASK)]);
    assert_eq!(body(&after)["variables"], shown);
    assert_eq!(stored(&mut service), shown);
    assert_ne!(before.header("etag"), after.header("etag"));
    let again = reply(service.handle(NOW, &get(&token)));
    assert_eq!(again.header("etag"), after.header("etag"));
}

#[test]
fn a_refused_put_changes_nothing() {
    let mut service = service();
    let token = token(&mut service, NOW);
    assert_eq!(status(&mut service, &put(&token, &json!([plain("a", "1")]))), 200);
    let etag = reply(service.handle(NOW, &get(&token))).header("etag").unwrap().to_owned();
    let bad = json!([plain("a", "2"), plain("_b", "3")]);
    assert_eq!(status(&mut service, &put(&token, &bad)), 400);
    let after = reply(service.handle(NOW, &get(&token)));
    assert_eq!(after.header("etag").unwrap(), etag);
    assert_eq!(body(&after)["variables"], json!([plain("a", "1")]));
    assert_eq!(service.journal().len(), 1);
}

#[test]
fn tokens_are_needed_and_end() {
    let mut service = service();
    assert_eq!(status(&mut service, &Request::new("GET", "/api/v2/dataactions/da-1")), 401);
    assert_eq!(status(&mut service, &get("made-up")), 401);
    let good = token(&mut service, NOW - 3_600_000);
    assert_eq!(status(&mut service, &get(&good)), 401);
    let good = token(&mut service, NOW);
    assert_eq!(status(&mut service, &get(&good)), 200);
    assert_eq!(service.revoke_tokens(), 1 + 1);
    assert_eq!(status(&mut service, &get(&good)), 401);
}

#[test]
fn an_access_key_logs_in_as_well() {
    let mut service = service();
    let request = Request::new("POST", crate::ACCESS_KEY_PATH)
        .with_body("application/json", r#"{"accessKeyId": "me", "accessKeySecret": "s3cret"}"#);
    let answer = body(&reply(service.handle(NOW, &request)));
    let token = answer["access_token"].as_str().unwrap();
    assert_eq!(status(&mut service, &get(token)), 200);
}

#[test]
fn each_method_needs_its_scope() {
    let mut service =
        Service::new(Options { clients: vec![client(&["dataactions:read"])], auto_create: true, ..Options::default() });
    let token = token(&mut service, NOW);
    assert_eq!(status(&mut service, &get(&token)), 200);
    let response = reply(service.handle(NOW, &put(&token, &json!([]))));
    assert_eq!(response.status, 403);
    assert!(response.header("www-authenticate").unwrap().contains("dataactions:write"));
}

#[test]
fn unknown_ids_are_404_or_made() {
    let path = "/api/v2/dataactions/a%2Fb%20c";
    let ask = |token: &str| Request { path: path.into(), ..get(token) };
    let mut strict = service();
    let good = token(&mut strict, NOW);
    assert_eq!(status(&mut strict, &ask(&good)), 404);
    let mut easy = Service::new(Options { auto_create: true, ..Options::default() });
    let good = token(&mut easy, NOW);
    let response = reply(easy.handle(NOW, &ask(&good)));
    assert_eq!((body(&response)["id"].as_str(), response.status), (Some("a/b c"), 200));
    assert_eq!(body(&response)["name"], "a/b c");
    // A refused PUT creates no action.
    assert_eq!(status(&mut easy, &put(&good, &json!([3]))), 400);
    let saved = serde_json::to_string(&easy.snapshot()).unwrap();
    assert!(saved.contains("a/b c") && !saved.contains("da-1"));
}

#[test]
fn paths_and_methods_that_do_not_exist_are_refused() {
    let mut service = service();
    for path in ["/", "/api/v2/dataactions/", "/api/v2/dataactions/a/b", "/api/v2/dataactions/%FF"] {
        assert_eq!(status(&mut service, &Request::new("GET", path)), 404, "{path}");
    }
    let delete = Request::new("DELETE", "/api/v2/dataactions/da-1");
    let response = reply(service.handle(NOW, &delete));
    assert_eq!((response.status, response.header("allow")), (405, Some("GET, PUT")));
    assert_eq!(status(&mut service, &Request::new("GET", "/api/v2/oauth/token?x=1")), 405);
}

#[test]
fn busy_states_refuse_a_put_and_not_a_get() {
    let mut service = service();
    let token = token(&mut service, NOW);
    for state in crate::BUSY_STATES {
        service.set_state("da-1", state);
        assert_eq!(status(&mut service, &put(&token, &json!([]))), 409);
        let response = reply(service.handle(NOW, &get(&token)));
        assert_eq!(body(&response)["state"], state);
    }
}

#[test]
fn if_match_guards_against_a_lost_update() {
    let mut service = service();
    let token = token(&mut service, NOW);
    let etag = reply(service.handle(NOW, &get(&token))).header("etag").unwrap().to_owned();
    let guarded = put(&token, &json!([])).with_header("If-Match", &format!("\"x\", {etag}"));
    assert_eq!(status(&mut service, &guarded), 200);
    assert_eq!(status(&mut service, &guarded), 412);
    let any = put(&token, &json!([])).with_header("if-match", "*");
    assert_eq!(status(&mut service, &any), 200);
    let etag = reply(service.handle(NOW, &get(&token))).header("etag").unwrap().to_owned();
    let weak = put(&token, &json!([])).with_header("if-match", &format!("W/{etag}"));
    assert_eq!(status(&mut service, &weak), 412);
}

#[test]
fn size_and_media_type_of_a_body_are_checked() {
    let mut service = service();
    let token = token(&mut service, NOW);
    let mut large = put(&token, &json!([]));
    large.body.resize(MAX_BODY_BYTES, b' ');
    assert_eq!(status(&mut service, &large), 200);
    large.body.push(b' ');
    assert_eq!(status(&mut service, &large), 413);
    for (media_type, expected) in [
        ("application/json; charset=utf-8", 200),
        ("application/merge-patch+json", 200),
        ("text/plain", 415),
        ("application/jsonx", 415),
    ] {
        let mut request = put(&token, &json!([]));
        request.headers.retain(|(name, _)| name != "content-type");
        assert_eq!(status(&mut service, &request), 415);
        let request = request.with_header("Content-Type", media_type);
        assert_eq!(status(&mut service, &request), expected, "{media_type}");
    }
}

#[test]
fn the_limit_counts_every_request_of_a_client() {
    let mut service = Service::new(Options { requests_per_minute: 4, auto_create: true, ..Options::default() });
    let token = token(&mut service, NOW);
    assert_eq!(status(&mut service, &get(&token)), 200);
    assert_eq!(status(&mut service, &put(&token, &json!([3]))), 400);
    assert_eq!(status(&mut service, &token_request(TOKEN_FORM)), 200);
    let response = reply(service.handle(NOW, &get(&token)));
    assert_eq!((response.status, response.header("retry-after")), (429, Some("60")));
    let other = token_request(&TOKEN_FORM.replace("id=me", "id=you"));
    assert_eq!(status(&mut service, &other), 200);
    let later = reply(service.handle(NOW + 60_000, &get(&token)));
    assert_eq!(later.status, 200);
}

#[test]
fn a_mask_destroys_a_secret_unless_masks_keep() {
    for mask_keeps in [false, true] {
        let mut service = Service::new(Options { auto_create: true, mask_keeps, ..Options::default() });
        let token = token(&mut service, NOW);
        for value in ["hunter2", MASK] {
            let sent = json!([encrypted("key", value), encrypted(&format!("new_{mask_keeps}"), MASK)]);
            assert_eq!(status(&mut service, &put(&token, &sent)), 200);
        }
        let last = &service.journal()[1].variables[0].value_digest;
        let expected = if mask_keeps { "hunter2" } else { MASK };
        assert_eq!(*last, service.value_digest(expected));
    }
}

#[test]
fn a_kept_mask_needs_a_secret_to_keep() {
    let mut service = Service::new(Options { auto_create: true, mask_keeps: true, ..Options::default() });
    let token = token(&mut service, NOW);
    assert_eq!(status(&mut service, &put(&token, &json!([plain("key", "x")]))), 200);
    assert_eq!(status(&mut service, &put(&token, &json!([encrypted("key", MASK)]))), 200);
    let digest = &service.journal()[1].variables[0].value_digest;
    assert_eq!(*digest, service.value_digest(MASK));
}

#[test]
fn a_back_end_is_led_to_token_endpoint_and_address() {
    let mut service = service();
    let at = |path: &str| Request::new("GET", path).with_header("host", "127.0.0.1:7");
    let document = body(&reply(service.handle(NOW, &at("/.well-known/openid-configuration"))));
    assert_eq!(document["token_endpoint"], "http://127.0.0.1:7/auth/token");
    let form = "grant_type=password&username=key&password=s";
    let login = Request { path: "/auth/token".into(), ..token_request(form) };
    let login = login.with_header("authorization", &format!("Basic {}", STANDARD.encode("me:s3cret")));
    let answer = body(&reply(service.handle(NOW, &login)));
    let payload = answer["id_token"].as_str().unwrap().split('.').nth(1).unwrap();
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap();
    let path = format!("/.well-known/cxone-configuration?tenantId={}", claims["tenantId"].as_str().unwrap());
    assert_eq!(body(&reply(service.handle(NOW, &at(&path))))["api_endpoint"], "http://127.0.0.1:7");
    for path in ["/.well-known/cxone-configuration", "/.well-known/cxone-configuration?tenantId=other"] {
        assert_eq!(status(&mut service, &at(path)), 404);
    }
    assert_eq!(status(&mut service, &Request::new("POST", "/.well-known/openid-configuration")), 405);
    let plain = body(&reply(service.handle(NOW, &token_request(TOKEN_FORM))));
    assert_eq!(plain.get("id_token"), None, "client credentials log nobody in");
}
