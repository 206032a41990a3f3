//! What the gateway answers over real HTTP, and whom it refuses.

use std::net::SocketAddr;

use crate::till::Till;
use gateway::{BindError, Surface, Token};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::sync::broadcast;

async fn code(response: reqwest::Response) -> (u16, String) {
    let status = response.status().as_u16();
    let body: Value = response.json().await.expect("a refusal is JSON");
    assert!(body["detail"].as_str().is_some_and(|detail| !detail.is_empty()));
    (status, body["code"].as_str().expect("a refusal has a code").to_owned())
}

#[tokio::test]
async fn the_right_token_runs_a_command() {
    let till = Till::open().await;
    let request = json!({ "text": "4,50 €" });
    let response = till.command("echo", &request).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["cache-control"], "no-store");
    assert_eq!(response.json::<Value>().await.unwrap(), request);
}

#[tokio::test]
async fn a_wrong_or_missing_token_is_refused() {
    let till = Till::open().await;
    let wrong = till.client.post(till.url("/api/echo")).json(&json!({})).bearer_auth("0".repeat(64));
    let response = wrong.send().await.unwrap();
    assert_eq!(response.headers()["www-authenticate"], "Bearer");
    assert_eq!(code(response).await, (401, "forbidden".into()));
    let missing = till.client.post(till.url("/api/echo")).json(&json!({}));
    assert_eq!(code(missing.send().await.unwrap()).await, (401, "forbidden".into()));
}

