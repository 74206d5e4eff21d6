import { useSession } from '../../app/session.tsx';
import { useName, useWords } from '../../app/settings.tsx';
import { clockDay, clockSpan, clockTime } from '../../parts/time.ts';
import { CLASSES, COLOURS } from '../../parts/vocabulary.ts';

const DAY_MS = 86_400_000;

/** The requisition, always in sight: number, how long it still holds, and on demand its whole scope with what it leaves out. */
export function RequisitionPanel() {
  const { requisition } = useSession();
  const { requisition: words } = useWords();
  const nameOf = useName();
  const leftMs = Date.parse(requisition.expires) - Date.now();
  const left = leftMs <= 0 ? words.expired : words.daysLeft(Math.floor(leftMs / DAY_MS));
  return (
    <details className="requisition">
      <summary>
        <strong>{requisition.procedure}</strong>
        <span>{nameOf(requisition.framework)}</span>
        <span className={leftMs < 2 * DAY_MS ? 'soon' : ''}>{left}</span>
        <span>{words.pieces(requisition.exhibits.length)}</span>
      </summary>
      <div className="scope">
        <h2>{words.details}</h2>
        <dl>
          <dt>{words.validity}</dt>
          <dd>{clockSpan(requisition.notBefore, requisition.expires)}</dd>
          <dt>{words.period}</dt>
          <dd>
            {clockDay(requisition.period.start)} – {clockTime(requisition.period.end)}
          </dd>
          <dt>{words.classes}</dt>
          <dd>
            <Covered names={CLASSES} allowed={requisition.facets.classes} />
          </dd>
          <dt>{words.colours}</dt>
          <dd>
            <Covered names={COLOURS} allowed={requisition.facets.colours} />
          </dd>
          <dt>{words.operations}</dt>
          <dd>{requisition.ops.map(nameOf).join(', ')}</dd>
          <dt>{words.agents}</dt>
          <dd>{requisition.agents.join(', ')}</dd>
        </dl>
      </div>
    </details>
  );
}

function Covered({ names, allowed }: { readonly names: readonly string[]; readonly allowed: readonly string[] }) {
  const { app, requisition: words } = useWords();
  const nameOf = useName();
  const outside = names.filter((name) => !allowed.includes(name));
  return (
    <>
      {allowed.map(nameOf).join(', ')}
      {outside.length > 0 && (
        <span className="absent">
          {' '}
          ({words.notCoveredList}
          {app.colon}
          {outside.map(nameOf).join(', ')})
        </span>
      )}
    </>
  );
}
