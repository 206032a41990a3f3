//! The shop's readers: listed with what they do, and registered by the code that they show.

use payment::RailError;
use payment::card::{CaptureMode, CardOffice, CardRail, ReaderPlace, ReaderTask, ReaderWish};
use stripe_simulator::ReaderTrouble;

use crate::shop::Shop;

fn wish(label: &str, place: Option<&str>) -> ReaderWish {
    let place = place.map(|name| ReaderPlace {
        name: name.to_owned(),
        country: "DE".to_owned(),
        line: "Hauptstr. 1".to_owned(),
        city: "Berlin".to_owned(),
        postal_code: "10115".to_owned(),
        state: None,
    });
    ReaderWish { code: "simulated-s700".to_owned(), label: label.to_owned(), place }
}

/// How often something was made.
fn made(shop: &Shop, path: &str) -> usize {
    shop.simulator.requests().iter().filter(|seen| seen.method == "POST" && seen.path == path).count()
}

#[tokio::test]
async fn readers_are_listed_with_what_they_do() {
    let shop = Shop::open().await;
    let idle = shop.rail.readers().await.unwrap();
    let [reader] = idle.as_slice() else { panic!("{idle:?}") };
    assert_eq!((reader.id.as_str(), reader.label.as_str()), (shop.reader.as_str(), "Counter"));
    assert_eq!((reader.device.as_str(), reader.task), ("simulated_wisepos_e", ReaderTask::Idle));
    assert_eq!((reader.is_online, reader.heard_at), (true, Some(shop.now())));
    shop.rail.open(&shop.at_reader(450, CaptureMode::AtOnce)).await.unwrap();
    assert_eq!(shop.rail.readers().await.unwrap()[0].task, ReaderTask::Payment);
}

#[tokio::test]
async fn a_reader_that_is_silent_for_two_minutes_is_offline() {
    let shop = Shop::open().await;
    shop.simulator.trouble_reader(&shop.reader, ReaderTrouble::Silence);
    shop.simulator.advance(60);
    assert!(shop.rail.readers().await.unwrap()[0].is_online);
    shop.simulator.advance(60);
    assert!(!shop.rail.readers().await.unwrap()[0].is_online);
}

#[tokio::test]
async fn the_first_reader_needs_an_address_and_the_next_stand_beside_it() {
    let shop = Shop::open().await;
    let refused = shop.rail.register(&wish("Bar", None)).await.unwrap_err();
    assert!(matches!(&refused, RailError::Declined(why) if why.contains("address")), "{refused:?}");
    let bar = shop.rail.register(&wish("Bar", Some("Corner shop"))).await.unwrap();
    assert_eq!((bar.label.as_str(), bar.is_online), ("Bar", true));
    shop.rail.register(&wish("Till", None)).await.unwrap();
    shop.rail.register(&wish("Door", Some("Corner shop"))).await.unwrap();
    assert_eq!(made(&shop, "/v1/terminal/locations"), 1);
    shop.rail.register(&wish("Market", Some("Market stall"))).await.unwrap();
    assert_eq!(made(&shop, "/v1/terminal/locations"), 2);
    let labels: Vec<String> =
        shop.rail.readers().await.unwrap().into_iter().map(|reader| reader.label).collect();
    assert_eq!(labels, ["Market", "Door", "Till", "Bar", "Counter"]);
}

#[tokio::test]
async fn a_code_that_no_reader_shows_is_refused_to_whoever_typed_it() {
    let shop = Shop::open().await;
    let wish = ReaderWish { code: "wrong-code".to_owned(), ..wish("Bar", Some("Corner shop")) };
    let refused = shop.rail.register(&wish).await.unwrap_err();
    assert!(matches!(&refused, RailError::Declined(why) if why.contains("wrong-code")), "{refused:?}");
}
