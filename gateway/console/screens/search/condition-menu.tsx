import { useSession } from '../../app/session.tsx';
import { useWords } from '../../app/settings.tsx';
import { type ConditionKind, KINDS, OP_OF, PLAIN_KINDS, TOOL_OF } from './conditions.ts';
import { type Filters, targetOf, withFacet } from './filters.ts';

/** Conditions that can be added, to the question or to the group that was chosen; what is drawn opens the drawing, the rest its numbers. */
export function ConditionMenu({
  filters,
  hasFrame,
  onChange,
  onAdd,
}: {
  readonly filters: Filters;
  readonly hasFrame: boolean;
  onChange(filters: Filters): void;
  onAdd(kind: ConditionKind): void;
}) {
  const words = useWords();
  const { requisition } = useSession();
  const target = targetOf(filters);
  function addGroup(): void {
    const id = crypto.randomUUID();
    onChange({ ...withFacet(filters, { kind: 'group', id, joint: 'any', parts: [] }), target: id });
  }
  return (
    <fieldset>
      <legend>{words.condition.title}</legend>
      {target !== undefined && (
        <p className="target-note">
          <span>{words.group.addingTo(words.group.joints[target.joint])}</span>
          <button type="button" onClick={() => onChange({ ...filters, target: undefined })}>
            {words.group.addToAll}
          </button>
        </p>
      )}
      <div className="conditions">
        {[...(target === undefined ? [] : PLAIN_KINDS), ...KINDS].map((kind) => {
          const isAllowed = requisition.ops.includes(OP_OF[kind]);
          return (
            <button
              key={kind}
              type="button"
              data-condition={kind}
              disabled={!isAllowed}
              title={isAllowed ? undefined : words.requisition.notCovered}
              onClick={() => onAdd(kind)}
            >
              {words.condition.kinds[kind]}
              {TOOL_OF[kind] !== undefined && <span aria-hidden="true"> ✎</span>}
            </button>
          );
        })}
        <button type="button" data-condition="group" onClick={addGroup}>
          {words.group.add}
        </button>
      </div>
      <p className="sub">{hasFrame ? words.draw.onFrame : words.draw.noFrame}</p>
    </fieldset>
  );
}
