-- When the first analysis of this installation began, as its journal said: the dates of a dossier are held against it (CPL-03), also when
-- the journal's own record has been purged. One row, written once.

CREATE TABLE first_analysis (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  began_at timestamptz NOT NULL
);
GRANT SELECT, INSERT ON first_analysis TO differe_service;