#[tokio::test]
async fn guessing_is_slowed_down_and_the_right_token_is_not() {
    let till = Till::open().await;
    let mut statuses = Vec::new();
    while statuses.len() < 400 && !statuses.contains(&429) {
        let guess = till.client.post(till.url("/api/echo")).json(&json!({})).bearer_auth("guess");
        statuses.push(guess.send().await.unwrap().status().as_u16());
    }
    assert_eq!(statuses.last(), Some(&429), "{statuses:?}");
    assert_eq!(till.command("echo", &json!(1)).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn another_host_name_is_refused_even_with_the_token() {
    let till = Till::open().await;
    for host in ["evil.example", "127.0.0.1:1", "10.0.0.1"] {
        let request = till.command("echo", &json!({})).header("host", host);
        assert_eq!(code(request.send().await.unwrap()).await, (421, "forbidden".into()), "{host}");
    }
    let page = till.client.get(till.url("/")).header("host", "evil.example").send().await.unwrap();
    assert_eq!(page.status(), 421);
}

#[tokio::test]
async fn every_loopback_name_of_this_port_is_served() {
    let till = Till::open().await;
    for name in ["localhost", "127.0.0.1", "[::1]"] {
        let host = format!("{name}:{}", till.address.port());
        let request =
            till.command("echo", &json!({})).header("host", &host).header("origin", format!("http://{host}"));
        assert_eq!(request.send().await.unwrap().status(), 200, "{name}");
    }
}

#[tokio::test]
async fn a_page_of_another_site_is_refused_and_gets_no_cors_header() {
    let till = Till::open().await;
    for origin in ["http://evil.example", "http://localhost:1", "null"] {
        let response = till.command("echo", &json!({})).header("origin", origin).send().await.unwrap();
        assert!(response.headers().keys().all(|name| !name.as_str().starts_with("access-control")));
        assert_eq!(code(response).await, (403, "forbidden".into()), "{origin}");
    }
    let preflight =
        till.client.request(Method::OPTIONS, till.url("/api/echo")).header("origin", "http://evil.example");
    assert_eq!(preflight.send().await.unwrap().status(), 403);
}

#[tokio::test]
async fn a_body_beyond_64_kib_is_refused_and_one_of_64_kib_is_not() {
    let till = Till::open().await;
    let of_bytes = |bytes: usize| json!("a".repeat(bytes - 2));
    let fits = till.command("echo", &of_bytes(64 * 1024)).send().await.unwrap();
    assert_eq!(fits.status(), 200);
    let too_large = till.command("echo", &of_bytes(64 * 1024 + 1)).send().await.unwrap();
    assert_eq!(code(too_large).await, (413, "bad_request".into()));
}

#[tokio::test]
async fn what_is_not_json_is_refused() {
    let till = Till::open().await;
    let post = |media_type: &'static str, body: &'static str| {
        let request = till.client.post(till.url("/api/echo")).bearer_auth(&till.token);
        request.header("content-type", media_type).body(body).send()
    };
    for media_type in ["text/plain", "application/x-www-form-urlencoded", "application/jsonx"] {
        assert_eq!(code(post(media_type, "{}").await.unwrap()).await, (415, "bad_request".into()));
    }
    for body in ["", "{", "{} {}", "NaN"] {
        let answer = post("application/json", body).await.unwrap();
        assert_eq!(code(answer).await, (400, "bad_request".into()), "{body}");
    }
    assert_eq!(post("application/json; charset=utf-8", "{}").await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_refused_command_keeps_its_status_and_body() {
    let till = Till::open().await;
    let refused = till.command("sale_cancel", &json!({})).send().await.unwrap();
    assert_eq!(code(refused).await, (409, "not_now".into()));
    let unknown = till.command("no_such_command", &json!({})).send().await.unwrap();
    assert_eq!(code(unknown).await, (404, "not_found".into()));
}

#[tokio::test]
async fn a_command_is_only_taken_by_post() {
    let till = Till::open().await;
    assert_eq!(code(till.get("/api/echo").await).await, (405, "bad_request".into()));
}

#[tokio::test]
async fn the_screens_are_served_without_a_token_and_with_their_headers() {
    let till = Till::open().await;
    for path in ["/", "/index.html"] {
        let index = till.get(path).await;
        assert_eq!(index.status(), 200);
        assert_eq!(index.headers()["content-type"], "text/html; charset=utf-8");
        assert_eq!(index.headers()["cache-control"], "no-store");
        assert!(index.text().await.unwrap().contains("Tillstream"));
    }
    let script = till.get("/assets/app-1a2b3c4d.js").await;
    assert_eq!(script.headers()["cache-control"], "public, max-age=31536000, immutable");
    for path in ["/nothing", "/assets/nothing.js", "/api", "/api/a/b", "/assets%2fapp-1a2b3c4d.js"] {
        assert_eq!(code(till.get(path).await).await, (404, "not_found".into()), "{path}");
    }
}

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let till = Till::open().await;
    let port = till.address.port();
    for path in ["/", "/nothing", "/api/echo", "/feed"] {
        let response = till.get(path).await;
        let headers = response.headers();
        assert_eq!(headers["x-content-type-options"], "nosniff", "{path}");
        assert_eq!(headers["referrer-policy"], "no-referrer");
        assert_eq!(headers["cross-origin-opener-policy"], "same-origin");
        assert_eq!(headers["cache-control"], "no-store");
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self';"));
        assert!(policy.contains(&format!("connect-src 'self' ws://127.0.0.1:{port}")));
        for loose in ["unsafe", "*", "http:"] {
            assert!(!policy.contains(loose), "{policy}");
        }
    }
}

#[tokio::test]
async fn an_address_that_others_can_reach_is_refused_unless_allowed() {
    let bind = |listen: &'static str, surface| {
        let (changes, _) = broadcast::channel(1);
        crate::till::of(Token::generate().unwrap(), changes).bind(listen.parse().unwrap(), surface)
    };
    for listen in ["0.0.0.0:0", "[::]:0", "192.168.1.5:0"] {
        let refused = bind(listen, Surface::Loopback).await.unwrap_err();
        assert!(
            matches!(refused, BindError::NotLoopback(address) if address == listen.parse::<SocketAddr>().unwrap())
        );
        assert!(refused.to_string().contains("listen on 127.0.0.1"));
    }
    assert!(bind("0.0.0.0:0", Surface::Network).await.is_ok());
}

#[tokio::test]
async fn a_taken_port_is_refused_with_a_way_out() {
    let till = Till::open().await;
    let (changes, _) = broadcast::channel(1);
    let second =
        crate::till::of(Token::generate().unwrap(), changes).bind(till.address, Surface::Loopback).await;
    assert!(second.unwrap_err().to_string().contains("choose another port"));
}

#[tokio::test]
async fn closing_ends_the_server() {
    let till = Till::open().await;
    assert_eq!(till.get("/").await.status(), 200);
    let (client, url) = (till.client.clone(), till.url("/"));
    till.close().await;
    assert!(client.get(url).send().await.unwrap_err().is_connect());
}
