#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs what a Debian 12 machine needs to build, run and test epurse. demo.sh and check.sh run it; it can be run alone.
#   setup.sh [--tests]   --tests: also what only the tests want
set -eu

packages=(autoconf automake make gcc pkg-config libc6-dev gettext
  libssl-dev libpcsclite-dev libcurl4-openssl-dev libjansson-dev libevent-dev libsqlite3-dev libpq-dev libinih-dev libqrencode-dev libhpdf-dev libfreetype-dev fonts-dejavu-core libxml2-dev libcsv-dev libzip-dev libcrypt-dev check
  pcscd vsmartcard-vpcd iproute2 util-linux openssl scdoc)
tests=(spin strace universal-ctags faketime locales clang libclang-rt-14-dev clang-format opensc pcsc-tools gcovr valgrind zbar-tools poppler-utils sqlite3 postgresql curl jq gojq libxml2-utils man-db python3 python3-jsonschema python3-yaml
  chromium chromium-driver tshark procps xz-utils git shellcheck default-jdk-headless libasm-java)
[ "${1-}" = --tests ] && packages+=("${tests[@]}")

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "setup: these packages are missing and sudo is not there: ${missing[*]}" >&2; exit 69; }
  as_root=(sudo)
fi
echo "setup: installing ${missing[*]}" >&2
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
