//! Faults on request: what goes wrong on the line and inside Stripe, when a test says so.

use crate::ids::permille;

/// What goes wrong with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// It is carried out after so many milliseconds of real time. Its idempotency key is in use meanwhile.
    Delay(u64),
    /// It is carried out once [`crate::Simulator::release`] is called. Its idempotency key is in use meanwhile.
    Hold,
    /// The line breaks before anything happened.
    DropBefore,
    /// It is carried out; the line breaks before the answer.
    DropAfter,
    /// It is carried out; the line breaks in the middle of the answer.
    BreakWithin,
    /// Nothing happens, and the answer is 500, which the idempotency key keeps.
    ErrorBefore,
    /// It is carried out, and the answer is 500 all the same, which the idempotency key keeps.
    ErrorAfter,
    /// 409: another request with this key is said to be under way.
    Conflict,
    /// 429: too many requests.
    TooMany,
}

/// What goes wrong with an event on its way to the list and to the webhooks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EventFault {
    /// It is neither listed nor delivered before [`crate::Simulator::release_events`], and then stands where it would have
    /// stood: behind a cursor that has passed it.
    HoldBack,
    /// It is there twice, under two ids, and delivered twice under the first.
    Duplicate,
    /// Among the events of its second it stands before those that came earlier.
    Reorder,
}

/// Which requests a fault meets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    method: Option<&'static str>,
    path: Option<&'static str>,
}

impl Target {
    /// Every request.
    #[must_use]
    pub fn any() -> Self {
        Self { method: None, path: None }
    }

    /// `POST` to a path. `:id` stands for any one part: `/v1/payment_intents/:id/capture`.
    #[must_use]
    pub fn post(path: &'static str) -> Self {
        Self { method: Some("POST"), path: Some(path) }
    }

    /// `GET` of a path, written in the same way.
    #[must_use]
    pub fn get(path: &'static str) -> Self {
        Self { method: Some("GET"), path: Some(path) }
    }

    fn meets(&self, method: &str, path: &str) -> bool {
        self.method.is_none_or(|wanted| wanted == method)
            && self.path.is_none_or(|pattern| ids_in(pattern, path).is_some())
    }
}

/// The parts of `path` that stand where the pattern has `:id`, when it is such a path.
pub(crate) fn ids_in<'path>(pattern: &str, path: &'path str) -> Option<Vec<&'path str>> {
    let (mut wanted, mut given) = (pattern.split('/'), path.split('/'));
    let mut ids = Vec::new();
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return Some(ids),
            (Some(part), Some(id)) if part.starts_with(':') && !id.is_empty() => ids.push(id),
            (Some(part), Some(same)) if part == same => (),
            _ => return None,
        }
    }
}

/// How often a fault strikes the requests, or the events, that it meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Often {
    /// The next so many.
    Next(u32),
    /// So many of 1,000, drawn from the simulator's seed.
    PerMille(u16),
}

/// How often one plan strikes, and how often it was asked.
#[derive(Debug)]
struct Turns {
    often: Often,
    /// Which plan of all it is: each draws for itself.
    number: u64,
    met: u64,
}

impl Turns {
    fn strike(&mut self, seed: u64) -> bool {
        self.met += 1;
        match &mut self.often {
            Often::Next(left) => {
                let strikes = *left > 0;
                *left = left.saturating_sub(1);
                strikes
            }
            Often::PerMille(share) => permille(seed, &format!("fault {}", self.number), self.met) < *share,
        }
    }

    fn is_over(&self) -> bool {
        self.often == Often::Next(0)
    }
}

/// The faults that are planned.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    plans: Vec<(Target, Fault, Turns)>,
    event_plans: Vec<(EventFault, Turns)>,
    planned: u64,
}

impl Faults {
    pub(crate) fn plan(&mut self, target: Target, often: Often, fault: Fault) {
        let turns = self.turns(often);
        self.plans.push((target, fault, turns));
    }

    pub(crate) fn plan_events(&mut self, often: Often, fault: EventFault) {
        let turns = self.turns(often);
        self.event_plans.push((fault, turns));
    }

    fn turns(&mut self, often: Often) -> Turns {
        self.planned += 1;
        Turns { often, number: self.planned, met: 0 }
    }

    pub(crate) fn clear(&mut self) {
        self.plans.clear();
        self.event_plans.clear();
    }

    /// The fault that strikes this request: the first that was planned for it.
    pub(crate) fn strike(&mut self, seed: u64, method: &str, path: &str) -> Option<Fault> {
        let mut plans = self.plans.iter_mut().filter(|(target, ..)| target.meets(method, path));
        let struck = plans.find_map(|(_, fault, turns)| turns.strike(seed).then_some(*fault));
        self.plans.retain(|(.., turns)| !turns.is_over());
        struck
    }

    /// The fault that strikes the next event.
    pub(crate) fn strike_event(&mut self, seed: u64) -> Option<EventFault> {
        let struck =
            self.event_plans.iter_mut().find_map(|(fault, turns)| turns.strike(seed).then_some(*fault));
        self.event_plans.retain(|(_, turns)| !turns.is_over());
        struck
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_meets_its_pattern_and_gives_its_ids() {
        assert_eq!(ids_in("/v1/a/:id/b/:id", "/v1/a/x/b/y"), Some(vec!["x", "y"]));
        for path in ["/v1/a//b/y", "/v1/a/x/b", "/v1/a/x/c/y", "/v1/a/x/b/y/z"] {
            assert_eq!(ids_in("/v1/a/:id/b/:id", path), None, "{path}");
        }
    }

    #[test]
    fn the_next_requests_are_struck_and_no_others() {
        let mut faults = Faults::default();
        faults.plan(Target::post("/v1/refunds"), Often::Next(2), Fault::DropAfter);
        assert_eq!(faults.strike(1, "GET", "/v1/refunds"), None);
        assert_eq!(faults.strike(1, "POST", "/v1/refunds"), Some(Fault::DropAfter));
        assert_eq!(faults.strike(1, "POST", "/v1/refunds"), Some(Fault::DropAfter));
        assert_eq!(faults.strike(1, "POST", "/v1/refunds"), None);
    }

    #[test]
    fn a_share_of_requests_is_drawn_from_the_seed() {
        let struck = |seed| {
            let mut faults = Faults::default();
            faults.plan(Target::any(), Often::PerMille(100), Fault::TooMany);
            (0..1_000).map(|_| faults.strike(seed, "GET", "/").is_some()).collect::<Vec<_>>()
        };
        assert_eq!(struck(1), struck(1));
        assert_ne!(struck(1), struck(2));
        let share = struck(1).into_iter().filter(|is_struck| *is_struck).count();
        assert!((60..140).contains(&share), "{share}");
    }
}
