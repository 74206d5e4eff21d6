import { type FormEvent, useState } from 'react';
import type { HitId } from '../../../ids.ts';
import type { Hit } from '../../api/types.ts';
import { useInvestigation } from '../../app/investigation.tsx';
import { goTo } from '../../app/router.ts';
import { useSession } from '../../app/session.tsx';
import { useWords } from '../../app/settings.tsx';
import { Amount, Choice } from './condition-fields.tsx';
import { OP_OF, TIME_RELATIONS } from './conditions.ts';
import { withFacet } from './filters.ts';

/** Asks about the time before, after or around a hit: its own moments and the doubt of its clock are reckoned by the gateway. */
export function RelativeTo({ hit }: { readonly hit: Hit }) {
  const { condition: words, requisition: requisitionWords } = useWords();
  const { role, requisition } = useSession();
  const { filters, setFilters } = useInvestigation();
  const [minutes, setMinutes] = useState(5);
  const [relation, setRelation] = useState<(typeof TIME_RELATIONS)[number]>('around');
  if (role !== 'agent') return null;
  const isAllowed = requisition.ops.includes(OP_OF.timeOfDay);
  function add(event: FormEvent): void {
    event.preventDefault();
    const { id, class: name, cameraId, from } = hit;
    setFilters(
      withFacet(filters, {
        kind: 'where',
        id: crypto.randomUUID(),
        leaf: { relativeTo: { hit: id as HitId, relation, withinSeconds: minutes * 60 } },
        about: { class: name, cameraId, from },
      }),
    );
    goTo('search', id);
  }
  return (
    <form className="relative-to" onSubmit={add} aria-label={words.relativeTitle}>
      <h4>{words.relativeTitle}</h4>
      <div className="row">
        <Amount label={words.withinMinutes} value={minutes} max={100_000} onChange={setMinutes} />
        <Choice
          label={words.relativeRelation}
          value={relation}
          options={[...TIME_RELATIONS]}
          nameOf={(name) => words.timeRelations[name]}
          onChange={(next) => setRelation(next)}
        />
        <button
          type="submit"
          id="relative-to"
          disabled={!isAllowed}
          title={isAllowed ? undefined : requisitionWords.notCovered}
        >
          {words.relativeAdd}
        </button>
      </div>
    </form>
  );
}
