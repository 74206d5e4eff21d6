import { useState } from 'react';
import { routeTo } from '../../api/routes.ts';
import type { QuestionAsked } from '../../api/types.ts';
import { useSession } from '../../app/session.tsx';
import { useWords } from '../../app/settings.tsx';
import { Problem } from '../../parts/problem.tsx';

/** The name of a question that was asked: given, changed or taken away in the field itself. */
export function QuestionName({ question, onNamed }: { readonly question: QuestionAsked; onNamed(): void }) {
  const { api, caseId } = useSession();
  const { search: words } = useWords();
  const [name, setName] = useState(question.name ?? '');
  const [failure, setFailure] = useState<unknown>();
  const keep = (): void => {
    const text = name.trim();
    if (text === (question.name ?? '')) return;
    setFailure(undefined);
    const body = text === '' ? {} : { name: text };
    void api
      .put(routeTo('/api/v1/cases/{caseId}/questions/{questionId}/name', { caseId, questionId: question.id }), body)
      .then(onNamed, setFailure);
  };
  return (
    <>
      <input
        aria-label={words.questionName}
        placeholder={words.questionName}
        maxLength={120}
        value={name}
        onChange={(event) => setName(event.target.value)}
        onBlur={keep}
        onKeyDown={(event) => {
          if (event.key === 'Enter') keep();
        }}
      />
      <Problem error={failure} />
    </>
  );
}
