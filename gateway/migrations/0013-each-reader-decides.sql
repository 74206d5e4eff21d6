-- HUM-01: each reader's verdict on a hit, who and when. A reader who decides again gets another row; the one before says when it was
-- replaced. `hits.verdict` is what the readings that stand make together (search/readings.ts).
CREATE TABLE verdicts (
  id uuid PRIMARY KEY,
  case_id uuid NOT NULL REFERENCES cases (id),
  hit_id uuid NOT NULL REFERENCES hits (id),
  -- who decided, under the case key; null where the record does not say
  reader bytea,
  verdict text NOT NULL CHECK (verdict IN ('confirmed', 'rejected', 'uncertain')),
  decided_at timestamptz,
  replaced_at timestamptz
);
CREATE INDEX verdicts_case ON verdicts (case_id);
CREATE INDEX verdicts_hit ON verdicts (hit_id);

-- Row-level security is forced on the owner too, who would see no row of any case.
ALTER TABLE hits NO FORCE ROW LEVEL SECURITY;
INSERT INTO verdicts (id, case_id, hit_id, reader, verdict, decided_at)
  SELECT gen_random_uuid(), case_id, id, reviewed_by, verdict, reviewed_at FROM hits WHERE verdict <> 'unreviewed';
ALTER TABLE hits FORCE ROW LEVEL SECURITY;
ALTER TABLE hits DROP COLUMN reviewed_by, DROP COLUMN reviewed_at;

ALTER TABLE verdicts ENABLE ROW LEVEL SECURITY;
ALTER TABLE verdicts FORCE ROW LEVEL SECURITY;
CREATE POLICY of_the_case ON verdicts TO differe_case USING (case_id = current_case()) WITH CHECK (case_id = current_case());
GRANT SELECT, INSERT, UPDATE, DELETE ON verdicts TO differe_case;
