-- Run once by the image of PostgreSQL when its folder is empty: the gateway's role owns its database and may make the roles that a
-- transaction takes on, and is no superuser, whom row-level security would not hold.
\getenv password DIFFERE_DATABASE_PASSWORD
CREATE ROLE differe LOGIN CREATEROLE;
\if :{?password}
ALTER ROLE differe PASSWORD :'password';
\endif
CREATE DATABASE differe OWNER differe;
-- So that erased rows leave the log of changes at once.
GRANT pg_checkpoint TO differe;
