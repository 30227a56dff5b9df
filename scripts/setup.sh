#!/usr/bin/env bash
# Makes sure that this machine has what a command needs: installs it as root on Debian,
# otherwise says exactly what is missing and how to get it.
#   scripts/setup.sh run|test|bench
set -euo pipefail

missing=()
packages=()

need() { # need COMMAND WHAT-TO-DO
  command -v "$1" >/dev/null 2>&1 || missing+=("$1: $2")
}

package() { # package FILE DEBIAN-PACKAGE
  [ -e "$1" ] || packages+=("$2")
}

need cargo "install Rust with rustup (https://rustup.rs), version 1.95 or newer"
need cc "apt-get install gcc libc6-dev"
need make "apt-get install make"
need node "install Node.js 20.19 or newer (https://nodejs.org)"
need npm "comes with Node.js"
if command -v node >/dev/null 2>&1; then
  node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' ||
    missing+=("node: version $(node --version) is too old, 20.19 or newer is needed")
fi

if [ "${1:-run}" = test ]; then
  package "${CHROMIUM:-/usr/bin/chromium}" chromium
  package /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf fonts-dejavu-core
  package /usr/lib/postgresql/15/bin/postgres postgresql-15
fi

if [ "${1:-run}" = bench ]; then
  package /usr/bin/strace strace
  package /usr/lib/postgresql/15/bin/postgres postgresql-15
fi

if [ ${#missing[@]} -gt 0 ]; then
  echo "Not found on this machine:" >&2
  printf '  - %s\n' "${missing[@]}" >&2
  exit 1
fi

if [ ${#packages[@]} -gt 0 ]; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing ${packages[*]} …"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
  else
    echo "Not found on this machine. As root, run:" >&2
    echo "  apt-get update && apt-get install -y --no-install-recommends ${packages[*]}" >&2
    exit 1
  fi
fi
