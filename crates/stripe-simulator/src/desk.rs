//! The order in which a request is looked at: key, rate, fault, address, permission, form, idempotency, and then it is
//! carried out. Everything is behind the one mutex that holds the desk.

use serde_json::{Value, json};

use crate::account::{ACCOUNT_ID, Account, RequestMark};
use crate::clock::Clock;
use crate::defect::Defect;
use crate::expand::expand;
use crate::fault::Fault;
use crate::idempotency::{self, Kept, Memory, Wish};
use crate::keys::Keys;
use crate::route::{self, Route, Turn};
use crate::wire::form::{self, Map};
use crate::wire::{ApiVersion, Refusal, RefusalKind};

/// A request as it came in.
#[derive(Clone, Debug)]
pub(crate) struct Arrival {
    pub(crate) method: String,
    pub(crate) path: String,
    /// The body, or the query of a `GET`.
    pub(crate) form: Vec<u8>,
    pub(crate) key: Option<String>,
    pub(crate) version: Option<String>,
    pub(crate) idempotency_key: Option<String>,
    pub(crate) agent: Option<String>,
}

/// An answer as it goes out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
    pub(crate) headers: Vec<(&'static str, String)>,
}

/// What becomes of a request that came in.
pub(crate) enum Admission {
    Answered(Answer),
    Dropped,
    Admitted(Box<Ticket>),
}

/// A request that may be carried out.
pub(crate) struct Ticket {
    route: &'static Route,
    ids: Vec<String>,
    form: Map,
    version: ApiVersion,
    mark: RequestMark,
    /// What goes wrong while it is carried out and answered.
    pub(crate) fault: Option<Fault>,
}

/// A request as a judge looks at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestSeen {
    /// Unix seconds of the simulator's clock.
    pub at: i64,
    /// `GET`, `POST` or `DELETE`.
    pub method: String,
    /// Without the query.
    pub path: String,
    /// The form body, or the query of a `GET`, as it went over the wire.
    pub body: String,
    /// The header `Idempotency-Key`.
    pub idempotency_key: Option<String>,
    /// The header `User-Agent`, which tells who asked.
    pub agent: Option<String>,
}

/// The account with everything that stands before it.
#[derive(Debug)]
pub(crate) struct Desk {
    pub(crate) account: Account,
    pub(crate) clock: Clock,
    pub(crate) keys: Keys,
    pub(crate) seen: Vec<RequestSeen>,
    /// Reads and writes that are let in per second, each; `None` lets all in.
    pub(crate) rate: Option<usize>,
    memory: Memory,
}

impl Desk {
    pub(crate) fn new(account: Account, clock: Clock, rate: Option<usize>) -> Self {
        Self { account, clock, keys: Keys::default(), seen: Vec::new(), rate, memory: Memory::default() }
    }

    /// Lets the account's time catch up with the clock.
    pub(crate) fn catch_up(&mut self) {
        self.account.move_to(self.clock.now());
    }

    /// Looks at a request up to where it would be carried out.
    pub(crate) fn admit(&mut self, arrival: &Arrival) -> Admission {
        self.catch_up();
        let idempotency_key = arrival.idempotency_key.clone().filter(|_| arrival.method == "POST");
        let mark = RequestMark { id: self.account.ids.next("req_"), idempotency_key };
        self.note(arrival);
        let refused = |refusal| Admission::Answered(Answer::refused(&refusal, &mark));
        if let Err(refusal) = self.keys.admit(arrival.key.as_deref()).and_then(|()| self.hold_rate(arrival)) {
            return refused(refusal);
        }
        let fault = self.account.faults.strike(self.account.seed, &arrival.method, &arrival.path);
        match fault {
            Some(Fault::DropBefore) => return Admission::Dropped,
            Some(Fault::TooMany) => return refused(too_many()),
            Some(Fault::Conflict) => {
                return refused(idempotency::in_use(mark.idempotency_key.as_deref().unwrap_or_default()));
            }
            _ => (),
        }
        let admitted = self.ticket(arrival, mark.clone(), fault).and_then(|ticket| {
            let replay = self.claim(&ticket, arrival)?;
            Ok(replay.map_or_else(
                || Admission::Admitted(Box::new(ticket)),
                |kept| Admission::Answered(replayed(kept, &mark)),
            ))
        });
        admitted.unwrap_or_else(refused)
    }

    fn note(&mut self, arrival: &Arrival) {
        self.seen.push(RequestSeen {
            at: self.account.now,
            method: arrival.method.clone(),
            path: arrival.path.clone(),
            body: String::from_utf8_lossy(&arrival.form).into_owned(),
            idempotency_key: arrival.idempotency_key.clone(),
            agent: arrival.agent.clone(),
        });
    }

    /// Counts the requests of this second and of this kind, the one just noted included.
    fn hold_rate(&self, arrival: &Arrival) -> Result<(), Refusal> {
        let Some(rate) = self.rate else { return Ok(()) };
        let of_this_second = self.seen.iter().rev().take_while(|seen| seen.at == self.account.now);
        let is_read = |method: &str| method == "GET";
        let count = of_this_second.filter(|seen| is_read(&seen.method) == is_read(&arrival.method)).count();
        if count > rate { Err(too_many()) } else { Ok(()) }
    }

