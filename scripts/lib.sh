# shellcheck shell=bash
# Shared by run, test and the scripts beside this file: where things are kept, and installing what is missing.
#
# Everything that is fetched or built goes to one cache folder, so that the checkout stays clean and the next run is
# quick. Only Debian packages are installed outside of it, and only after saying which.

set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export TILLSTREAM_CACHE=${TILLSTREAM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/tillstream}
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$TILLSTREAM_CACHE/target}
export PATH=$TILLSTREAM_CACHE/tools/bin:$PATH
cd "$ROOT"

BUILD_PACKAGES=(build-essential pkg-config)
WINDOW_PACKAGES=(libwebkit2gtk-4.1-dev)
ELECTRS_PACKAGES=(clang libclang-dev librocksdb-dev)
SCREEN_TEST_PACKAGES=(webkit2gtk-driver xvfb xauth gnome-keyring dbus dbus-x11 imagemagick x11-apps xdotool chromium
  fonts-dejavu-core)
PACKAGE_TEST_PACKAGES=(desktop-file-utils)

say() { printf '\n== %s\n' "$*"; }
note() { printf '   %s\n' "$*"; }
fail() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

# need_packages PURPOSE PACKAGE...: installs those of the Debian packages that are missing.
need_packages() {
  local purpose=$1 package missing=()
  shift
  if ! command -v dpkg-query >/dev/null; then
    note "$purpose needs what Debian packs as: $* (not a Debian system, so please see to it yourself)"
    return
  fi
  for package; do
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || missing+=("$package")
  done
  ((${#missing[@]} == 0)) || install_packages "$purpose" "${missing[@]}"
}

install_packages() {
  local purpose=$1 command
  shift
  command="apt-get install --no-install-recommends $*"
  say "Installing Debian packages: $purpose needs $*"
  if ((EUID != 0)); then
    can_be_root || fail "nobody here can become root by sudo; have somebody run as root: $command"
    confirm 'Install them with sudo apt-get?' || fail "install them first: sudo $command"
  fi
  as_root apt-get update
  apt_get install "$@"
}

# apt_get COMMAND...: without questions, once whoever installs something now is done.
apt_get() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get --quiet --yes --no-install-recommends \
    -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@"
}

as_root() { if ((EUID == 0)); then "$@"; else sudo "$@"; fi; }

# Whether somebody is root, or there to type a password, or needs none.
can_be_root() { ((EUID == 0)) || { command -v sudo >/dev/null && { asked || sudo -n true 2>/dev/null; }; }; }

# Whether somebody is there to be asked.
asked() { [[ ${CI:-} != true && -t 0 ]]; }

# Yes without asking where nobody can be asked.
confirm() {
  local answer
  asked || return 0
  read -r -p "   $1 [Y/n] " answer
  [[ ! $answer =~ ^[Nn] ]]
}

# at_least VERSION NEEDED: whether a dotted version is not older than another.
at_least() { [[ $(printf '%s\n' "$2" "$1" | sort -V | head -n 1) == "$2" ]]; }

need_rust() {
  local needed version
  needed=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
  command -v cargo >/dev/null || fail "Rust $needed or newer is needed: install it from https://rustup.rs"
  version=$(rustc --version | cut -d' ' -f2)
  at_least "$version" "$needed" || fail "Rust $needed or newer is needed, this is $version: run rustup update"
}

need_node() {
  local needed=20.19 version
  command -v npm >/dev/null || fail "Node.js $needed or newer with npm is needed: install it from https://nodejs.org"
  version=$(node --version)
  at_least "${version#v}" "$needed" || fail "Node.js $needed or newer is needed, this is ${version#v}"
}

# locked COMMAND...: alone among all checkouts that share the cache folder.
locked() (
  mkdir -p "$TILLSTREAM_CACHE"
  exec 9>"$TILLSTREAM_CACHE/lock"
  flock --nonblock 9 || { note 'waiting for another run to finish installing' && flock 9; }
  "$@" 9>&-
)

# The screens' node modules: installed once per lock file into the cache folder, and linked into the checkout.
need_node_modules() {
  local link=ui/node_modules modules
  need_node
  if [[ -d $link && ! -L $link ]]; then
    note "$link is a folder of its own and is used as it is; remove it to use the cache folder's"
    return
  fi
  modules=$TILLSTREAM_CACHE/npm/$(sha256sum ui/package-lock.json | cut -c 1-16)
  locked install_node_modules "$modules"
  ln -sfn "$modules/node_modules" "$link"
}

install_node_modules() {
  local modules=$1
  [[ ! -e $modules/complete ]] || return 0
  say "Installing the screens' node modules"
  rm -rf "$modules"
  mkdir -p "$modules"
  cp ui/package.json ui/package-lock.json ui/.npmrc "$modules/"
  # Not npm ci: it refuses a lock file in which an optional package for another platform could not be resolved. The
  # versions are the lock file's either way.
  (cd "$modules" && npm install --ignore-scripts --no-audit --no-fund)
  touch "$modules/complete"
}

# install_tool NAME VERSION DIR [OPTION...]: builds a Rust program for DIR/bin, for a quick build rather than a quick
# program, in a temporary target folder that is removed afterwards.
install_tool() {
  local name=$1 version=$2 folder=$3
  shift 3
  env -u CARGO_TARGET_DIR CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_OPT_LEVEL=1 \
    CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
    cargo install "$name" --version "$version" --locked --root "$folder" "$@"
}

# The till with its window. With these features the screens are part of the program; without, it looks for a
# development server.
build_till_with_window() { cargo build --bin tillstream --features desktop,tauri/custom-protocol; }

# on_a_display COMMAND...: with a screen and a session bus that are there for this command alone.
on_a_display() { xvfb-run -a -s '-screen 0 1280x800x24 -nolisten tcp' dbus-run-session -- "$@"; }

has_display() { [[ -n ${DISPLAY:-}${WAYLAND_DISPLAY:-} ]]; }
