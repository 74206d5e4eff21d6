import { routeTo } from '../../api/routes.ts';
import type { QuestionAsked } from '../../api/types.ts';
import { useFetched } from '../../app/fetched.ts';
import { useSession } from '../../app/session.tsx';
import { useSettings } from '../../app/settings.tsx';
import { Problem } from '../../parts/problem.tsx';
import { clockTime } from '../../parts/time.ts';

/** Every question of the case as it was executed, broad ones marked. */
export function Questions() {
  const { caseId } = useSession();
  const { words, language } = useSettings();
  const { value, error } = useFetched<{ questions: readonly QuestionAsked[] }>(
    routeTo('/api/v1/cases/{caseId}/questions', { caseId }),
  );
  return (
    <section aria-labelledby="questions-title">
      <h3 id="questions-title">{words.control.questions.title}</h3>
      <Problem error={error} />
      {value?.questions.length === 0 && <p>{words.control.questions.none}</p>}
      {value !== undefined && value.questions.length > 0 && (
        <table className="questions">
          <thead>
            <tr>
              <th scope="col">{words.control.questions.askedAt}</th>
              <th scope="col">{words.control.questions.executed}</th>
              <th scope="col">{words.control.questions.reach}</th>
            </tr>
          </thead>
          <tbody>
            {value.questions.map((question) => (
              <tr key={question.id}>
                <td>{clockTime(question.askedAt)}</td>
                <td>
                  {question.name !== undefined && <strong>{question.name} · </strong>}
                  {question.words[language]}
                </td>
                <td>{question.broad && <span className="warn">{words.control.questions.broad}</span>}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
