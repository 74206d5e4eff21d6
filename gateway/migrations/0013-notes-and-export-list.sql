-- What a reader writes on a hit, in `note_wordings`, the newest last: earlier ones stay until the erasure, since the journal names their
-- keyed digests. `sealed` holds who wrote it. Each row says under which requisition it was written: it goes with what is erased of that.
CREATE TABLE notes (
  id uuid PRIMARY KEY,
  case_id uuid NOT NULL REFERENCES cases (id),
  requisition_id uuid NOT NULL REFERENCES requisitions (id),
  hit_id uuid NOT NULL REFERENCES hits (id),
  sealed bytea NOT NULL,
  written_at timestamptz NOT NULL,
  withdrawn_at timestamptz
);
CREATE INDEX notes_case ON notes (case_id, written_at);
CREATE INDEX notes_hit ON notes (hit_id);

CREATE TABLE note_wordings (
  note_id uuid NOT NULL REFERENCES notes (id),
  n int NOT NULL,
  case_id uuid NOT NULL REFERENCES cases (id),
  sealed bytea NOT NULL,
  written_at timestamptz NOT NULL,
  PRIMARY KEY (note_id, n)
);
CREATE INDEX note_wordings_case ON note_wordings (case_id);

-- A moment of an exhibit, of a hit where one led there; moment, label and who marked it stand in `sealed`.
CREATE TABLE bookmarks (
  id uuid PRIMARY KEY,
  case_id uuid NOT NULL REFERENCES cases (id),
  requisition_id uuid NOT NULL REFERENCES requisitions (id),
  exhibit_id uuid NOT NULL REFERENCES exhibits (id),
  hit_id uuid REFERENCES hits (id),
  sealed bytea NOT NULL,
  made_at timestamptz NOT NULL
);
CREATE INDEX bookmarks_case ON bookmarks (case_id, made_at);

-- Hits that an agent means to export. `agent_mark` is a keyed digest of who (vault.ts): equal for the same agent of a case, and tells nothing.
CREATE TABLE export_list (
  hit_id uuid NOT NULL REFERENCES hits (id),
  agent_mark text NOT NULL,
  case_id uuid NOT NULL REFERENCES cases (id),
  requisition_id uuid NOT NULL REFERENCES requisitions (id),
  added_at timestamptz NOT NULL,
  PRIMARY KEY (hit_id, agent_mark)
);
CREATE INDEX export_list_case ON export_list (case_id, agent_mark);

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['notes', 'note_wordings', 'bookmarks', 'export_list'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY of_the_case ON %I TO differe_case USING (case_id = current_case()) WITH CHECK (case_id = current_case())', name);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO differe_case', name);
  END LOOP;
END
$$;
