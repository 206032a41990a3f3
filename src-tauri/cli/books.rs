//! Reading a data file without being its owner.

use ::settings::Settings;
use store::{Reader, Store};

use super::failure::Failure;
use super::place::Place;

/// The books, read-only, whether or not a till runs.
pub(super) async fn open(place: &Place) -> Result<Reader, Failure> {
    Ok(Store::open_reader(&place.data_file()).await?)
}

/// The settings in the books; before the first start those that it would begin with.
pub(super) async fn settings(place: &Place) -> Result<Settings, Failure> {
    let defaults = Settings::defaults(place.mode);
    let reader = match open(place).await {
        Ok(reader) => reader,
        Err(Failure::Books(store::OpenError::Missing(_))) => return Ok(defaults),
        Err(failure) => return Err(failure),
    };
    let rows = reader.settings().await?;
    reader.close().await;
    Ok(Settings::from_rows(&rows, &defaults)?)
}
