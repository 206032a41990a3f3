//! The page of figures, over real HTTP.

use std::net::SocketAddr;
use std::sync::Arc;

use gateway::{BindError, Figures, MetricsPage};
use reqwest::{Client, Response};

use crate::till::{ANY_PORT, spawn};

fn telling(text: Option<&'static str>) -> Figures {
    Arc::new(move || Box::pin(async move { text.map(str::to_owned) }))
}

async fn served(figures: Figures) -> String {
    let page = MetricsPage::bind(ANY_PORT, figures).await.expect("there is a free port");
    let address = format!("http://{}", page.address());
    spawn(page.serve());
    address
}

async fn get(url: String) -> Response {
    Client::new().get(url).send().await.expect("it answers")
}

#[tokio::test]
async fn figures_are_read_without_a_token_and_never_stored() {
    let address = served(telling(Some("a_total 1\n# EOF\n"))).await;
    let response = get(address + "/metrics").await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["cache-control"], "no-store");
    let kind = response.headers()["content-type"].to_str().unwrap().to_owned();
    assert!(kind.starts_with("application/openmetrics-text; version=1.0.0"), "{kind}");
    assert!(response.headers().keys().all(|name| !name.as_str().starts_with("access-control")));
    assert_eq!(response.text().await.unwrap(), "a_total 1\n# EOF\n");
}

#[tokio::test]
async fn figures_are_refused_to_whoever_means_another_host_and_to_pages_of_other_sites() {
    let address = served(telling(Some("a_total 1\n"))).await;
    let asked = |name, value| {
        let request = Client::new().get(format!("{address}/metrics")).header(name, value);
        async { request.send().await.expect("it answers").status().as_u16() }
    };
    assert_eq!(asked("host", "evil.example:80").await, 421);
    assert_eq!(asked("origin", "http://evil.example").await, 403);
}

#[tokio::test]
async fn nothing_but_the_figures_is_there_and_they_can_only_be_read() {
    let address = served(telling(None)).await;
    assert_eq!(get(format!("{address}/metrics")).await.status(), 503);
    assert_eq!(get(format!("{address}/api/status")).await.status(), 404);
    let sent = Client::new().post(format!("{address}/metrics")).send().await.expect("it answers");
    assert_eq!(sent.status(), 405);
}

#[tokio::test]
async fn figures_are_not_served_where_others_can_reach_them() {
    let open = SocketAddr::from(([0, 0, 0, 0], 0));
    let refused = MetricsPage::bind(open, telling(None)).await.err();
    assert!(matches!(refused, Some(BindError::NotLoopback(address)) if address == open), "{refused:?}");
}
