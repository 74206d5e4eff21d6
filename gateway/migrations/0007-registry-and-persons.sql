-- REQ-12: the registry of authorities that is in force, by digest, and the record of the journal that says so. Its changes are acts of
-- the installation. One row, written with the first registry.
CREATE TABLE registry_head (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  digest text NOT NULL,
  record_seq bigint NOT NULL,
  -- how far the journal was read for changes that a restored database does not know
  journal_read bigint NOT NULL
);
GRANT SELECT, INSERT, UPDATE ON registry_head TO differe_service;

-- RGT-03: what an order of a magistrate makes of a track: a label, a category of person, or that it is found no more. Results stay as they
-- were sealed; this lies over them. What it says stands in `sealed`, under the case key.
CREATE TABLE rectifications (
  id uuid PRIMARY KEY,
  case_id uuid NOT NULL REFERENCES cases (id),
  order_id uuid NOT NULL REFERENCES orders (id),
  exhibit_id uuid NOT NULL REFERENCES exhibits (id),
  sealed bytea NOT NULL,
  applied_at timestamptz NOT NULL
);
CREATE INDEX rectifications_case ON rectifications (case_id);
ALTER TABLE rectifications ENABLE ROW LEVEL SECURITY;
ALTER TABLE rectifications FORCE ROW LEVEL SECURITY;
CREATE POLICY of_the_case ON rectifications TO differe_case USING (case_id = current_case()) WITH CHECK (case_id = current_case());
GRANT SELECT, INSERT, UPDATE, DELETE ON rectifications TO differe_case;

-- An order that says what is to be changed is carried out by the tool and by nobody else; its certificate is handed over with the case's term.
ALTER TABLE orders ADD COLUMN by_tool boolean NOT NULL DEFAULT false;
ALTER TABLE orders ADD COLUMN record_seq bigint;
ALTER TABLE orders ADD COLUMN certificate text;

-- RGT-02: requests of persons, by the reference that the office gave them: no name, no procedure. The signed acts stand in installation_acts.
CREATE TABLE person_requests (
  id uuid PRIMARY KEY,
  due_at timestamptz NOT NULL,
  answered_at timestamptz,
  -- when the journal was told that nobody had answered in time
  overdue_noted_at timestamptz
);
GRANT SELECT, INSERT, UPDATE ON person_requests TO differe_service;
