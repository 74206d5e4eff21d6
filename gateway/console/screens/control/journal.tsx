import { useCallback, useEffect, useState } from 'react';
import type { AuditRecord } from '../../../audit/types.ts';
import { routeTo } from '../../api/routes.ts';
import { useSession } from '../../app/session.tsx';
import { useWords } from '../../app/settings.tsx';
import { Problem } from '../../parts/problem.tsx';
import { useRefusalWords } from '../../parts/refusals.ts';
import { clockTime } from '../../parts/time.ts';

interface Page {
  readonly records: readonly AuditRecord[];
  readonly next?: number;
}

const LIMIT = 100;

/** The journal of the case, record by record, as it stands in the log. */
export function Journal() {
  const { api, caseId } = useSession();
  const { control: words, codes } = useWords();
  const sentenceOf = useRefusalWords();
  const [records, setRecords] = useState<readonly AuditRecord[]>([]);
  const [next, setNext] = useState<number | undefined>(0);
  const [only, setOnly] = useState<'all' | 'refused'>('all');
  const [error, setError] = useState<unknown>();

  const more = useCallback(
    async (from: number, signal?: AbortSignal): Promise<void> => {
      await api.get<Page>(routeTo('/api/v1/cases/{caseId}/journal', { caseId }, { from, limit: LIMIT }), signal).then(
        (page) => {
          setRecords((before) => [
            ...before,
            ...page.records.filter(({ id }) => !before.some((each) => each.id === id)),
          ]);
          setNext(page.next);
        },
        (failure: unknown) => {
          if (signal?.aborted !== true) setError(failure);
        },
      );
    },
    [api, caseId],
  );
  // The first page, once a case: that of a case which was left meanwhile is given up.
  useEffect(() => {
    const stop = new AbortController();
    setRecords([]);
    void more(0, stop.signal);
    return () => stop.abort();
  }, [more]);
  const shown = only === 'all' ? records : records.filter(({ outcome }) => outcome.effect === 'forbid');
  return (
    <section aria-labelledby="journal-title">
      <div className="section-head">
        <h3 id="journal-title">{words.journal.title}</h3>
        <label>
          {words.journal.show}{' '}
          <select value={only} onChange={(event) => setOnly(event.target.value === 'refused' ? 'refused' : 'all')}>
            <option value="all">{words.journal.all}</option>
            <option value="refused">{words.journal.refused}</option>
          </select>
        </label>
      </div>
      <Problem error={error} />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard */}
      <section className="scroll" tabIndex={0} aria-label={words.journal.table}>
        <table id="journal">
          <thead>
            <tr>
              {(['seq', 'time', 'actor', 'action', 'objects', 'outcome'] as const).map((name) => (
                <th key={name} scope="col">
                  {words.journal[name]}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((record) => (
              <tr key={record.id} className={record.outcome.effect === 'forbid' ? 'refused' : ''}>
                <td>{record.seq}</td>
                <td>{clockTime(record.time)}</td>
                <td>
                  {record.actor.role !== 'anonymous' && `${record.actor.id} `}
                  <span className="sub" title={record.actor.role}>
                    {codes.roles[record.actor.role] ?? record.actor.role}
                  </span>
                </td>
                <td>
                  {codes.acts[record.action] ?? record.action} <code className="sub">{record.action}</code>
                </td>
                <td>
                  {record.objects.length > 0 && (
                    <details>
                      <summary>{words.journal.things(record.objects.length)}</summary>
                      {record.objects.map(({ type, id }) => (
                        <code key={`${type} ${id}`} className="digest">
                          {codes.things[type] ?? type} {id}
                        </code>
                      ))}
                    </details>
                  )}
                </td>
                <td>
                  {codes.effects[record.outcome.effect]}{' '}
                  {record.outcome.code.startsWith('E_') && (
                    <code title={sentenceOf(record.outcome.code)}>{record.outcome.code}</code>
                  )}{' '}
                  <span className="sub">{record.outcome.policyId}</span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <p className="row">
        <span className="sub">{words.journal.shown(shown.length)}</span>
        {next !== undefined && (
          <button type="button" onClick={() => void more(next)}>
            {words.journal.more}
          </button>
        )}
      </p>
    </section>
  );
}
