//! The screens: files embedded in the program or read from a folder, whichever the caller injects.

use std::borrow::Cow;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderValue, Method, Uri, header};
use axum::response::{IntoResponse, Response};

use crate::gateway::House;
use crate::refusal::Refusal;

const INDEX: &str = "index.html";
/// Vite writes a hash of the content into the name of every file it puts here.
const HASHED_FOLDER: &str = "assets/";
const A_YEAR_UNCHANGED: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const UNKNOWN_MIME: HeaderValue = HeaderValue::from_static("application/octet-stream");

/// One file of the screens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asset {
    /// Its content.
    pub bytes: Cow<'static, [u8]>,
    /// Its media type, such as `text/html; charset=utf-8`.
    pub mime: Cow<'static, str>,
}

/// Finds a file of the screens by its path, such as `index.html` or `assets/app-1a2b3c4d.js`.
///
/// It is only asked for plain relative paths: ASCII letters, digits, `.`, `_`, `-` and `/`, no part empty or beginning
/// with a dot.
pub type Assets = Arc<dyn Fn(&str) -> Option<Asset> + Send + Sync>;

/// Serves a file of the screens, or says that there is nothing.
pub(crate) async fn serve(
    State(house): State<Arc<House>>,
    method: Method,
    uri: Uri,
) -> Result<Response, Refusal> {
    let path = uri.path().trim_start_matches('/');
    let path = if path.is_empty() { INDEX } else { path };
    let asset = is_plain(path).then(|| (house.assets)(path)).flatten().ok_or(Refusal::NOT_FOUND)?;
    if method != Method::GET && method != Method::HEAD {
        return Err(Refusal::WRONG_METHOD);
    }
    let mime = HeaderValue::try_from(asset.mime.as_ref()).unwrap_or(UNKNOWN_MIME);
    let mut response = ([(header::CONTENT_TYPE, mime)], asset.bytes).into_response();
    if path.starts_with(HASHED_FOLDER) {
        response.headers_mut().insert(header::CACHE_CONTROL, A_YEAR_UNCHANGED);
    }
    Ok(response)
}

/// So that a caller who reads a folder can't be led out of it.
fn is_plain(path: &str) -> bool {
    let is_plain_part = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
    };
    path.split('/').all(is_plain_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_paths_are_looked_up() {
        for good in ["index.html", "assets/app-1a2b_3c4d.js", "icons/a/b.svg"] {
            assert!(is_plain(good), "{good}");
        }
        for bad in ["", "../x", "a/../b", "a//b", "a/", ".env", "a/.git/config", "a%2fb", "a\\b", "c:x", "ä"]
        {
            assert!(!is_plain(bad), "{bad}");
        }
    }
}
