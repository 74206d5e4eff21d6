-- Ids, states, capture windows and references only. What describes a person, an object or the procedure stands in `sealed` columns,
-- encrypted under the case key before it gets here (vault.ts).

CREATE TABLE cases (
  id uuid PRIMARY KEY,
  state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'closed', 'erased')),
  first_recording_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now()
);

-- A requisition on record: authorisation and schedule, verified. `thumbprints` are of the agents' keys, for the look-up by proof.
CREATE TABLE requisitions (
  id uuid PRIMARY KEY,
  case_id uuid NOT NULL REFERENCES cases (id),
  authorisation_jti uuid NOT NULL,
  thumbprints text[] NOT NULL,
  not_before timestamptz NOT NULL,
  expires timestamptz NOT NULL,
  sealed bytea NOT NULL,
  registered_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX requisitions_case ON requisitions (case_id);

CREATE TABLE exhibits (
  id uuid PRIMARY KEY,
  case_id uuid NOT NULL REFERENCES cases (id),
  requisition_id uuid NOT NULL REFERENCES requisitions (id),
  state text NOT NULL CHECK (state IN ('receiving', 'sealed', 'refused')),
  refusal_code text,
  object_id uuid NOT NULL,
  size_bytes bigint NOT NULL,
  capture_start timestamptz NOT NULL,
  capture_end timestamptz NOT NULL,
  sealed_at timestamptz,
  -- keyed digest of the piece number (vault.ts): equal for equal pieces of a case, and tells nothing
  piece_mark text NOT NULL,
  -- piece number, file name, digest, camera, clock, timeline: JSON under the case key
  sealed bytea NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX exhibits_case ON exhibits (case_id);
-- A piece of a schedule is deposited once, however many requests try at the same time.
CREATE UNIQUE INDEX exhibits_one_piece ON exhibits (requisition_id, piece_mark) WHERE state <> 'refused';

-- An upload in progress. `offset_bytes` never says more than what is durable.
CREATE TABLE uploads (
  id uuid PRIMARY KEY,
  case_id uuid NOT NULL REFERENCES cases (id),
  exhibit_id uuid NOT NULL REFERENCES exhibits (id),
  length_bytes bigint NOT NULL,
  offset_bytes bigint NOT NULL DEFAULT 0 CHECK (offset_bytes <= length_bytes),
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE jobs (
  id uuid PRIMARY KEY,
  case_id uuid NOT NULL REFERENCES cases (id),
  exhibit_id uuid NOT NULL REFERENCES exhibits (id),
  requisition_id uuid NOT NULL REFERENCES requisitions (id),
  -- `closing`: every segment is done and the result is being sealed; nothing cancels it any more
  state text NOT NULL CHECK (state IN ('queued', 'running', 'closing', 'done', 'failed', 'cancelled')),
  failure_code text,
  segments int,
  frames_per_second double precision NOT NULL,
  -- the reproducible result and the columns, in the vault
  result_object uuid,
  columns_object uuid,
  paths_object uuid,
  -- boxes of what the requisition does not let be searched: for masks alone
  bystanders_object uuid,
  result_sha256 text,
  -- what the result may name, from the requisition it was made under: words of the vocabulary, not what was found
  classes text[] NOT NULL DEFAULT '{}',
  colours text[] NOT NULL DEFAULT '{}',
  -- numbers of the log's records about this job, for the proofs of a package
  log_records bigint[] NOT NULL DEFAULT '{}',
  -- how often a process took the job up; a job that ends its process is not tried for ever
  take_ups int NOT NULL DEFAULT 0,
  decoded_frames bigint NOT NULL DEFAULT 0,
  detector_calls bigint NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now(),
  started_at timestamptz,
  finished_at timestamptz
);
CREATE INDEX jobs_case ON jobs (case_id);
CREATE INDEX jobs_exhibit ON jobs (exhibit_id);
-- One exhibit is analysed once at a time, whoever asks.
CREATE UNIQUE INDEX jobs_one_open ON jobs (exhibit_id) WHERE state IN ('queued', 'running', 'closing');

CREATE TABLE segments (
  job_id uuid NOT NULL REFERENCES jobs (id),
  case_id uuid NOT NULL REFERENCES cases (id),
  n int NOT NULL,
  from_seconds double precision NOT NULL,
  to_seconds double precision NOT NULL,
  state text NOT NULL CHECK (state IN ('waiting', 'done')),
  object_id uuid,
  finished_at timestamptz,
  PRIMARY KEY (job_id, n)
);

CREATE TABLE questions (
  id uuid PRIMARY KEY,
  case_id uuid NOT NULL REFERENCES cases (id),
  requisition_id uuid NOT NULL REFERENCES requisitions (id),
  sealed bytea NOT NULL,
  asked_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX questions_case ON questions (case_id);

-- A hit gets a row when it was shown; the track number is its order in the result of the job.
CREATE TABLE hits (
  id uuid PRIMARY KEY,
  case_id uuid NOT NULL REFERENCES cases (id),
  question_id uuid NOT NULL REFERENCES questions (id),
  job_id uuid NOT NULL REFERENCES jobs (id),
  exhibit_id uuid NOT NULL REFERENCES exhibits (id),
  track int NOT NULL,
  picture_seen_at timestamptz,
  -- agents who saw the picture (HUM-01), under the case key
  picture_seen_by bytea,
  verdict text NOT NULL DEFAULT 'unreviewed' CHECK (verdict IN ('unreviewed', 'confirmed', 'rejected', 'uncertain')),
  -- who decided, under the case key
  reviewed_by bytea,
  reviewed_at timestamptz,
  UNIQUE (question_id, job_id, track)
);
CREATE INDEX hits_case ON hits (case_id);

CREATE TABLE exports (
  id uuid PRIMARY KEY,
  case_id uuid NOT NULL REFERENCES cases (id),
  requisition_id uuid NOT NULL REFERENCES requisitions (id),
  state text NOT NULL CHECK (state IN ('building', 'done', 'failed')),
  failure_code text,
  -- names and vault objects of the package's files: JSON under the case key
  sealed bytea,
  created_at timestamptz NOT NULL DEFAULT now(),
  finished_at timestamptz
);

-- Events of processes that do not hold the log's advisory lock wait here for their sequence number.
CREATE TABLE audit_inbox (
  id uuid PRIMARY KEY,
  record jsonb NOT NULL,
  seq bigint,
  refused text,
  created_at timestamptz NOT NULL DEFAULT now()
);

-- Second wall between cases: a transaction sees the case that it was opened for and no other, whatever its SQL says.
CREATE FUNCTION current_case() RETURNS uuid LANGUAGE sql STABLE AS
  $$ SELECT nullif(current_setting('differe.case_id', true), '')::uuid $$;

DO $$
DECLARE
  name text;
BEGIN
  -- Roles belong to the server and not to the database: another database of it may be making them at this moment.
  FOREACH name IN ARRAY ARRAY['differe_case', 'differe_service'] LOOP
    BEGIN
      EXECUTE format('CREATE ROLE %I NOLOGIN', name);
    EXCEPTION WHEN duplicate_object OR unique_violation THEN
      NULL;
    END;
    -- A superuser may become any role; the owner of a database that somebody else runs must be a member.
    IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
      EXECUTE format('GRANT %I TO CURRENT_USER', name);
    END IF;
  END LOOP;
  FOREACH name IN ARRAY ARRAY['requisitions', 'exhibits', 'uploads', 'jobs', 'segments', 'questions', 'hits', 'exports'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY of_the_case ON %I TO differe_case USING (case_id = current_case()) WITH CHECK (case_id = current_case())', name);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO differe_case', name);
  END LOOP;
END
$$;
ALTER TABLE cases ENABLE ROW LEVEL SECURITY;
ALTER TABLE cases FORCE ROW LEVEL SECURITY;
CREATE POLICY of_the_case ON cases TO differe_case USING (id = current_case()) WITH CHECK (id = current_case());
GRANT SELECT, INSERT, UPDATE, DELETE ON cases TO differe_case;

-- The service role routes work and proofs between cases: it reads ids and states, and no sealed column.
CREATE POLICY routing ON cases FOR SELECT TO differe_service USING (true);
GRANT SELECT ON cases TO differe_service;
CREATE POLICY routing ON requisitions FOR SELECT TO differe_service USING (true);
GRANT SELECT (id, case_id, authorisation_jti, thumbprints, not_before, expires) ON requisitions TO differe_service;
CREATE POLICY routing ON uploads FOR SELECT TO differe_service USING (true);
GRANT SELECT (id, case_id, exhibit_id) ON uploads TO differe_service;
CREATE POLICY routing ON jobs FOR SELECT TO differe_service USING (true);
GRANT SELECT (id, case_id, exhibit_id, state) ON jobs TO differe_service;
CREATE POLICY routing ON segments FOR SELECT TO differe_service USING (true);
GRANT SELECT (job_id, state) ON segments TO differe_service;
GRANT SELECT, INSERT, UPDATE, DELETE ON audit_inbox TO differe_service;
