import { useState } from 'react';
import { routeTo } from '../../api/routes.ts';
import type { RetentionBody } from '../../api/types.ts';
import { useFetched } from '../../app/fetched.ts';
import { useSession } from '../../app/session.tsx';
import { useName, useWords } from '../../app/settings.tsx';
import { Problem } from '../../parts/problem.tsx';
import { clockTime } from '../../parts/time.ts';

/** When the case must be gone, and what magistrates ordered on it. */
export function Retention() {
  const { api, caseId, role } = useSession();
  const { control: words } = useWords();
  const nameOf = useName();
  const { value, error, again } = useFetched<RetentionBody>(routeTo('/api/v1/cases/{caseId}/retention', { caseId }));
  const [failure, setFailure] = useState<unknown>();
  const done = (id: string) =>
    void api
      .request('POST', routeTo('/api/v1/cases/{caseId}/orders/{orderId}/done', { caseId, orderId: id }))
      .then(again, setFailure);
  const facts: readonly (readonly [string, string | undefined])[] = [
    [words.retention.state, value === undefined ? undefined : nameOf(value.state)],
    [words.retention.first, value?.firstRecordingAt],
    [words.retention.erase, value?.eraseDue],
    [words.retention.review, value?.reviewDue],
  ];
  return (
    <section aria-labelledby="retention-title" className="retention">
      <h3 id="retention-title">{words.retention.title}</h3>
      <Problem error={error ?? failure} />
      <dl className="inline">
        {facts
          .filter(([, fact]) => fact !== undefined)
          .map(([name, fact = '']) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{/^\d{4}-/.test(fact) ? clockTime(fact) : fact}</dd>
            </div>
          ))}
      </dl>
      <h4>{words.retention.orders}</h4>
      {value?.orders.length === 0 && <p className="sub">{words.retention.noOrder}</p>}
      <ul>
        {value?.orders.map((order) => (
          <li key={order.id} className="row">
            <strong>{nameOf(order.kind)}</strong>
            <span>{words.retention.due(clockTime(order.dueAt))}</span>
            {order.doneAt !== undefined ? (
              <span>{words.retention.done(clockTime(order.doneAt))}</span>
            ) : (
              role === 'agent' && (
                <button type="button" onClick={() => done(order.id)}>
                  {words.retention.finish}
                </button>
              )
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
