#!/bin/sh
# Runs once, in an empty PostgreSQL: a login role per secret, and the databases of Rollcall and of the registry.
set -eu
secrets=${SECRETS:-/run/secrets}
export PGUSER="${POSTGRES_USER:-postgres}"
for file in "$secrets"/rollcall_passwords__*; do
  psql -v ON_ERROR_STOP=1 -v role="${file##*__}" -v password="$(cat "$file")" <<'SQL'
create role :"role" login password :'password';
SQL
done
psql -v ON_ERROR_STOP=1 <<'SQL'
alter role rollcall_ingest replication;
create database rollcall owner rollcall_migrator;
create database registry owner registry;
SQL
