-- The orders in which lists are paged: a page reads its rows and no others.

CREATE INDEX exhibits_listed ON exhibits (case_id, created_at, id);
CREATE INDEX jobs_listed ON jobs (case_id, created_at, id);
CREATE INDEX questions_listed ON questions (case_id, asked_at DESC, id);
CREATE INDEX exports_listed ON exports (case_id, created_at DESC, id);
CREATE INDEX requisitions_listed ON requisitions (case_id, registered_at DESC, id);
CREATE INDEX erasures_listed ON erasures (started_at, case_id);
-- What those make needless, and two that lacked the id at their end.
DROP INDEX exhibits_case;
DROP INDEX jobs_case;
DROP INDEX questions_case;
DROP INDEX requisitions_case;
DROP INDEX notes_case;
CREATE INDEX notes_case ON notes (case_id, written_at, id);
DROP INDEX bookmarks_case;
CREATE INDEX bookmarks_case ON bookmarks (case_id, made_at, id);
