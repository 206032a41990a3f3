//! The desktop's own keyring: the Secret Service on the session bus (gnome-keyring, KWallet, KeePassXC).
//!
//! Invariants: a fresh connection per call, so that a keyring that was restarted is found again and nothing global
//! is set; looking at the keyring's door never opens a prompt. To be called on the courier's thread only: any of
//! this may block.
//!
//! The store's transport encryption draws its keys from a generator that is not cryptographic. It guards against
//! bus logs, not against other programs of the same user, who may ask the keyring themselves.

use std::env;
use std::path::Path;
use std::sync::Arc;

use dbus_secret_service::{EncryptionType, Error as ServiceError, SecretService};
use dbus_secret_service_keyring_store::Store;
use keyring_core::{CredentialStore, Error};

use crate::VaultError;

/// How the keyring stands, seen without touching any entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Door {
    Open,
    Locked,
    /// There is a keyring service, but nobody has ever created a keyring in it.
    NotBuilt,
}

/// Connects to the keyring service.
pub(crate) fn connect() -> Result<Arc<CredentialStore>, VaultError> {
    require_session_bus()?;
    let store = Store::new().map_err(explain)?;
    Ok(store)
}

/// Looks whether the default keyring is open, without a prompt.
pub(crate) fn door() -> Result<Door, VaultError> {
    require_session_bus()?;
    let look = || {
        let service = SecretService::connect_with_max_prompt_timeout(EncryptionType::Plain, 0)?;
        match service.get_default_collection() {
            Ok(collection) => Ok(if collection.is_locked()? { Door::Locked } else { Door::Open }),
            Err(ServiceError::NoResult) => Ok(Door::NotBuilt),
            Err(error) => Err(error),
        }
    };
    look().map_err(|error| explain_service(&error))
}

/// libdbus would start a bus of its own when it finds none, a stray process with no keyring on it.
fn require_session_bus() -> Result<(), VaultError> {
    let by_address = env::var_os("DBUS_SESSION_BUS_ADDRESS").is_some_and(|address| !address.is_empty());
    let by_socket = env::var_os("XDG_RUNTIME_DIR").is_some_and(|dir| Path::new(&dir).join("bus").exists());
    if by_address || by_socket { Ok(()) } else { Err(VaultError::Absent("no D-Bus session".into())) }
}

/// Says what a failed keyring call means for the owner.
pub(crate) fn explain(error: Error) -> VaultError {
    match error {
        Error::NoStorageAccess(cause) | Error::PlatformFailure(cause) => match cause.downcast_ref() {
            Some(service) => explain_service(service),
            None => VaultError::Failed(cause.to_string()),
        },
        Error::TooLong(_, limit) => VaultError::TooLong { bytes_max: limit.try_into().unwrap_or(usize::MAX) },
        Error::Ambiguous(_) => {
            VaultError::Failed("two entries have the same name, remove one of them".into())
        }
        other => VaultError::Failed(other.to_string()),
    }
}

fn explain_service(error: &ServiceError) -> VaultError {
    match error {
        ServiceError::Locked | ServiceError::Prompt => VaultError::Locked,
        ServiceError::NoResult => VaultError::Absent("no keyring has been created yet".into()),
        ServiceError::Unavailable => VaultError::Absent(error.to_string()),
        ServiceError::Dbus(bus) => explain_bus(bus.name().unwrap_or_default(), &error.to_string()),
        other => VaultError::Failed(other.to_string()),
    }
}

/// Error names of the D-Bus specification and of the Secret Service specification.
fn explain_bus(name: &str, text: &str) -> VaultError {
    match name.trim_start_matches("org.freedesktop.") {
        "Secret.Error.IsLocked" => VaultError::Locked,
        "DBus.Error.AccessDenied" | "DBus.Error.AuthFailed" => VaultError::Denied,
        "DBus.Error.NoReply" | "DBus.Error.Timeout" | "DBus.Error.TimedOut" => VaultError::NoAnswer,
        "DBus.Error.ServiceUnknown"
        | "DBus.Error.NameHasNoOwner"
        | "DBus.Error.NoServer"
        | "DBus.Error.FileNotFound"
        | "DBus.Error.BadAddress"
        | "DBus.Error.Disconnected" => VaultError::Absent(text.into()),
        spawn if spawn.starts_with("DBus.Error.Spawn.") => VaultError::Absent(text.into()),
        _ => VaultError::Failed(text.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_bus_error_says_what_it_means_for_the_owner() {
        let absent = || VaultError::Absent("text".into());
        let cases = [
            ("org.freedesktop.Secret.Error.IsLocked", VaultError::Locked),
            ("org.freedesktop.DBus.Error.AccessDenied", VaultError::Denied),
            ("org.freedesktop.DBus.Error.NoReply", VaultError::NoAnswer),
            ("org.freedesktop.DBus.Error.ServiceUnknown", absent()),
            ("org.freedesktop.DBus.Error.Spawn.ExecFailed", absent()),
            ("org.freedesktop.DBus.Error.FileNotFound", absent()),
            ("org.freedesktop.DBus.Error.Failed", VaultError::Failed("text".into())),
            ("", VaultError::Failed("text".into())),
        ];
        for (name, meaning) in cases {
            assert_eq!(explain_bus(name, "text"), meaning, "{name}");
        }
    }
}
