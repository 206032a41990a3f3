//! What goes over the wire: parameters, errors, lists, versions. Nothing here knows a resource.

pub(crate) mod form;
mod metadata;
mod page;
mod params;
mod refusal;
mod version;

pub(crate) use metadata::{Metadata, MetadataChange};
pub(crate) use page::{CreatedRange, PageWish, Row, list_of, page};
pub(crate) use params::{Params, Word, words};
pub(crate) use refusal::{Refusal, RefusalKind};
pub(crate) use version::ApiVersion;
