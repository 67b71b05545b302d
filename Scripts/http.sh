#!/usr/bin/env bash
# `dedupbench http` against real servers: nginx with its cache lock and without, and a small service that is protected
# against duplicates or not. What is protected must pass, and what executes twice must be caught.
# Ports 8180, 8181, 8182 and 9180 of the loopback interface must be free.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
dedup_more_packages=(nginx-light python3)
# Debian's package starts a server of its own, which is not wanted.
RUNLEVEL=1 source Scripts/setup.sh

# As the tests are built.
build=(-c release --package-path Benchmarks --traits HTTP)
swift build "${build[@]}" --product dedupbench
dedupbench=$(swift build "${build[@]}" --show-bin-path)/dedupbench

scratch=$(mktemp -d)
servers=()
stop() {
    for server in ${servers[@]+"${servers[@]}"}; do kill "$server" 2>/dev/null || true; done
    wait
    rm -rf "$scratch"
}
trap stop EXIT

# Waits until a server listens at a port, for ten seconds at most.
wait_for() {
    for _ in {1..100}; do
        if (: <"/dev/tcp/127.0.0.1/$1") 2>/dev/null; then return 0; fi
        sleep 0.1
    done
    echo "http: no server listens at port $1" >&2
    exit 1
}

# Drives a service, and insists on the exit code and on a line of the report.
drive() {
    local wanted=$1 line=$2 code=0
    shift 2
    echo "== dedupbench http $*"
    "$dedupbench" http "$@" --no-progress --out "$scratch/results" >"$scratch/report.txt" 2>&1 || code=$?
    sed -n '3,4p' "$scratch/report.txt"
    if ((code != wanted)) || ! grep -Eq -- "$line" "$scratch/report.txt"; then
        cat "$scratch/report.txt" >&2
        echo "http: expected exit code $wanted, got $code, and a line that matches: $line" >&2
        exit 1
    fi
}

drive 69 'there is no service at 127.0.0.1:8180' 'http://127.0.0.1:8180/locked/{key}' --origin 9180

mkdir "$scratch/nginx"
chmod 755 "$scratch"
sed "s|PREFIX|$scratch/nginx|g" Benchmarks/Tests/Services/nginx.conf >"$scratch/nginx.conf"
PATH=$PATH:/usr/sbin nginx -p "$scratch/nginx" -c "$scratch/nginx.conf" -e "$scratch/nginx/error.log" &
servers+=($!)
python3 Benchmarks/Tests/Services/items.py 8181 protected &
servers+=($!)
python3 Benchmarks/Tests/Services/items.py 8182 unprotected &
servers+=($!)
for port in 8180 8181 8182; do wait_for "$port"; done

promised=(--ttl fixed:10m)
drive 0 'proved: every byte of every answer' 'http://127.0.0.1:8180/locked/{key}' --origin 9180 "${promised[@]}"
drive 2 'two executions of key [0-9]+ overlap' 'http://127.0.0.1:8180/unlocked/{key}' --origin 9180 "${promised[@]}"

executed=(--identify field:made.execution --ttl forever)
counted=(--identify none --counter-field count.executions --ttl forever)
order=(--method POST --header 'Idempotency-Key: {key}' --body '{"order": "{key}"}')
drive 0 'told apart by the field made.execution' 'http://127.0.0.1:8181/items/{key}' "${executed[@]}"
drive 0 'counted by http://127.0.0.1:8181/executions' 'http://127.0.0.1:8181/counted/{key}' \
    --counter http://127.0.0.1:8181/executions "${counted[@]}"
drive 0 'told apart by the whole body' 'http://127.0.0.1:8181/orders' "${order[@]}" --identify body --ttl forever
drive 2 'different answers, where results live long enough for 1' 'http://127.0.0.1:8182/items/{key}' "${executed[@]}"
drive 2 'the service counts [0-9]+ executions of [0-9]+ keys' 'http://127.0.0.1:8182/counted/{key}' \
    --counter http://127.0.0.1:8182/executions "${counted[@]}"
drive 2 'different answers, where results live long enough for 1' 'http://127.0.0.1:8182/orders' "${order[@]}" \
    --identify body --ttl forever
# A second run finds the cache as the first has left it.
drive 2 'calls failed: an answer is from before this run' 'http://127.0.0.1:8180/locked/{key}' --origin 9180 "${promised[@]}"
drive 0 'proved: every byte of every answer' 'http://127.0.0.1:8180/locked/{run}/{key}' --origin 9180 "${promised[@]}"
echo "http: what is protected passes, and what executes twice is caught"
