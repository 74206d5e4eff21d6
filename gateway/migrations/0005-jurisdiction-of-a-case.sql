-- The court whose magistrate authorised the newest requisition of a case: for the list that its prosecutor sees (art. 230-23 CPP). It names
-- an office, not a person or a procedure.
ALTER TABLE cases ADD COLUMN jurisdiction text;
