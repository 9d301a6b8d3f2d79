# shellcheck shell=bash
# Sourced by the scripts beside this folder: goes to the project's root and sees whether the tools are there.
# What is missing is named together with where to get it and what to run next.

set -euo pipefail

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
cd "$ROOT"

# Where cargo puts what it builds.
TARGET_DIR="${CARGO_TARGET_DIR:-$ROOT/target}"
export TARGET_DIR

# In CI the lock file stands; at a desk cargo may add to it.
CARGO_FLAGS=()
if [[ "${CI:-}" == true ]]; then CARGO_FLAGS+=(--locked); fi

NODE_MINIMUM=20.17

# missing WHAT WHERE NEXT: says so and ends.
missing() {
  printf '\n%s is missing.\n  Get it: %s\n  Then run: %s\n' "$1" "$2" "$3" >&2
  exit 1
}

again() { printf '%s' "${SETUP_COMMAND:-$0}"; }

# version_at_least HAVE WANT
version_at_least() {
  [[ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" == "$2" ]]
}

need_rust() {
  local want have
  want="$(sed -n 's/^rust-version = "\(.*\)"$/\1/p' Cargo.toml)"
  command -v cargo >/dev/null || missing "Rust (cargo)" "https://rustup.rs" "$(again)"
  have="$(rustc --version | cut -d ' ' -f 2)"
  version_at_least "$have" "$want" || missing "Rust $want or newer (found $have)" "rustup update stable" "$(again)"
  command -v cc >/dev/null || missing "A C compiler (cc), which SQLite is built with" \
    "your system's packages: build-essential on Debian, gcc on Fedora, xcode-select --install on macOS" "$(again)"
}

need_node() {
  local node="${FASED_NODE:-node}" have
  command -v "$node" >/dev/null || missing "Node.js $NODE_MINIMUM or newer" "https://nodejs.org" "$(again)"
  have="$("$node" --version)"
  have="${have#v}"
  version_at_least "$have" "$NODE_MINIMUM" || missing "Node.js $NODE_MINIMUM or newer (found $have)" "https://nodejs.org" "$(again)"
  command -v npm >/dev/null || missing "npm" "https://nodejs.org; it comes with Node.js" "$(again)"
}

# Installs the JavaScript packages when there are none, or older ones than the lock file names.
need_node_modules() {
  need_node
  if [[ ! -e node_modules/.package-lock.json || package-lock.json -nt node_modules/.package-lock.json ]]; then
    echo "Installing the JavaScript packages: npm ci --ignore-scripts"
    npm ci --ignore-scripts --no-audit --no-fund || {
      printf '\nThe JavaScript packages could not be installed.\n  Check the network, then run: npm ci --ignore-scripts\n' >&2
      exit 1
    }
    touch node_modules/.package-lock.json
  fi
}

# need_command COMMAND WHAT WHERE
need_command() {
  command -v "$1" >/dev/null || missing "$2" "$3" "$(again)"
}
