#!/usr/bin/env bash
# Size, start time and memory of the native program on this machine: publishes it, then starts a peer five times on a
# small DHT of its own, with its keys already made. Times are from exec to the bridge listening (bridge.json is there).
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
dht=""
trap '[ -z "$dht" ] || kill "$dht" 2>/dev/null || true; rm -rf "$work"' EXIT

dotnet publish src/Intercom/Intercom.Cli -c Release -r linux-x64 -p:PublishAot=true -o "$work/out" -v q -nologo
program=$work/out/intercom
find "$work/out" -type f -printf '%f %s bytes\n' | sort
tar -C "$work/out" -czf "$work/intercom.tar.gz" . && stat -c 'archive %s bytes' "$work/intercom.tar.gz"

cd "$work"
"$program" dht --port 49831 --json >dht.log &
dht=$!
until grep -q ready dht.log; do read -rt 0.02 <> <(:) || true; done

now() { date +%s%N; }
start_peer() {
  started=$(now)
  "$program" up --name bench --dht-bootstrap 127.0.0.1:49831 >peer.log 2>&1 &
  peer=$!
  until [ -e stores/bench/bridge.json ]; do read -rt 0.002 <> <(:) || true; done
  echo $((($(now) - started) / 1000000))
}
memory() { awk -v key="$1:" '$1 == key { printf "%d", $2 / 1024 }' "/proc/$2/status"; }

start_peer >/dev/null && kill "$peer" && wait "$peer" || true
for round in 1 2 3 4 5; do
  start_peer >start.ms
  until grep -q 'Sidechannel: ready' peer.log; do read -rt 0.002 <> <(:) || true; done
  ready=$((($(now) - started) / 1000000))
  read -rt 5 <> <(:) || true
  echo "round $round: bridge after $(cat start.ms) ms, sidechannels ready after $ready ms," \
    "idle $(memory VmRSS "$peer") MB, peak $(memory VmHWM "$peer") MB"
  stopping=$(now)
  kill "$peer"
  wait "$peer" || true
  echo "         stopped after $((($(now) - stopping) / 1000000)) ms"
done
for round in 1 2 3 4 5; do
  begun=$(now)
  "$program" --version >/dev/null
  echo "intercom --version: $((($(now) - begun) / 1000000)) ms"
done
