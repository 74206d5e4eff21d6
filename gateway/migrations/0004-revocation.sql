-- Which revocation list a requisition depends on, and when it was revoked or contradicted. The date stays, whatever a later list says: from it
-- the quarantine of what was found counts. A list that is out of date revokes as well, for as long as it is, and leaves no date.
ALTER TABLE requisitions ADD COLUMN revocation_list text;
ALTER TABLE requisitions ADD COLUMN revoked_at timestamptz;
CREATE INDEX requisitions_revoked ON requisitions (id) WHERE revoked_at IS NOT NULL;

-- Revocation lists concern all cases: the service role sets this one column, and reads who is revoked.
GRANT SELECT (revocation_list, revoked_at), UPDATE (revoked_at) ON requisitions TO differe_service;
CREATE POLICY revoking ON requisitions FOR UPDATE TO differe_service USING (true) WITH CHECK (true);