    fn ticket(&self, arrival: &Arrival, mark: RequestMark, fault: Option<Fault>) -> Result<Ticket, Refusal> {
        let version = ApiVersion::read(arrival.version.as_deref())?;
        let (route, ids) = route::find(&arrival.method, &arrival.path)
            .ok_or_else(|| Refusal::no_such_address(&arrival.method, &arrival.path))?;
        self.keys.permit(arrival.key.as_deref().unwrap_or_default(), route.permission, ACCOUNT_ID)?;
        let form = form::decode(&arrival.form)?;
        let ids = ids.into_iter().map(str::to_owned).collect();
        Ok(Ticket { route, ids, form, version, mark, fault })
    }

    fn claim(&mut self, ticket: &Ticket, arrival: &Arrival) -> Result<Option<Kept>, Refusal> {
        let Some(key) = &ticket.mark.idempotency_key else { return Ok(None) };
        if self.account.has(Defect::IgnoresIdempotencyKeys) {
            return Ok(None);
        }
        let wish = Wish { path: arrival.path.clone(), form: arrival.form.clone() };
        let compares = !self.account.has(Defect::ReplaysWhateverIsAsked);
        self.memory.claim(key, &wish, self.account.now, compares)
    }

    /// Carries out an admitted request and keeps its answer for its idempotency key.
    pub(crate) fn carry_out(&mut self, ticket: Ticket) -> Answer {
        self.catch_up();
        let Ticket { route, ids, form, version, mark, fault } = ticket;
        self.account.request = Some(mark.clone());
        let (answer, has_begun) = if fault == Some(Fault::ErrorBefore) {
            (Answer::refused(&broken(), &mark), true)
        } else {
            let mut turn = Turn::new(&mut self.account, version, ids, form);
            let result = act(route, &mut turn);
            let has_begun = turn.has_begun();
            (Answer::of(result, &mark), has_begun)
        };
        let answer =
            if fault == Some(Fault::ErrorAfter) { Answer::refused(&broken(), &mark) } else { answer };
        self.account.request = None;
        // What is due at this very moment follows at once.
        self.catch_up();
        if let Some(key) = &mark.idempotency_key {
            if has_begun {
                let kept =
                    Kept { status: answer.status, body: answer.body.clone(), request: mark.id.clone() };
                self.memory.keep(key, kept);
            } else {
                self.memory.let_go(key);
            }
        }
        answer
    }
}

fn act(route: &Route, turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    let expansions = turn.read_expansions()?;
    let mut answer = (route.act)(turn)?;
    expand(turn.account, &mut answer, &expansions)?;
    deface(turn.account, &mut answer);
    Ok(answer)
}

/// Defects of the answer alone.
fn deface(account: &Account, answer: &mut Value) {
    if answer["object"] != "payment_intent" {
        return;
    }
    if account.has(Defect::CallsAuthorizedPaid) && answer["status"] == "requires_capture" {
        answer["status"] = json!("succeeded");
    }
    if let Some(amount) = answer["amount"].as_i64().filter(|_| account.has(Defect::AnswersAnotherAmount)) {
        answer["amount"] = json!(amount + 1);
    }
}

impl Answer {
    fn of(result: Result<Value, Refusal>, mark: &RequestMark) -> Self {
        result.map_or_else(|refusal| Self::refused(&refusal, mark), |value| Self::new(200, &value, mark))
    }

    fn refused(refusal: &Refusal, mark: &RequestMark) -> Self {
        let mut answer = Self::new(refusal.status(), &refusal.body(), mark);
        match refusal.status() {
            409 => answer.headers.push(("stripe-should-retry", "true".to_owned())),
            429 => {
                answer.headers.push(("stripe-should-retry", "true".to_owned()));
                answer.headers.push(("stripe-rate-limited-reason", "global-rate".to_owned()));
            }
            _ => (),
        }
        answer
    }

    fn new(status: u16, body: &Value, mark: &RequestMark) -> Self {
        let mut headers = vec![("request-id", mark.id.clone())];
        headers.extend(mark.idempotency_key.clone().map(|key| ("idempotency-key", key)));
        Self { status, body: format!("{body:#}"), headers }
    }
}

fn replayed(kept: Kept, mark: &RequestMark) -> Answer {
    let mut headers = vec![("request-id", mark.id.clone()), ("original-request", kept.request)];
    headers.push(("idempotent-replayed", "true".to_owned()));
    headers.extend(mark.idempotency_key.clone().map(|key| ("idempotency-key", key)));
    Answer { status: kept.status, body: kept.body, headers }
}

fn too_many() -> Refusal {
    let message =
        "Request rate limit exceeded. Learn more about rate limits here https://stripe.com/docs/rate-limits.";
    Refusal::new(429, RefusalKind::InvalidRequest, message).code("rate_limit")
}

fn broken() -> Refusal {
    let message =
        "Sorry! There was an error while talking to one of our backends. Support has been notified.";
    Refusal::new(500, RefusalKind::Api, message)
}
