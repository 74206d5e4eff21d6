-- Signed acts beside the requisition (orders, contrary decisions, extensions, closures of a case; revocation lists and habilitations of
-- the whole installation). What they say stands in `sealed`, under the case key or the installation key.

CREATE TABLE case_acts (
  id uuid PRIMARY KEY,
  case_id uuid NOT NULL REFERENCES cases (id),
  typ text NOT NULL,
  sealed bytea NOT NULL,
  presented_at timestamptz NOT NULL
);
CREATE INDEX case_acts_case ON case_acts (case_id);
ALTER TABLE case_acts ENABLE ROW LEVEL SECURITY;
ALTER TABLE case_acts FORCE ROW LEVEL SECURITY;
CREATE POLICY of_the_case ON case_acts TO differe_case USING (case_id = current_case()) WITH CHECK (case_id = current_case());
GRANT SELECT, INSERT, UPDATE, DELETE ON case_acts TO differe_case;

CREATE TABLE installation_acts (
  id uuid PRIMARY KEY,
  typ text NOT NULL,
  sealed bytea NOT NULL,
  presented_at timestamptz NOT NULL
);
GRANT SELECT, INSERT ON installation_acts TO differe_service;
