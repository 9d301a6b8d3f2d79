# shellcheck shell=bash
# What runs of an installation, and on which state dir: by what systemd says of the service, and by /proc for all else.

service_pid() { systemctl --user show --property MainPID --value "$UNIT_NAME"; }

# state_dir_of PID: the state dir of a gateway, from what it was started with; so a service's drop-ins, environment files and
# ExecStart all count. Fails where that cannot be read.
state_dir_of() {
  local word before='' dir='' home=''
  {
    while IFS= read -r -d '' word; do
      case "$word" in
        HOME=*) home="${word#*=}" ;;
        FASED_STATE_DIR=?*) dir="${word#*=}" ;;
      esac
    done <"/proc/$1/environ" || return 1
    while IFS= read -r -d '' word; do
      if [[ "$before" == --state-dir ]]; then dir="$word"; fi
      if [[ "$word" == --state-dir=* ]]; then dir="${word#*=}"; fi
      before="$word"
    done <"/proc/$1/cmdline" || return 1
    [[ -n "$dir$home" ]] || return 1
    dir="${dir:-$home/.fased}"
    [[ "$dir" == /* ]] || dir="$(readlink "/proc/$1/cwd")/$dir" || return 1
  } 2>/dev/null
  printf '%s' "$dir"
}

# From here on everything is asked of the service's gateway, which may have another state dir than our own environment says.
ask_the_service() {
  local pid dir
  pid="$(service_pid)" || pid=
  dir="$(state_dir_of "${pid:-0}")" || return 1
  [[ -d "$dir" ]] || return 1
  export FASED_STATE_DIR="$dir"
  STATE_DIR="$dir"
}

state_words() { [[ -z "${STATE_DIR:-}" ]] || printf ' --state-dir %q' "$STATE_DIR"; }

# runs_from FOLDER: the process ids of all programs below it, as far as this user may know.
runs_from() {
  local link
  for link in /proc/[0-9]*/exe; do
    if [[ "$(readlink "$link" 2>/dev/null)" == "$1"/* ]]; then basename "$(dirname "$link")"; fi
  done
}

# other_gateway PID: a gateway of this installation that is not process PID; nothing and failure if there is none.
other_gateway() {
  local pid words
  for pid in $(runs_from "$RELEASES"); do
    words="$(tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline")" || continue
    # Options may stand between the two.
    if [[ "$pid" != "$1" && "$words" == *" gateway "*"run "* ]]; then
      echo "$pid"
      return
    fi
  done
  return 1
}

# The command that stops gateway PID.
stop_words() {
  local dir
  if dir="$(state_dir_of "$1")"; then printf '%q --state-dir %q gateway stop' "$BIN" "$dir"; else printf 'kill %s' "$1"; fi
}

# retire_release FOLDER: removes it, unless something still runs that would lose its files.
retire_release() {
  local pids
  pids="$(runs_from "$1")"
  if [[ -z "$pids" ]]; then remove_release "$1"; else
    say "  $1 is still in use (process ${pids//$'\n'/, }) and stays; the next upgrade removes it"
  fi
}
