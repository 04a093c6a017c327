# Run once by the database of deploy/compose.yaml, when its volume is empty. As docs/running.md has them.
owner=$(cat /run/secrets/owner_password)
service=$(cat /run/secrets/service_password)
psql --username=postgres --set=ON_ERROR_STOP=1 <<SQL
CREATE ROLE loyalty LOGIN PASSWORD '$owner';
CREATE ROLE loyalty_member NOLOGIN;
CREATE ROLE loyalty_service LOGIN BYPASSRLS PASSWORD '$service';
GRANT loyalty_member TO loyalty, loyalty_service;
GRANT pg_read_all_stats TO loyalty_service;
CREATE DATABASE loyalty OWNER loyalty;
SQL
