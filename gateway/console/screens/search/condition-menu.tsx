import { useSession } from '../../app/session.tsx';
import { useWords } from '../../app/settings.tsx';
import { type ConditionKind, KINDS, OP_OF, TOOL_OF } from './conditions.ts';

/** Conditions that can be added; what is drawn opens the drawing, the rest its numbers. */
export function ConditionMenu({ hasFrame, onAdd }: { readonly hasFrame: boolean; onAdd(kind: ConditionKind): void }) {
  const words = useWords();
  const { requisition } = useSession();
  return (
    <fieldset>
      <legend>{words.condition.title}</legend>
      <div className="conditions">
        {KINDS.map((kind) => {
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
      </div>
      <p className="sub">{hasFrame ? words.draw.onFrame : words.draw.noFrame}</p>
    </fieldset>
  );
}
