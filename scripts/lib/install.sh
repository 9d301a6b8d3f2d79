# shellcheck shell=bash
# What scripts/install does, step by step. Everything it puts somewhere is named in PREFIX/lib/fased/installed, a line each:
#   link PATH          leads into PREFIX/share/fased
#   file SHA256 PATH   taken away again only as long as it has this content
#   folder PATH        made by us, and taken away again if nothing is left in it

# shellcheck source=scripts/lib/running.sh
source scripts/lib/running.sh
# shellcheck source=scripts/lib/unit.sh
source scripts/lib/unit.sh

say() { printf '%s\n' "$*"; }
step() { printf '==> %s\n' "$*"; }
refuse() { printf '%s.\n  Next: %s\n' "$1" "$2" >&2; exit 1; }
usage() { printf '%s.\n  Next: %s\n' "$1" "$2" >&2; exit 2; }

UNIT_NAME=fased.service
FOLDERS=()

# choose_prefix DIR: where everything goes.
choose_prefix() {
  [[ -n "${1:-}" || -n "${HOME:-}" ]] || refuse "HOME is not set" "name a folder: scripts/install --prefix DIR"
  PREFIX="${1:-$HOME/.local}"
  [[ "$PREFIX" == /* ]] || usage "--prefix takes an absolute path, not $PREFIX" "scripts/install --prefix $OLDPWD/$PREFIX"
  PREFIX="$(realpath -m "$PREFIX")"
  in_a_unit "$PREFIX" || usage "systemd takes no path with quotes, backslashes, dollar signs or control characters: $PREFIX" \
    "scripts/install, which installs below ~/.local, or with another --prefix DIR"
  [[ "$PREFIX" != / ]] || usage "fased has to be installed below a folder" "scripts/install --prefix /usr/local"
  [[ "$PREFIX/" != "$ROOT/"* ]] || usage "$PREFIX is within the source of fased" "scripts/install, which installs below ~/.local"
  [[ ! -e "$PREFIX/sidecar/package.json" ]] || usage "$PREFIX holds the source of fased" "scripts/install, which installs below ~/.local"
  local there="$PREFIX"
  while [[ ! -e "$there" ]]; do there="$(dirname "$there")"; done
  [[ -d "$there" && -w "$there" ]] || refuse "$there cannot be written to" "choose a folder of yours: scripts/install --prefix DIR"
  RELEASES="$PREFIX/lib/fased"
  CURRENT="$PREFIX/share/fased"
  BIN="$PREFIX/bin/fased"
  UNIT="$PREFIX/share/systemd/user/$UNIT_NAME"
  RECEIPT="$RELEASES/installed"
}

# The option that names this prefix, if it is not the usual one.
prefix_words() { [[ "$PREFIX" == "${HOME:-}/.local" ]] || printf ' --prefix %q' "$PREFIX"; }

installed() { [[ -f "$RECEIPT" && -L "$CURRENT" ]]; }
current() { (cd "$CURRENT" && pwd -P); }
version() { "$BIN" --version | cut -d ' ' -f 2; }
have_systemctl() { command -v systemctl >/dev/null && systemctl --user show-environment >/dev/null 2>&1; }
service_runs() { [[ -f "$UNIT" ]] && have_systemctl && systemctl --user is-active --quiet "$UNIT_NAME"; }
gateway_runs() { "$BIN" gateway status >/dev/null 2>&1; }
health() { local code=0; timeout 30 "$BIN" health >/dev/null 2>&1 || code=$?; echo "$code"; }
answers_version() { timeout 20 "$1" --version >/dev/null; }

# wait_for_health BEFORE: until all is well, or as well as it was: an account that waits for its login is no fault of ours.
wait_for_health() {
  local end=$((SECONDS + READY_WITHIN)) now
  while ((SECONDS < end)); do
    now="$(health)"
    if [[ "$now" == 0 || ("$now" == 5 && "$1" == 5) ]]; then return 0; fi
    sleep 0.3
  done
  printf 'fased health ends with %s after %s seconds; before it was %s.\n' "$now" "$READY_WITHIN" "$1" >&2
  "$BIN" health >&2 || true
  return 1
}

# Nothing that is there already and is not ours may be in the way.
free_places() {
  local place
  for place in "$BIN" "$CURRENT" "$RELEASES" "$UNIT"; do
    [[ ! -e "$place" && ! -L "$place" ]] || refuse "$place is there already, and was not put there by this script" \
      "move it away, or choose another folder: scripts/install --prefix DIR"
  done
}

# make_folder PATH: makes it, and remembers which folders are new.
make_folder() {
  local path="$1" fresh=()
  while [[ ! -d "$path" ]]; do
    fresh+=("$path")
    path="$(dirname "$path")"
  done
  mkdir -p "$1"
  local i
  for ((i = ${#fresh[@]} - 1; i >= 0; i--)); do FOLDERS+=("${fresh[i]}"); done
}

# Builds or takes the program, and puts everything of one version into a folder that nobody uses yet.
make_release() {
  need_node
  in_a_unit "$(node_path)" || refuse "systemd cannot take the path of Node.js, $(node_path); nothing was changed" \
    "link it from elsewhere: FASED_NODE=LINK ${SETUP_COMMAND}"
  need_program
  local number
  number="$(timeout 20 "$binary" --version | cut -d ' ' -f 2)" || number=
  [[ -n "$number" ]] || refuse "$binary does not run here, or is no fased" "build it: cargo build --release -p fased"
  make_folder "$RELEASES"
  RELEASE="$RELEASES/$number-$(date -u +%Y%m%d-%H%M%S)-$$"
  PART="$RELEASE.part"
  trap tidy EXIT
  mkdir -p "$PART/bin" "$PART/sidecar" "$PART/scripts"
  step "Copying fased $number and its sidecar"
  install -m 755 "$binary" "$PART/bin/fased"
  cp -R sidecar/src sidecar/media sidecar/package.json "$PART/sidecar/"
  cp package.json package-lock.json LICENSE THIRD-PARTY-NOTICES.md README.md "$PART/"
  cp scripts/manifest "$PART/scripts/"
  packages
  step "Writing completions, manual pages and the service's unit"
  mkdir -p "$PART/completions"
  "$PART/bin/fased" completions bash >"$PART/completions/fased"
  "$PART/bin/fased" completions zsh >"$PART/completions/_fased"
  "$PART/bin/fased" completions fish >"$PART/completions/fased.fish"
  "$PART/bin/fased" man --to "$PART/man"
  unit >"$PART/$UNIT_NAME"
  (cd "$PART" && find . ! -type d >"$PART.list" && mv "$PART.list" contents && echo ./contents >>contents)
  mv "$PART" "$RELEASE"
}

# Those that the lock file names. From the installed version, where it has the same lock file and they are still as listed.
packages() {
  if [[ -f "$RECEIPT" ]] && cmp -s package-lock.json "$CURRENT/package-lock.json"; then
    step "Taking over the packages, which are the same"
    cp -R "$CURRENT/node_modules" "$PART/"
    if list_files && same_packages; then return 0; fi
    say "  They were changed since, so they are installed anew"
    rm -rf "$PART/node_modules"
  fi
  step "Installing the packages that the lock file names: npm ci --omit=dev --ignore-scripts"
  (cd "$PART" && npm ci --omit=dev --ignore-scripts --workspace fased-sidecar --prefer-offline --no-audit --no-fund --loglevel=error) ||
    refuse "the packages could not be installed; nothing was changed" "check the network, then: ${SETUP_COMMAND}"
  list_files
}

list_files() {
  "${FASED_NODE:-node}" scripts/manifest "$PART" || refuse "the files could not be listed; nothing was changed" "${SETUP_COMMAND}"
}

# Do both manifests name the same packages with the same content?
same_packages() {
  "${FASED_NODE:-node}" -e '
    const [one, other] = process.argv.slice(1).map(path => {
      const { files } = JSON.parse(require("node:fs").readFileSync(path, "utf8"));
      return JSON.stringify(Object.entries(files).filter(([name]) => name.startsWith("node_modules/")));
    });
    process.exit(one === other ? 0 : 1);' "$PART/manifest.json" "$CURRENT/manifest.json" 2>/dev/null
}

# What an installation leaves behind that did not come to its end; also when somebody interrupts it.
tidy() {
  if [[ -n "${STOPPED:-}" ]]; then systemctl --user start "$UNIT_NAME" || true; fi
  rm -rf "$PART" "$PART.list"
  if [[ ! -e "$RECEIPT" ]]; then
    remove_release "$RELEASE"
    local i
    for ((i = ${#FOLDERS[@]} - 1; i >= 0; i--)); do rmdir "${FOLDERS[i]}" 2>/dev/null || true; done
  fi
}

need_program() {
  if [[ -z "$binary" ]]; then
    need_rust
    step "Building fased (cargo build --release; the first time takes some minutes)"
    cargo build "${CARGO_FLAGS[@]}" --release --quiet -p fased
    binary="$TARGET_DIR/release/fased"
  fi
  [[ -f "$binary" && -x "$binary" ]] || refuse "$binary is no program" "build it: cargo build --release -p fased"
}

# flip RELEASE: from this moment on it is the one in use. One rename, so there is never none.
flip() {
  ln -s "../lib/fased/$(basename "$1")" "$PREFIX/share/.fased.$$"
  "${FASED_NODE:-node}" -e 'require("node:fs").renameSync(process.argv[1], process.argv[2])' "$PREFIX/share/.fased.$$" "$CURRENT"
}

# What leads from the usual places into the version in use. A unit cannot be a link: systemd would not enable it.
link_all() {
  link "$BIN" ../share/fased/bin/fased
  link "$PREFIX/share/bash-completion/completions/fased" ../../fased/completions/fased
  link "$PREFIX/share/zsh/site-functions/_fased" ../../fased/completions/_fased
  link "$PREFIX/share/fish/vendor_completions.d/fased.fish" ../../fased/completions/fased.fish
  local page
  for page in "$RELEASE"/man/*.1; do
    link "$PREFIX/share/man/man1/$(basename "$page")" "../../fased/man/$(basename "$page")"
  done
  make_folder "$(dirname "$UNIT")"
  if [[ -f "$UNIT" ]] && ! unchanged "$UNIT"; then
    say "  $UNIT was edited and stays; the new one is $CURRENT/$UNIT_NAME"
    KEPT_UNIT=yes
    return
  fi
  install -m 644 "$RELEASE/$UNIT_NAME" "$UNIT"
  if [[ -f "$RECEIPT" ]] && have_systemctl; then systemctl --user daemon-reload || true; fi
}

link() {
  make_folder "$(dirname "$1")"
  if [[ -e "$1" || -L "$1" ]] && [[ "$(readlink "$1")" != "$2" ]]; then
    say "  $1 is somebody else's and stays"
    return
  fi
  ln -sfn "$2" "$1"
}

sha_of() { "${FASED_NODE:-node}" -e 'const c=require("node:crypto"),f=require("node:fs");console.log(c.createHash("sha256").update(f.readFileSync(process.argv[1])).digest("hex"))' "$1"; }
# unchanged PATH: is it as we have put it there?
unchanged() { grep -qxF "file $(sha_of "$1") $1" "$RECEIPT" 2>/dev/null; }

# Writes down what there is of ours outside of the versions, as a whole.
receipt() {
  local kept=() path
  if [[ -f "$RECEIPT" ]]; then mapfile -t kept < <(sed -n 's/^folder //p' "$RECEIPT"); fi
  {
    for path in "$BIN" "$PREFIX/share/bash-completion/completions/fased" "$PREFIX/share/zsh/site-functions/_fased" \
      "$PREFIX/share/fish/vendor_completions.d/fased.fish" "$PREFIX/share/man/man1/"fased*.1; do
      [[ ! -L "$path" ]] || echo "link $path"
    done
    if [[ -n "${KEPT_UNIT:-}" ]]; then
      grep '^file ' "$RECEIPT" | grep -F " $UNIT" || true
    elif [[ -f "$UNIT" ]]; then
      echo "file $(sha_of "$UNIT") $UNIT"
    fi
    for path in "${kept[@]}" "${FOLDERS[@]}"; do echo "folder $path"; done | awk '!seen[$0]++'
  } >"$RECEIPT.new"
  mv "$RECEIPT.new" "$RECEIPT"
  # Pages of verbs that are no more.
  for path in "$PREFIX/share/man/man1/"fased*.1; do
    if [[ -L "$path" && ! -e "$path" ]]; then rm "$path"; fi
  done
}

# remove_release FOLDER: its files as they were listed; what somebody put there besides stays and is told.
remove_release() {
  local release="$1" path
  [[ -f "$release/contents" ]] || return 0
  while read -r path; do rm -f "$release/$path"; done <"$release/contents"
  find "$release" -depth -type d -empty -delete
  [[ ! -e "$release" ]] || say "  $release holds files that are not ours, and stays"
}

# remove_others RELEASE HOW: all but that one; HOW is remove_release or retire_release.
remove_others() {
  local release
  for release in "$RELEASES"/*/; do
    release="${release%/}"
    if [[ -d "$release" && "$release" != "$1" && "$release" != *.part ]]; then "$2" "$release"; fi
  done
}

# Takes away what the receipt names, in the order of its making turned round.
remove_all() {
  local kind rest sha path folders=()
  step "Removing what was installed below $PREFIX"
  while read -r kind rest; do
    case "$kind" in
      link)
        case "$(readlink "$rest" || true)" in
          ../share/fased/* | ../../fased/*) rm "$rest" ;;
          *) [[ ! -e "$rest" ]] || say "  $rest is somebody else's by now, and stays" ;;
        esac
        ;;
      file)
        sha="${rest%% *}" path="${rest#* }"
        if [[ ! -f "$path" ]]; then continue; fi
        if [[ "$(sha_of "$path")" == "$sha" ]]; then rm "$path"; else say "  $path was edited, and stays"; fi
        ;;
      folder) folders=("$rest" "${folders[@]}") ;;
    esac
  done <"$RECEIPT"
  [[ ! -L "$CURRENT" ]] || rm "$CURRENT"
  remove_others '' remove_release
  rm "$RECEIPT"
  for path in "${folders[@]}"; do rmdir --ignore-fail-on-non-empty "$path" 2>/dev/null || true; done
}

# While nobody writes to it. A new version may change its tables, which an old one cannot read.
copy_store() {
  [[ -n "${STATE_DIR:-}" && -f "$STATE_DIR/fased.db" ]] || return 0
  STORE_COPY="$STATE_DIR/backup/before-$(basename "$RELEASE")"
  (umask 077 && mkdir -p "$STORE_COPY" && cp -p "$STATE_DIR"/fased.db* "$STORE_COPY/") || {
    rm -rf "$STORE_COPY"
    remove_release "$RELEASE"
    refuse "the store could not be copied, so nothing was changed and the old version runs again" "make room: df -h $STATE_DIR"
  }
}

# The copy takes the place of what the new version left, which stays beside it.
restore_store() {
  [[ -n "${STORE_COPY:-}" && -d "$STORE_COPY" ]] || return 0
  systemctl --user stop "$UNIT_NAME" || true
  local newer="$STORE_COPY-newer"
  (umask 077 && mkdir -p "$newer" && mv "$STATE_DIR"/fased.db* "$newer/")
  mv "$STORE_COPY"/fased.db* "$STATE_DIR/"
  say "  The store is as it was before; what the new version had made of it: $newer"
}

drop_store_copy() {
  if [[ -n "${STORE_COPY:-}" ]]; then
    rm -rf "$STORE_COPY"
    rmdir --ignore-fail-on-non-empty "$STATE_DIR/backup" 2>/dev/null || true
  fi
}
