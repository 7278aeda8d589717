//! The minimum work of an update of many actions, as a baseline: `bare_loop BASE_URL COUNT SYNCS BODY FOLDER`.
//!
//! Logs in, then for each of COUNT actions sends a GET and a PUT, and appends to a file and syncs it SYNCS times.
//! Checks only the status of answers. Prints the seconds.

use std::fs::File;
use std::io::Write;
use std::time::Instant;

use reqwest::{Client, Response};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [base_url, count, syncs, body, folder] = arguments.as_slice() else {
        panic!("bare_loop BASE_URL COUNT SYNCS BODY FOLDER");
    };
    let number = |text: &str| text.parse::<usize>().expect("a number");
    let body = std::fs::read(body).expect("a body");
    let mut file = File::create(std::path::Path::new(folder).join("appended")).expect("a file");
    rustls::crypto::ring::default_provider().install_default().expect("the first provider");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let began = Instant::now();
    runtime.block_on(async {
        let client = Client::builder().no_proxy().build().expect("a client");
        let form = [("grant_type", "client_credentials"), ("client_id", "a"), ("client_secret", "b")];
        let answer = client.post(format!("{base_url}/api/v2/oauth/token")).form(&form).send().await;
        let token: serde_json::Value = serde_json::from_slice(&read(answer).await).expect("a token");
        let token = token["access_token"].as_str().expect("a token");
        for action in 0..number(count) {
            let url = format!("{base_url}/api/v2/dataactions/id-{action}");
            read(client.get(&url).bearer_auth(token).send().await).await;
            let put = client.put(&url).bearer_auth(token).header("content-type", "application/json");
            read(put.body(body.clone()).send().await).await;
            for _ in 0..number(syncs) {
                file.write_all(&[b'x'; 1024]).and_then(|()| file.sync_data()).expect("the file is synced");
            }
        }
    });
    println!("{:.6}", began.elapsed().as_secs_f64());
}

async fn read(answer: reqwest::Result<Response>) -> Vec<u8> {
    let answer = answer.expect("an answer");
    assert!(answer.status().is_success(), "{}", answer.status());
    answer.bytes().await.expect("a body").to_vec()
}
