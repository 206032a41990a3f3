//! The addresses of the API, and the one request that is being carried out.

use serde_json::Value;

use crate::account::Account;
use crate::defect::Defect;
use crate::fault::ids_in;
use crate::keys::Permission;
use crate::resources;
use crate::wire::form::Map;
use crate::wire::{ApiVersion, CreatedRange, PageWish, Params, Refusal, Row, page};

/// What answers at an address.
pub(crate) struct Route {
    pub(crate) method: &'static str,
    /// `:id` stands for an id.
    pub(crate) path: &'static str,
    pub(crate) permission: Permission,
    pub(crate) act: fn(&mut Turn<'_>) -> Result<Value, Refusal>,
}

/// `GET`: needs the permission to read.
pub(crate) const fn get(
    path: &'static str,
    area: &'static str,
    act: fn(&mut Turn<'_>) -> Result<Value, Refusal>,
) -> Route {
    Route { method: "GET", path, permission: Permission::read(area), act }
}

/// `POST`: needs the permission to write.
pub(crate) const fn post(
    path: &'static str,
    area: &'static str,
    act: fn(&mut Turn<'_>) -> Result<Value, Refusal>,
) -> Route {
    Route { method: "POST", path, permission: Permission::write(area), act }
}

/// `DELETE`: needs the permission to write.
pub(crate) const fn delete(
    path: &'static str,
    area: &'static str,
    act: fn(&mut Turn<'_>) -> Result<Value, Refusal>,
) -> Route {
    Route { method: "DELETE", path, permission: Permission::write(area), act }
}

/// The route of a request with the ids in its path. A literal part goes before `:id`, so `/search` is no id.
pub(crate) fn find<'path>(method: &str, path: &'path str) -> Option<(&'static Route, Vec<&'path str>)> {
    let routes = resources::ROUTES.iter().flat_map(|routes| routes.iter());
    let fitting = routes.filter(|route| route.method == method);
    let found = fitting.filter_map(|route| Some((route, ids_in(route.path, path)?)));
    found.min_by_key(|(_, ids)| ids.len())
}

/// One request while it is carried out.
pub(crate) struct Turn<'account> {
    pub(crate) account: &'account mut Account,
    pub(crate) version: ApiVersion,
    ids: Vec<String>,
    params: Params,
    has_begun: bool,
}

impl<'account> Turn<'account> {
    pub(crate) fn new(
        account: &'account mut Account,
        version: ApiVersion,
        ids: Vec<String>,
        form: Map,
    ) -> Self {
        let params = Params::new(form, account.has(Defect::IgnoresUnknownParameters));
        Self { account, version, ids, params, has_begun: false }
    }

    /// The first id in the path.
    pub(crate) fn id(&self) -> String {
        self.ids.first().cloned().unwrap_or_default()
    }

    /// Reads every parameter. What is refused here was never begun, and its idempotency key stays free.
    pub(crate) fn read<T>(
        &mut self,
        read: impl FnOnce(&mut Params) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let wish = read(&mut self.params)?;
        self.params.finish()?;
        self.has_begun = true;
        Ok(wish)
    }

    pub(crate) fn read_nothing(&mut self) -> Result<(), Refusal> {
        self.read(|_| Ok(()))
    }

    /// Takes `expand` before anything else is read.
    pub(crate) fn read_expansions(&mut self) -> Result<Vec<String>, Refusal> {
        self.params.texts("expand")
    }

    pub(crate) fn has_begun(&self) -> bool {
        self.has_begun
    }

    /// Reads what every list takes, and its own filters.
    pub(crate) fn read_page<T>(
        &mut self,
        read: impl FnOnce(&mut Params) -> Result<T, Refusal>,
    ) -> Result<(PageWish, CreatedRange, T), Refusal> {
        self.read(|params| Ok((PageWish::read(params)?, CreatedRange::read(params)?, read(params)?)))
    }
}

/// One page of the rows that a list takes and that were made in its range of time.
pub(crate) fn page_of<'rows, R: Row + 'rows>(
    rows: impl Iterator<Item = &'rows R>,
    wish: &PageWish,
    range: CreatedRange,
    url: &str,
) -> Result<Value, Refusal> {
    page(rows.filter(|row| range.holds(row.created())), wish, url)
}
