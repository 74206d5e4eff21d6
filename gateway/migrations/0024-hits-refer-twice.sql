-- A row of a hit was looked up in four tables when it was written: fifty hits of an answer cost two hundred looks, and a lock on each row that was
-- looked at. The question is of the case and the analysis is of the exhibit: two references say all of it, and that they belong together too.
ALTER TABLE questions ADD CONSTRAINT questions_of_case UNIQUE (id, case_id);
ALTER TABLE jobs ADD CONSTRAINT jobs_of_exhibit UNIQUE (id, exhibit_id);
ALTER TABLE hits
  DROP CONSTRAINT hits_case_id_fkey,
  DROP CONSTRAINT hits_question_id_fkey,
  DROP CONSTRAINT hits_job_id_fkey,
  DROP CONSTRAINT hits_exhibit_id_fkey,
  ADD CONSTRAINT hits_of_question FOREIGN KEY (question_id, case_id) REFERENCES questions (id, case_id),
  ADD CONSTRAINT hits_of_job FOREIGN KEY (job_id, exhibit_id) REFERENCES jobs (id, exhibit_id);
