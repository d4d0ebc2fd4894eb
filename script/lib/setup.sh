# Sets the project up on a bare Debian 12 or Ubuntu 24.04; sourced by script/server and script/test. Run again, it does nothing.
# Messages follow LC_ALL or LANG.

case "${LC_ALL:-${LANG:-en}}" in ja*) language=ja ;; *) language=en ;; esac
say() { if [ "$language" = ja ]; then echo "$2"; else echo "$1"; fi; }
give_up() { say "$1" "$2" >&2; exit 1; }

data=${KIJUN_DATA:-$PWD/instance}
export KIJUN_DATA=$data UV_PYTHON_DOWNLOADS=never PIP_DISABLE_PIP_VERSION_CHECK=1

# Installs the OS packages among "$@" that are missing.
install_packages() {
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then as_root=(sudo -n); else
      give_up "Please install first: sudo apt-get install ${missing[*]}" "先にインストールしてください：sudo apt-get install ${missing[*]}"
    fi
  fi
  say "Installing ${missing[*]} …" "${missing[*]} をインストールしています…"
  "${as_root[@]}" apt-get update -qq </dev/null >/dev/null &&
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" </dev/null >/dev/null 2>&1 ||
    give_up "These packages could not be installed: ${missing[*]}" "次のパッケージをインストールできませんでした：${missing[*]}"
}

# Makes .venv and installs the hash-locked requirements of file $1, unless that is what it holds already.
install_requirements() {
  local lock=$1 stamp=.venv/installed wanted
  wanted=$(sha256sum "$lock" | cut -d' ' -f1)
  if [ "$lock" = requirements.txt ] && [ -f "$stamp" ]; then
    # what tests need includes what the server needs
    grep -q "$wanted" "$stamp" && return 0
  elif [ -f "$stamp" ] && grep -q "$wanted" "$stamp"; then return 0; fi
  python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    give_up "Python 3.11 or newer is needed." "Python 3.11以上が必要です。"
  say "Installing Python packages …" "Pythonパッケージをインストールしています…"
  [ -x .venv/bin/python ] || python3 -m venv .venv || give_up "The folder .venv could not be made." ".venvを作成できませんでした。"
  [ -x .venv/bin/uv ] || .venv/bin/python -m pip install -q "$(grep -m1 '^# uv==' pyproject.toml | cut -c3-)" ||
    give_up "The installer uv could not be installed." "uvをインストールできませんでした。"
  .venv/bin/uv pip install -q --python .venv/bin/python --require-hashes -r "$lock" ||
    give_up "The Python packages could not be installed." "Pythonパッケージをインストールできませんでした。"
  if [ "$lock" = requirements.txt ]; then echo "$wanted" > "$stamp"; else
    { sha256sum requirements.txt; sha256sum "$lock"; } | cut -d' ' -f1 > "$stamp"; fi
}

# Makes what is derived from the sources: message catalogues and compressed static files.
build_derived() {
  local catalogue=translations/ja/LC_MESSAGES/messages
  [ "$catalogue.mo" -nt "$catalogue.po" ] || .venv/bin/pybabel -q compile --use-fuzzy -d translations
}
