//! The stand-in for Stripe, with a reader on the counter.

use std::error::Error;

use serde_json::{Value, json};
use stripe_simulator::{Clock, SECRET_KEY, Setup, Simulator};
use tokio::runtime::Builder;

/// Where it listens, unless something else does already.
const PORT: u16 = 8430;
/// Stripe's test mode lets in so many reads and writes per second.
const RATE_OF_TEST_MODE: usize = 25;

/// A running stand-in. It forgets everything when it ends, as the till does not.
pub(crate) struct Stripe {
    simulator: Simulator,
    reader: String,
}

impl Stripe {
    /// Starts it with a seed of its own, so that no id of an earlier life comes again.
    pub(crate) fn start() -> Result<Self, Box<dyn Error>> {
        let mut seed = [0; 8];
        getrandom::fill(&mut seed)?;
        let setup = |port| Setup {
            port,
            seed: u64::from_le_bytes(seed),
            clock: Clock::Running { ahead: 0 },
            rate: Some(RATE_OF_TEST_MODE),
        };
        let simulator = Simulator::start(setup(PORT)).or_else(|_taken| Simulator::start(setup(0)))?;
        let form = "registration_code=simulated-wpe&label=Counter";
        let made = post(&simulator.url(), "/v1/terminal/readers", form)?;
        let reader = made["id"].as_str().ok_or("the stand-in for Stripe named no reader")?.to_owned();
        Ok(Self { simulator, reader })
    }

    /// Where it is, with its key, which opens nothing else.
    pub(crate) fn control(&self) -> Value {
        json!({ "url": self.simulator.url(), "key": SECRET_KEY, "reader": self.reader })
    }

    /// The part of the till's settings.
    pub(crate) fn settings(&self) -> String {
        let (url, reader) = (self.simulator.url(), &self.reader);
        format!("\n[rail.stripe]\nenabled = true\napi_base = \"{url}\"\nreader = \"{reader}\"\n")
    }
}

/// The customer holds a card to the reader.
pub(crate) fn tap(control: &Value) -> Result<(), Box<dyn Error>> {
    let text = |name: &str| {
        control["stripe"][name].as_str().ok_or("this sandbox has no card reader: start it again")
    };
    let path = format!("/v1/test_helpers/terminal/readers/{}/present_payment_method", text("reader")?);
    post(text("url")?, &path, "").map(|_| ())
}

fn post(url: &str, path: &str, form: &'static str) -> Result<Value, Box<dyn Error>> {
    Builder::new_current_thread().enable_all().build()?.block_on(async {
        let asked = reqwest::Client::builder().no_proxy().build()?.post(format!("{url}{path}"));
        let asked = asked.bearer_auth(SECRET_KEY).header("content-type", "application/x-www-form-urlencoded");
        let answer: Value = asked.body(form).send().await?.json().await?;
        match answer["error"]["message"].as_str() {
            Some(message) => Err(message.into()),
            None => Ok(answer),
        }
    })
}
