-- Whether a case changed is asked with every question. It was told from every row of its exhibits and analyses, which took the longer the more they
-- were. Now a number goes up with every transaction that writes what the opening of a case reads of them.
CREATE TABLE case_marks (
  case_id uuid PRIMARY KEY REFERENCES cases (id),
  written bigint NOT NULL
);
ALTER TABLE case_marks ENABLE ROW LEVEL SECURITY;
ALTER TABLE case_marks FORCE ROW LEVEL SECURITY;
CREATE POLICY of_the_case ON case_marks TO differe_case
  USING (case_id = (SELECT current_case())) WITH CHECK (case_id = (SELECT current_case()));
GRANT SELECT, DELETE ON case_marks TO differe_case;

-- The trigger writes in its owner's name, since a revocation is written in the role of the service: that role sees no mark.
CREATE POLICY of_the_trigger ON case_marks TO CURRENT_USER USING (true) WITH CHECK (true);

CREATE FUNCTION begin_mark() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO case_marks (case_id, written) VALUES (NEW.id, 0);
  RETURN NULL;
END
$$;
CREATE FUNCTION mark_case() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE case_marks SET written = written + 1 WHERE case_id = CASE TG_OP WHEN 'DELETE' THEN OLD.case_id ELSE NEW.case_id END;
  RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION begin_mark(), mark_case() FROM PUBLIC;

-- A case has its mark from the beginning, so that no later transaction makes one and looks its case up for that.
CREATE TRIGGER begin_mark AFTER INSERT ON cases FOR EACH ROW EXECUTE FUNCTION begin_mark();
-- Row-level security is forced on the owner too, who would see no row of any case.
ALTER TABLE cases NO FORCE ROW LEVEL SECURITY;
INSERT INTO case_marks (case_id, written) SELECT id, 0 FROM cases;
ALTER TABLE cases FORCE ROW LEVEL SECURITY;

-- At the end of the transaction: the mark is the last row that it locks, so that two of them never wait for each other. An erasure deletes it last.
CREATE CONSTRAINT TRIGGER mark_case AFTER INSERT OR DELETE OR UPDATE OF state, sealed_at ON exhibits
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION mark_case();
CREATE CONSTRAINT TRIGGER mark_case AFTER INSERT OR DELETE OR UPDATE OF exhibit_id, requisition_id, state, created_at, finished_at,
    columns_object, paths_object, result_sha256, classes, colours ON jobs
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION mark_case();
CREATE CONSTRAINT TRIGGER mark_case AFTER UPDATE OF revoked_at ON requisitions
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION mark_case();
