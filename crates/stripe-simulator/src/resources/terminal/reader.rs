//! Readers: registered with the code of a simulated one, listed, named. One that is silent for two minutes is offline.

use serde_json::{Value, json};

use crate::account::Account;
use crate::agenda::Job;
use crate::route::{Route, Turn, delete, get, page_of, post};
use crate::wire::{Metadata, MetadataChange, Refusal, Row, Word, words};

use super::action::Action;
use super::hand::ReaderTrouble;

pub(crate) const ROUTES: &[Route] = &[
    post("/v1/terminal/readers", "terminal_reader", create),
    get("/v1/terminal/readers", "terminal_reader", list),
    get("/v1/terminal/readers/:id", "terminal_reader", retrieve),
    post("/v1/terminal/readers/:id", "terminal_reader", update),
    delete("/v1/terminal/readers/:id", "terminal_reader", remove),
];

/// A reader that has said nothing for so many seconds is offline.
const OFFLINE_AFTER: i64 = 120;

words! {
    /// What a reader is.
    pub(crate) enum DeviceType {
        WisePosE = "simulated_wisepos_e",
        S700 = "simulated_stripe_s700",
        RealWisePosE = "bbpos_wisepos_e",
        RealS700 = "stripe_s700",
    }
}

words! {
    /// Can it be reached?
    pub(crate) enum ReaderStatus {
        Online = "online",
        Offline = "offline",
    }
}

/// A card reader.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Reader {
    pub(crate) id: String,
    created: i64,
    device: DeviceType,
    label: String,
    serial_number: String,
    location: Option<String>,
    metadata: Metadata,
    last_seen_at: i64,
    /// It says nothing any more.
    pub(super) is_silent: bool,
    pub(super) status: ReaderStatus,
    pub(super) action: Option<Action>,
    /// What goes wrong with the next thing it is told.
    pub(super) trouble: Option<ReaderTrouble>,
    is_deleted: bool,
}

impl Row for Reader {
    const KIND: &'static str = "terminal reader";

    fn id(&self) -> &str {
        &self.id
    }

    fn created(&self) -> i64 {
        self.created
    }

    fn render(&self) -> Value {
        if self.is_deleted {
            return json!({
                "id": self.id, "object": "terminal.reader", "deleted": true, "device_type": self.device.word(),
                "serial_number": self.serial_number,
            });
        }
        json!({
            "id": self.id, "object": "terminal.reader", "action": self.action.as_ref().map(Action::render),
            "device_sw_version": "2.30.0.0", "device_type": self.device.word(), "ip_address": "192.0.2.7",
            "label": self.label, "last_seen_at": self.last_seen_at * 1_000, "livemode": false,
            "location": self.location, "metadata": self.metadata, "serial_number": self.serial_number,
            "status": self.status.word(),
        })
    }
}

impl Reader {
    /// The reader was heard.
    pub(super) fn heard(&mut self, now: i64) {
        if !self.is_silent {
            self.last_seen_at = now;
            self.status = ReaderStatus::Online;
        }
    }
}

/// The reader says nothing any more, or is heard again.
pub(super) fn silence(account: &mut Account, id: &str, is_silent: bool) {
    if let Some(mut reader) = account.readers.get(id).cloned() {
        reader.heard(account.now);
        reader.is_silent = is_silent;
        reader.heard(account.now);
        account.readers.put(reader);
        account.agenda.note(account.now + OFFLINE_AFTER, Job::ReaderGoesOffline { reader: id.to_owned() });
    }
}

/// Two minutes of silence are over.
pub(crate) fn goes_offline(account: &mut Account, id: &str) {
    let silent = |reader: &&Reader| reader.is_silent && account.now - reader.last_seen_at >= OFFLINE_AFTER;
    let silent = account.readers.get(id).filter(silent).cloned();
    if let Some(mut reader) = silent {
        reader.status = ReaderStatus::Offline;
        account.readers.put(reader);
    }
}

fn create(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    let (code, label, location, metadata) = turn.read(|params| {
        let code = params.required_text("registration_code")?;
        let (label, location) = (params.text("label")?, params.text("location")?);
        Ok((code, label, location, MetadataChange::read(params)?))
    })?;
    let device = match code.as_str() {
        "simulated-wpe" => DeviceType::WisePosE,
        "simulated-s700" => DeviceType::S700,
        _ => {
            let message = format!(
                "Invalid registration code '{code}': readers are registered as simulated-wpe or \
                                   simulated-s700."
            );
            return Err(Refusal::invalid(message).param("registration_code"));
        }
    };
    if let Some(location) = &location {
        turn.account.locations.named(location, "location")?;
    }
    Ok(put(turn.account, device, label, location, metadata.fresh()).render())
}

/// Registers a reader of the commonest kind, and gives its id.
pub(crate) fn register(account: &mut Account, label: &str) -> String {
    put(account, DeviceType::WisePosE, Some(label.to_owned()), None, Metadata::default()).id
}

fn put(
    account: &mut Account,
    device: DeviceType,
    label: Option<String>,
    location: Option<String>,
    metadata: Metadata,
) -> Reader {
    let serial_number = format!("SIM-{}", account.ids.digits("serial number", 9));
    let reader = Reader {
        id: account.ids.next("tmr_"),
        created: account.now,
        device,
        label: label.unwrap_or_else(|| serial_number.clone()),
        serial_number,
        location,
        metadata,
        last_seen_at: account.now,
        is_silent: false,
        status: ReaderStatus::Online,
        action: None,
        trouble: None,
        is_deleted: false,
    };
    account.readers.put(reader.clone());
    reader
}

/// The reader in the path, which was just heard if it speaks at all.
pub(super) fn living(turn: &mut Turn<'_>) -> Result<Reader, Refusal> {
    let reader = turn.account.readers.find(&turn.id())?;
    if reader.is_deleted {
        return Err(Refusal::not_found(Reader::KIND, &turn.id()));
    }
    let mut reader = reader.clone();
    reader.heard(turn.account.now);
    Ok(reader)
}

fn retrieve(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    turn.read_nothing()?;
    living(turn).map(|reader| reader.render())
}

fn update(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    let (label, metadata) = turn.read(|params| Ok((params.text("label")?, MetadataChange::read(params)?)))?;
    let mut reader = living(turn)?;
    reader.label = label.unwrap_or(reader.label);
    metadata.apply(&mut reader.metadata);
    turn.account.readers.put(reader.clone());
    Ok(reader.render())
}

fn remove(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    turn.read_nothing()?;
    let mut reader = living(turn)?;
    reader.is_deleted = true;
    turn.account.readers.put(reader.clone());
    Ok(reader.render())
}

fn list(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    let (wish, range, (device, location, serial_number, status)) = turn.read_page(|params| {
        let (device, status) =
            (params.word::<DeviceType>("device_type")?, params.word::<ReaderStatus>("status")?);
        Ok((device, params.text("location")?, params.text("serial_number")?, status))
    })?;
    let chosen = turn.account.readers.newest_first().filter(|reader| {
        !reader.is_deleted
            && device.is_none_or(|device| device == reader.device)
            && (location.is_none() || reader.location == location)
            && serial_number.as_ref().is_none_or(|number| *number == reader.serial_number)
            && status.is_none_or(|status| status == reader.status)
    });
    page_of(chosen, &wish, range, "/v1/terminal/readers")
}
