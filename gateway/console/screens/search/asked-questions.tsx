import { useEffect } from 'react';
import { routeTo } from '../../api/routes.ts';
import type { QuestionAsked } from '../../api/types.ts';
import { useFetched } from '../../app/fetched.ts';
import { useInvestigation } from '../../app/investigation.tsx';
import { addressOfQuestion } from '../../app/router.ts';
import { useSession } from '../../app/session.tsx';
import { useSettings } from '../../app/settings.tsx';
import { clockTime } from '../../parts/time.ts';
import { QuestionName } from './question-name.tsx';

/** Questions of this requisition: each one is kept as it was executed, and opens again. */
export function AskedQuestions() {
  const { caseId, role } = useSession();
  const { words, language } = useSettings();
  const { answer, reopen } = useInvestigation();
  const { value, again } = useFetched<{ questions: readonly QuestionAsked[] }>(
    routeTo('/api/v1/cases/{caseId}/questions', { caseId }),
  );
  const current = answer?.questionId;
  useEffect(() => {
    if (current !== undefined) again();
  }, [current, again]);
  if (value === undefined || value.questions.length === 0) return null;
  return (
    <details className="asked">
      <summary>
        {words.search.asked} ({value.questions.length})
      </summary>
      <ul>
        {value.questions.map((question) => (
          <li key={question.id}>
            <button type="button" aria-pressed={question.id === current} onClick={() => void reopen(question.id)}>
              {question.name !== undefined && <strong>{question.name}</strong>}
              {question.words[language]}
              <span className="sub">{clockTime(question.askedAt)}</span>
            </button>
            {role === 'agent' && <QuestionName question={question} onNamed={again} />}
            <a href={addressOfQuestion(question.id)} title={words.search.linkTitle}>
              {words.search.link}
            </a>
          </li>
        ))}
      </ul>
    </details>
  );
}
