#!/bin/sh
# Draws what is missing of the passwords in ./secrets, which docker-compose.kafka.yml mounts; never changes one.
set -eu
cd "$(dirname "$0")/.."
mkdir -p secrets
chmod 700 secrets # the files themselves are read by other users, inside of containers
for role in postgres registry rollcall_migrator rollcall_ingest rollcall_agents rollcall_applier rollcall_sinks \
  rollcall_console rollcall_analyst rollcall_translator rollcall_auditor; do
  file="secrets/rollcall_passwords__$role"
  # No newline at the end: Connect takes the file as it is.
  [ -s "$file" ] || printf %s "$(head -c 24 /dev/urandom | base64 | tr '+/' '-_')" >"$file"
done
[ -s secrets/registry.properties ] ||
  printf 'apicurio.datasource.password=%s\n' "$(cat secrets/rollcall_passwords__registry)" >secrets/registry.properties
