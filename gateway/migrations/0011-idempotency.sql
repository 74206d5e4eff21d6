-- Idempotency keys of the last 24 hours: which thing a request with a key made, so that the same request makes it once. `key_sha256` is the
-- digest of the asker's key and the key of the request; `sealed` holds the digest of the request and the id of what it made, never content.
CREATE TABLE case_idempotency (
  case_id uuid NOT NULL REFERENCES cases (id),
  key_sha256 text NOT NULL,
  sealed bytea NOT NULL,
  -- false while the first request runs
  done boolean NOT NULL,
  asked_at timestamptz NOT NULL,
  PRIMARY KEY (case_id, key_sha256)
);
ALTER TABLE case_idempotency ENABLE ROW LEVEL SECURITY;
ALTER TABLE case_idempotency FORCE ROW LEVEL SECURITY;
CREATE POLICY of_the_case ON case_idempotency TO differe_case USING (case_id = current_case()) WITH CHECK (case_id = current_case());
GRANT SELECT, INSERT, UPDATE, DELETE ON case_idempotency TO differe_case;

-- The same for what is presented before it belongs to a case.
CREATE TABLE installation_idempotency (
  key_sha256 text PRIMARY KEY,
  sealed bytea NOT NULL,
  done boolean NOT NULL,
  asked_at timestamptz NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON installation_idempotency TO differe_service;
