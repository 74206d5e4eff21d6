-- A segment is worked on under a lease: who holds it, until when, and which lease of this segment it is (`fence`, ever growing). What
-- comes under an older fence is refused, so a worker that was cut off cannot put its late result beside that of another (decision 0034).
-- The clock of all of this is the database's.

ALTER TABLE jobs
  -- segments of an urgent case weigh a quarter in the shares
  ADD COLUMN urgent boolean NOT NULL DEFAULT false,
  -- segments of the case that are worked on at once, on all machines
  ADD COLUMN most_at_once int NOT NULL DEFAULT 64;

ALTER TABLE segments
  -- process that holds the lease: of a worker the digest of its key and a number of its own
  ADD COLUMN holder text,
  ADD COLUMN fence bigint NOT NULL DEFAULT 0,
  ADD COLUMN leased_at timestamptz,
  ADD COLUMN leased_until timestamptz,
  -- a worker's lease cannot be renewed beyond what the gateway permits by deciding again
  ADD COLUMN permitted_until timestamptz,
  ADD COLUMN not_before timestamptz,
  ADD COLUMN tries int NOT NULL DEFAULT 0,
  -- what the holder needs, encrypted for its key alone
  ADD COLUMN granted bytea,
  -- objects that holders were given to write; the one that counts is object_id
  ADD COLUMN drafts uuid[] NOT NULL DEFAULT '{}',
  -- the worker is about to show frames to a network, and the journal has it
  ADD COLUMN use_asked boolean NOT NULL DEFAULT false,
  ADD COLUMN use_told boolean NOT NULL DEFAULT false,
  -- the worker's end of it: its draft is whole, or the code of why there is none
  ADD COLUMN offered boolean NOT NULL DEFAULT false,
  ADD COLUMN failure_code text;
CREATE INDEX segments_waiting ON segments (job_id) WHERE state = 'waiting';

DO $$
BEGIN
  BEGIN
    CREATE ROLE differe_worker NOLOGIN;
  EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL;
  END;
  IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
    GRANT differe_worker TO CURRENT_USER;
  END IF;
END
$$;

-- The role of a worker's own login: leases and what belongs to them, of all cases; no sealed column, and no state but its own.
CREATE POLICY leasing ON jobs FOR SELECT TO differe_worker USING (true);
GRANT SELECT (id, case_id, state, plan_sha256, urgent, most_at_once, created_at) ON jobs TO differe_worker;
CREATE POLICY leasing_read ON segments FOR SELECT TO differe_worker USING (true);
CREATE POLICY leasing ON segments FOR UPDATE TO differe_worker USING (state = 'waiting') WITH CHECK (state = 'waiting');
GRANT SELECT (job_id, case_id, n, state, holder, fence, leased_at, leased_until, permitted_until, not_before, tries, granted, use_asked, use_told, offered, failure_code)
  ON segments TO differe_worker;
GRANT UPDATE (holder, fence, leased_at, leased_until, not_before, granted, use_asked, offered, failure_code) ON segments TO differe_worker;

-- The gateway looks over all leases.
GRANT SELECT (case_id, n, holder, fence, leased_at, leased_until, use_asked, use_told, offered, failure_code, granted, tries) ON segments TO differe_service;
