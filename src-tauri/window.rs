//! The till's window. It shows the same screens as a browser does and asks the same table of commands, through one
//! IPC command; it may ask a few more, because what crosses its IPC stays in this process.

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::Value;
use tauri::{Emitter, Manager, RunEvent, State, WebviewUrl, WebviewWindowBuilder};
use tokio::sync::oneshot;

use crate::app::{App, Broken};
use crate::commands::{Asker, refuse};
use crate::dto::error::{AppError, ErrorCode};
use crate::serve::{ServeError, Server};

/// Label of the only window, named in its capability file.
const WINDOW: &str = "till";
/// Longest request, as over HTTP.
const REQUEST_BYTES_MAX: usize = 64 * 1_024;

/// Runs the window until it is closed. The program was opened by the caller, on the caller's runtime.
///
/// # Errors
/// When the control door or the window can't be opened.
pub fn run(app: &Arc<App>, runtime: &tokio::runtime::Runtime) -> Result<(), WindowError> {
    prefer_plain_rendering();
    tauri::async_runtime::set(runtime.handle().clone());
    let server = runtime.block_on(Server::listen(app.clone(), ([127, 0, 0, 1], 0).into()))?;
    let (close, closed) = oneshot::channel::<()>();
    let serving = runtime.spawn(server.serve(async move { drop(closed.await) }));
    let web_data = app.data_dir.join("window");
    let built = tauri::Builder::default()
        .manage(app.clone())
        .invoke_handler(tauri::generate_handler![call])
        .setup(move |tauri_app| Ok(open_window(tauri_app.handle(), web_data)?))
        .build(tauri::generate_context!())?;
    follow(app, built.handle(), runtime);
    built.run(|_, event| {
        if let RunEvent::Exit = event {
            tracing::info!("the window was closed");
        }
    });
    drop(close);
    runtime.block_on(async {
        if let Ok(Err(error)) = serving.await {
            tracing::warn!(%error, "the door for other commands did not close well");
        }
        app.stop().await;
    });
    app.is_broken().map_or(Ok(()), |broken| Err(WindowError::Broken(broken)))
}

/// Why there is no window, or it ended as it should not.
#[derive(Debug, thiserror::Error)]
pub enum WindowError {
    /// The window system.
    #[error("the window can't be opened: {0}. Without a display use `tillstream serve`")]
    Window(#[from] tauri::Error),
    /// The door for other commands.
    #[error(transparent)]
    Serve(#[from] ServeError),
    /// The till broke while the window was open: its screens said so, and this is what the terminal is told.
    #[error(transparent)]
    Broken(#[from] Broken),
}

/// Every command of the screens.
#[tauri::command]
async fn call(app: State<'_, Arc<App>>, name: String, request: Value) -> Result<Value, AppError> {
    if request.to_string().len() > REQUEST_BYTES_MAX {
        return Err(refuse(ErrorCode::BadRequest, "the request is too long"));
    }
    app.inner().call_as(Asker::Window, &name, request).await
}

/// The window shows the program's own screens and nothing else, whatever a page asks for.
/// What the web view keeps (a cart that survives a crash) stays with the books it belongs to.
fn open_window(handle: &tauri::AppHandle, web_data: PathBuf) -> tauri::Result<()> {
    WebviewWindowBuilder::new(handle, WINDOW, WebviewUrl::default())
        .title("Tillstream")
        .inner_size(1280.0, 800.0)
        .min_inner_size(800.0, 560.0)
        .disable_drag_drop_handler()
        .data_directory(web_data)
        .on_navigation(|url| url.scheme() == "tauri" || url.host_str() == Some("tauri.localhost"))
        .build()?;
    Ok(())
}

/// Passes changes to the screens, and comes to the front when another start of the program asks.
fn follow(app: &Arc<App>, handle: &tauri::AppHandle, runtime: &tokio::runtime::Runtime) {
    let (mut changes, to) = (app.changes(), handle.clone());
    runtime.spawn(async move {
        loop {
            let sent = match changes.recv().await {
                Ok(change) => to.emit("change", change),
                Err(tokio::sync::broadcast::error::RecvError::Lagged(_)) => {
                    to.emit("change", crate::app::everything())
                }
                Err(tokio::sync::broadcast::error::RecvError::Closed) => return,
            };
            if let Err(error) = sent {
                tracing::warn!(%error, "a change did not reach the window");
            }
        }
    });
    let (app, handle) = (app.clone(), handle.clone());
    runtime.spawn(async move {
        loop {
            app.asked_to_front().await;
            if let Some(window) = handle.get_webview_window(WINDOW) {
                let shown =
                    window.unminimize().and_then(|()| window.show()).and_then(|()| window.set_focus());
                if let Err(error) = shown {
                    tracing::warn!(%error, "the window did not come to the front");
                }
            }
        }
    });
}

/// WebKitGTK shows an empty window on some graphics drivers unless it renders plainly; whoever set the variable knows
/// better.
#[cfg(target_os = "linux")]
#[expect(unsafe_code, reason = "no other thread reads the environment yet: the window is not built")]
fn prefer_plain_rendering() {
    const VARIABLE: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";
    if std::env::var_os(VARIABLE).is_none() {
        // SAFETY: called before GTK and WebKit start; the runtime's own threads do not touch the environment.
        unsafe { std::env::set_var(VARIABLE, "1") };
    }
}

#[cfg(not(target_os = "linux"))]
fn prefer_plain_rendering() {}
