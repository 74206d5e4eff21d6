-- The end of a case: closed, due, erased. What survives an erasure holds ids, digests, counts and times, and nothing that was found.

ALTER TABLE cases ADD COLUMN closed_at timestamptz;
-- When everything of the case must be gone at the latest; set when it is opened, and again by each act that changes it.
ALTER TABLE cases ADD COLUMN erase_due timestamptz;

CREATE TABLE erasures (
  case_id uuid PRIMARY KEY,
  -- act that ordered it; absent where the law's time ran out
  act_id uuid UNIQUE,
  ground text NOT NULL CHECK (ground IN ('closure', 'order', 'term', 'quarantine', 'restored')),
  -- digest of the wrapped key, objects and rows, as they were before: under the installation key
  inventory bytea NOT NULL,
  started_at timestamptz NOT NULL,
  -- record of the log that says that it is done
  record_seq bigint,
  finished_at timestamptz,
  certificate text
);
ALTER TABLE erasures ENABLE ROW LEVEL SECURITY;
ALTER TABLE erasures FORCE ROW LEVEL SECURITY;
CREATE POLICY of_the_service ON erasures TO differe_service USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE ON erasures TO differe_service;

-- How far the journal was read for erasures that a restored database does not know.
CREATE TABLE retention_progress (journal_read bigint NOT NULL);
INSERT INTO retention_progress VALUES (0);
GRANT SELECT, UPDATE ON retention_progress TO differe_service;

-- Orders to rectify or to complete stay open until somebody says that they are done.
CREATE TABLE orders (
  id uuid PRIMARY KEY,
  case_id uuid NOT NULL REFERENCES cases (id),
  kind text NOT NULL CHECK (kind IN ('rectify', 'complete')),
  due_at timestamptz NOT NULL,
  done_at timestamptz
);
CREATE INDEX orders_case ON orders (case_id);
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
ALTER TABLE orders FORCE ROW LEVEL SECURITY;
CREATE POLICY of_the_case ON orders TO differe_case USING (case_id = current_case()) WITH CHECK (case_id = current_case());
CREATE POLICY routing ON orders FOR SELECT TO differe_service USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON orders TO differe_case;
GRANT SELECT (id, case_id, due_at, done_at) ON orders TO differe_service;
