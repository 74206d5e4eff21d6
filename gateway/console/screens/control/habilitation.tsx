import { type FormEvent, useState } from 'react';
import { routeTo } from '../../api/routes.ts';
import type { HabilitationBody } from '../../api/types.ts';
import { useFetched } from '../../app/fetched.ts';
import { useName, useWords } from '../../app/settings.tsx';
import { Problem } from '../../parts/problem.tsx';
import { clockTime, parisInstant } from '../../parts/time.ts';
import { saveAs } from '../../parts/zip.ts';

/** Whether somebody was habilitated at a moment: the gateway's signed answer (HAB-07). */
export function Habilitation() {
  const { control, search } = useWords();
  const words = control.habilitations;
  const nameOf = useName();
  const [agent, setAgent] = useState('');
  const [at, setAt] = useState('');
  const [route, setRoute] = useState<string>();
  const { value, error, again } = useFetched<HabilitationBody>(route);
  function submit(event: FormEvent): void {
    event.preventDefault();
    const instant = parisInstant(at);
    const moment = instant === undefined ? undefined : new Date(instant).toISOString();
    setRoute(routeTo('/api/v1/habilitations/{agentId}', { agentId: agent }, { at: moment }));
    again();
  }
  return (
    <section aria-labelledby="habilitation-title">
      <h3 id="habilitation-title">{words.title}</h3>
      <form className="row" onSubmit={submit}>
        <label>
          {words.agent} <input type="text" required value={agent} onChange={(event) => setAgent(event.target.value)} />
        </label>
        <label>
          {words.at}{' '}
          <input
            type="text"
            placeholder={search.timePlaceholder}
            value={at}
            onChange={(event) => setAt(event.target.value)}
          />
        </label>
        <button type="submit" className="primary">
          {words.ask}
        </button>
      </form>
      <Problem error={error} />
      {value !== undefined && error === undefined && (
        <div role="status">
          <p>
            <strong>{value.answer.agentId}</strong> : {nameOf(value.answer.standing)} ({clockTime(value.answer.at)})
          </p>
          {value.answer.act !== undefined && (
            <p className="sub">
              {value.answer.act.reference} · {value.answer.act.service} · {clockTime(value.answer.act.until)}
            </p>
          )}
          <button
            type="button"
            onClick={() => saveAs(new Blob([value.signed]), `habilitation-${value.answer.agentId}.jws`)}
          >
            {words.signed}
          </button>
        </div>
      )}
    </section>
  );
}
