import type { ClassName, ColourName } from '../../../vocabulary.ts';
import { useSession } from '../../app/session.tsx';
import { useWords } from '../../app/settings.tsx';
import { PARTS } from '../../parts/vocabulary.ts';
import { Amount, Between, Choice, Labelled, OneClass, Several } from './condition-fields.tsx';
import { CROSSINGS, RELATIONS, TIME_RELATIONS, WEEKDAYS } from './conditions.ts';
import type { Leaf } from './filters.ts';
import { SpanFields } from './span-fields.tsx';

interface Properties {
  readonly leaf: Leaf;
  onChange(leaf: Leaf): void;
}

const SECTORS = [0, 45, 90, 135, 180, 225, 270, 315] as const;
const opposite = (degrees: number): number => (degrees + 360) % 360;

/** The numbers and choices of one condition; what was drawn is drawn again by a button beside them. */
export function ConditionForm({ leaf, onChange }: Properties) {
  const { condition: words } = useWords();
  const { facets } = useSession().requisition;
  if ('zone' in leaf)
    return (
      <Choice
        label={words.relation}
        value={leaf.zone.relation ?? 'passes'}
        options={RELATIONS}
        nameOf={(name) => words.relations[name]}
        onChange={(relation) => onChange({ zone: { ...leaf.zone, relation } })}
      />
    );
  if ('line' in leaf)
    return (
      <Choice
        label={words.crossing}
        value={leaf.line.direction ?? 'both'}
        options={CROSSINGS}
        nameOf={(name) => words.crossings[name]}
        onChange={(direction) => onChange({ line: { ...leaf.line, direction } })}
      />
    );
  if ('path' in leaf)
    return (
      <Amount
        label={words.tolerance}
        value={Math.round(leaf.path.tolerance * 100)}
        min={1}
        max={50}
        onChange={(percent) => onChange({ path: { ...leaf.path, tolerance: percent / 100 } })}
      />
    );
  if ('sequence' in leaf)
    return (
      <Amount
        label={words.within}
        value={leaf.sequence.withinSeconds}
        onChange={(withinSeconds) => onChange({ sequence: { ...leaf.sequence, withinSeconds } })}
      />
    );
  if ('dwell' in leaf)
    return (
      <Amount
        label={words.atLeastSeconds}
        value={leaf.dwell.minSeconds}
        onChange={(minSeconds) => onChange({ dwell: { ...leaf.dwell, minSeconds } })}
      />
    );
  if ('stationary' in leaf)
    return (
      <Amount
        label={words.atLeastSeconds}
        value={leaf.stationary.minSeconds}
        onChange={(minSeconds) => onChange({ stationary: { ...leaf.stationary, minSeconds } })}
      />
    );
  if ('speed' in leaf)
    return <Between label={words.speed} value={leaf.speed} onChange={(speed) => onChange({ speed })} />;
  if ('size' in leaf)
    return (
      <>
        <Between
          label={words.width}
          value={leaf.size.widthPx ?? {}}
          onChange={(widthPx) => onChange({ size: { ...leaf.size, widthPx } })}
        />
        <Between
          label={words.height}
          value={leaf.size.heightPx ?? {}}
          onChange={(heightPx) => onChange({ size: { ...leaf.size, heightPx } })}
        />
      </>
    );
  if ('direction' in leaf)
    return (
      <Choice
        label={words.direction}
        value={`${opposite(leaf.direction.fromDegrees + 45)}`}
        options={SECTORS.map(String)}
        nameOf={(name) => words.directions[SECTORS.indexOf(Number(name) as 0)] ?? name}
        onChange={(name) =>
          onChange({ direction: { fromDegrees: opposite(Number(name) - 45), toDegrees: opposite(Number(name) + 45) } })
        }
      />
    );
  if ('near' in leaf)
    return (
      <>
        <OneClass value={leaf.near.class} onChange={(name) => onChange({ near: { ...withClass(leaf.near, name) } })} />
        <Amount
          label={words.distance}
          value={Math.round(leaf.near.distance * 100)}
          min={1}
          max={100}
          onChange={(percent) => onChange({ near: { ...leaf.near, distance: percent / 100 } })}
        />
      </>
    );
  if ('crowd' in leaf)
    return (
      <>
        <Amount
          label={words.atLeast}
          value={leaf.crowd.atLeast}
          min={2}
          max={1000}
          onChange={(atLeast) => onChange({ crowd: { ...leaf.crowd, atLeast } })}
        />
        <OneClass
          value={leaf.crowd.class}
          onChange={(name) => onChange({ crowd: { ...withClass(leaf.crowd, name) } })}
        />
      </>
    );
  if ('timeOfDay' in leaf)
    return (
      <div className="row">
        {(['from', 'to'] as const).map((end) => (
          <Labelled key={end} label={words[end]}>
            <input
              type="time"
              value={leaf.timeOfDay[end]}
              onChange={(event) =>
                event.target.value !== '' && onChange({ timeOfDay: { ...leaf.timeOfDay, [end]: event.target.value } })
              }
            />
          </Labelled>
        ))}
      </div>
    );
  if ('weekday' in leaf)
    return (
      <Several
        label={words.kinds.weekday}
        names={WEEKDAYS}
        value={leaf.weekday}
        onChange={(weekday) => onChange({ weekday })}
      />
    );
  if ('class' in leaf)
    return (
      <Several
        label={words.kinds.class}
        names={facets.classes}
        value={leaf.class}
        onChange={(names) => onChange({ class: names })}
      />
    );
  if ('colour' in leaf) return <Colours leaf={leaf} allowed={facets.colours} onChange={onChange} />;
  if ('confidence' in leaf)
    return (
      <Amount
        label={words.confidence}
        value={Math.round(leaf.confidence.min * 100)}
        max={100}
        onChange={(percent) => onChange({ confidence: { min: percent / 100 } })}
      />
    );
  if ('span' in leaf) return <SpanFields span={leaf.span} onChange={(span) => span && onChange({ span })} />;
  if ('relativeTo' in leaf)
    return (
      <>
        <Amount
          label={words.withinOf}
          value={leaf.relativeTo.withinSeconds}
          onChange={(withinSeconds) => onChange({ relativeTo: { ...leaf.relativeTo, withinSeconds } })}
        />
        <Choice
          label={words.relativeRelation}
          value={leaf.relativeTo.relation}
          options={TIME_RELATIONS}
          nameOf={(name) => words.timeRelations[name]}
          onChange={(relation) => onChange({ relativeTo: { ...leaf.relativeTo, relation } })}
        />
      </>
    );
  return null;
}

