-- A track that was decided on under one question is found by the next one as if nobody had seen it. What was decided elsewhere is looked up by
-- track; rows that nobody decided on, nearly all, are not in the index.
CREATE INDEX hits_decided ON hits (case_id, job_id, track) WHERE verdict <> 'unreviewed';
