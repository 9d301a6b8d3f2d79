# shellcheck shell=bash
# The service's unit, with whatever signs its paths have.

# in_a_unit PATH: can it be written into a unit? systemd has no way to write these in the name of a program.
in_a_unit() { [[ "$1" != *[\"\'\\\$[:cntrl:]]* ]]; }

# unit_word WORD: as systemd reads it as one word, without specifiers.
unit_word() {
  local word="${1//%/%%}"
  if [[ "$word" == *[^A-Za-z0-9/._+=%-]* ]]; then word="\"$word\""; fi
  printf '%s' "$word"
}

node_path() { realpath -s "$(command -v "${FASED_NODE:-node}")"; }

# The unit of config/, for this prefix and for a Node.js that systemd would not find.
unit() {
  local line node manual
  node="$(node_path)"
  manual="$("${FASED_NODE:-node}" -p 'require("node:url").pathToFileURL(process.argv[1]).pathname' "$CURRENT/README.md")"
  while IFS= read -r line; do
    case "$line" in
      Documentation=*) line="Documentation=file:${manual//%/%%}" ;;
      ExecStart=*)
        line="ExecStart=$(unit_word "$BIN") ${line#* }"
        case "$node" in
          /usr/bin/* | /usr/local/bin/* | /bin/*) ;;
          *) line+=$'\n'"Environment=$(unit_word "FASED_NODE=$node")" ;;
        esac
        ;;
    esac
    printf '%s\n' "$line"
  done <config/fased.service
}