function withClass<T extends { readonly class?: readonly ClassName[] }>(value: T, name: ClassName | undefined): T {
  const { class: _, ...rest } = value;
  return (name === undefined ? rest : { ...rest, class: [name] }) as T;
}

type ColourLeaf = Extract<Leaf, { readonly colour: unknown }>;

/** Colours of one part, or of the whole. */
function Colours({
  leaf,
  allowed,
  onChange,
}: {
  readonly leaf: ColourLeaf;
  readonly allowed: readonly ColourName[];
  onChange(leaf: Leaf): void;
}) {
  const { condition: words, search } = useWords();
  const { names } = useWords();
  const part = leaf.colour[0]?.part ?? 'whole';
  const put = (colours: readonly ColourName[], of: (typeof PARTS)[number]) =>
    onChange({ colour: colours.map((colour) => (of === 'whole' ? { colour } : { colour, part: of })) });
  const chosen = leaf.colour.map(({ colour }) => colour);
  return (
    <>
      <Several label={words.kinds.colour} names={allowed} value={chosen} onChange={(colours) => put(colours, part)} />
      <Choice
        label={search.part}
        value={part}
        options={PARTS}
        nameOf={(name) => names[name] ?? name}
        onChange={(of) => put(chosen, of)}
      />
    </>
  );
}
