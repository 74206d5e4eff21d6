-- PRO-03: for how many questions an authorisation has been used. Counted anew for each question, they took the longer the more they were.
-- A question that is erased with what was found under its requisition was asked all the same: the number never goes down.
CREATE TABLE question_counts (
  case_id uuid NOT NULL REFERENCES cases (id),
  authorisation_jti uuid NOT NULL,
  taken int NOT NULL,
  PRIMARY KEY (case_id, authorisation_jti)
);

-- Row-level security is forced on the owner too, who would see no row of any case.
ALTER TABLE questions NO FORCE ROW LEVEL SECURITY;
ALTER TABLE requisitions NO FORCE ROW LEVEL SECURITY;
INSERT INTO question_counts (case_id, authorisation_jti, taken)
  SELECT q.case_id, r.authorisation_jti, count(*) FROM questions q JOIN requisitions r ON r.id = q.requisition_id GROUP BY 1, 2;
ALTER TABLE questions FORCE ROW LEVEL SECURITY;
ALTER TABLE requisitions FORCE ROW LEVEL SECURITY;

ALTER TABLE question_counts ENABLE ROW LEVEL SECURITY;
ALTER TABLE question_counts FORCE ROW LEVEL SECURITY;
CREATE POLICY of_the_case ON question_counts TO differe_case
  USING (case_id = (SELECT current_case())) WITH CHECK (case_id = (SELECT current_case()));
GRANT SELECT, INSERT, UPDATE, DELETE ON question_counts TO differe_case;
