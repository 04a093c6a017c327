# Run in the containers of deploy/compose.yaml, before `loyalty`: a password in an address comes from a file, since
# environment variables are shown by `docker inspect`. The owner's is there where tables are changed.
secrets=/run/secrets
if [ -e $secrets/owner_password ]; then
    export LOYALTY_OWNER_DATABASE_URL="postgresql://loyalty:$(cat $secrets/owner_password)@database/loyalty"
fi
export LOYALTY_DATABASE_URL="postgresql://loyalty_service:$(cat $secrets/service_password)@database/loyalty"
exec loyalty "$@"
