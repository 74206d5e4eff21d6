import { type KeyboardEvent, type PointerEvent, useRef, useState } from 'react';
import type { PicturePoint } from '../../api/types.ts';
import { useWords } from '../../app/settings.tsx';
import {
  added,
  closed,
  closes,
  type Direction,
  type Drawing,
  faultOf,
  inserted,
  isWhole,
  moved,
  NOTHING,
  nextPlace,
  pressed,
  removed,
  type Tool,
  undone,
} from './drawing.ts';
import { Arrow, Figure } from './figure.tsx';

export interface Background {
  readonly url: string | undefined;
  /** Height over width. */
  readonly ratio: number;
  /** Of the picture that is drawn on; undefined when there is none. */
  readonly widthPx: number | undefined;
}

const STEP = 0.005;
const UNITS = 1000;

/** A figure drawn on a picture: click adds, a click on the first corner closes, drag moves, right click or Delete removes; all by keys too. */
export function ZoneEditor({
  background,
  tool,
  start,
  startDirection = 'both',
  onDone,
  onCancel,
}: {
  readonly background: Background;
  readonly tool: Tool;
  readonly start: readonly PicturePoint[];
  /** Of a line: the ways over it that are asked about. */
  readonly startDirection?: Direction;
  onDone(points: readonly PicturePoint[], direction: Direction): void;
  onCancel(): void;
}) {
  const { draw: words } = useWords();
  const surface = useRef<SVGSVGElement>(null);
  const [drawing, setDrawing] = useState<Drawing>(
    start.length === 0 ? NOTHING : { points: start, isClosed: tool === 'zone', before: undefined },
  );
  const [dragged, setDragged] = useState<number>();
  const [direction, setDirection] = useState(startDirection);
  const { ratio } = background;
  const heightUnits = UNITS * ratio;
  const fault = faultOf(drawing.points, tool);

  function placeOf(event: { clientX: number; clientY: number }): PicturePoint {
    const box = surface.current?.getBoundingClientRect();
    if (box === undefined) return { x: 0, y: 0 };
    return { x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height };
  }
  function press(event: PointerEvent<SVGSVGElement>): void {
    if (event.button !== 0) return;
    const at = placeOf(event);
    setDrawing((before) => (tool === 'zone' && closes(before, at, ratio) ? closed(before) : added(before, at, tool)));
  }
  function drag(event: PointerEvent<SVGSVGElement>): void {
    if (dragged === undefined) return;
    const at = placeOf(event);
    setDrawing((before) => moved(before, dragged, at, false));
  }
  function keys(event: KeyboardEvent): void {
    if (event.key === 'Escape') onCancel();
    else if (event.key === 'Enter' && event.target instanceof SVGElement) finish();
    else if (event.key.toLowerCase() === 'z' && (event.ctrlKey || event.metaKey)) setDrawing(undone);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
  function finish(): void {
    if (isWhole(drawing, tool)) onDone(drawing.points, direction);
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys of the corners and buttons inside come up to here
    <div className="zone-editor" onKeyDown={keys}>
      <p className="sub">{words.helpOf[tool]}</p>
      <div className="zone-surface">
        {background.url !== undefined && <img className="zone-picture" src={background.url} alt={words.background} />}
        {/* biome-ignore lint/a11y/useSemanticElements: SVG has no fieldset */}
        <svg
          ref={surface}
          className={background.url === undefined ? 'zone-plain' : ''}
          viewBox={`0 0 ${UNITS} ${heightUnits}`}
          aria-label={words.surface}
          role="group"
          onPointerDown={press}
          onPointerMove={drag}
          onPointerUp={() => setDragged(undefined)}
          onContextMenu={(event) => event.preventDefault()}
        >
          <Figure tool={tool} points={drawing.points} isClosed={drawing.isClosed} width={UNITS} height={heightUnits} />
          {tool === 'line' &&
            (['to_left', 'to_right'] as const).map((side) => (
              <Side
                key={side}
                side={side}
                points={drawing.points}
                heightUnits={heightUnits}
                isOn={direction === 'both' || direction === side}
                onPress={() => setDirection((before) => pressed(before, side))}
              />
            ))}
          {drawing.isClosed &&
            drawing.points.map((from, index) => {
              const to = drawing.points[(index + 1) % drawing.points.length] ?? from;
              return (
                // biome-ignore lint/a11y/noStaticElementInteractions: by keys, corners are added by a button
                <line
                  // biome-ignore lint/suspicious/noArrayIndexKey: an edge is its place
                  key={index}
                  className="zone-edge"
                  x1={from.x * UNITS}
                  y1={from.y * heightUnits}
                  x2={to.x * UNITS}
                  y2={to.y * heightUnits}
                  onContextMenu={(event) => {
                    event.preventDefault();
                    const at = placeOf(event);
                    setDrawing((before) => inserted(before, index, at));
                  }}
                />
              );
            })}
          {drawing.points.map((point, index) => (
            <Corner
              // biome-ignore lint/suspicious/noArrayIndexKey: a corner is its place
              key={index}
              point={point}
              number={index + 1}
              isFirst={index === 0 && tool === 'zone' && !drawing.isClosed}
              heightUnits={heightUnits}
              onGrab={(event) => {
                if (tool === 'zone' && index === 0 && closes(drawing, point, ratio)) return setDrawing(closed(drawing));
                event.currentTarget.ownerSVGElement?.setPointerCapture(event.pointerId);
                setDrawing((before) => ({ ...before, before }));
                setDragged(index);
              }}
              onMove={(x, y) => setDrawing((before) => moved(before, index, { x: point.x + x, y: point.y + y }, true))}
              onRemove={() => setDrawing((before) => removed(before, index))}
            />
          ))}
        </svg>
      </div>
      <div className="row">
        <button type="button" onClick={() => setDrawing((before) => added(before, nextPlace(before, tool), tool))}>
          {words.add}
        </button>
        <button type="button" disabled={drawing.before === undefined} onClick={() => setDrawing(undone)}>
          {words.undo}
        </button>
        {tool === 'zone' && (
          <button
            type="button"
            disabled={drawing.isClosed || drawing.points.length < 3}
            onClick={() => setDrawing(closed)}
          >
            {words.close}
          </button>
        )}
        <button type="button" className="primary" id="zone-done" disabled={!isWhole(drawing, tool)} onClick={finish}>
          {words.done}
        </button>
        <button type="button" onClick={onCancel}>
          {words.cancel}
        </button>
        <span className={fault === undefined ? 'sub' : 'warn'} role="status">
          {words.corners(drawing.points.length)}
          {fault !== undefined && ` · ${words.faults[fault]}`}
        </span>
      </div>
    </div>
  );
}

/** The arrow over a line to one of its sides: a press drops that way, or asks about it again. */
function Side({
  side,
  points: [a, b],
  heightUnits,
  isOn,
  onPress,
}: {
  readonly side: 'to_left' | 'to_right';
  readonly points: readonly PicturePoint[];
  readonly heightUnits: number;
  readonly isOn: boolean;
  onPress(): void;
}) {
  const { condition } = useWords();
  if (a === undefined || b === undefined) return null;
  function keys(event: KeyboardEvent): void {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    event.stopPropagation();
    onPress();
  }
  return (
    // biome-ignore lint/a11y/useSemanticElements: SVG has no button
    <g
      className={isOn ? 'zone-side' : 'zone-side off'}
      data-side={side}
      role="button"
      tabIndex={0}
      aria-pressed={isOn}
      aria-label={condition.crossings[side]}
      onPointerDown={(event) => {
        event.stopPropagation();
        if (event.button === 0) onPress();
      }}
      onKeyDown={keys}
    >
      <title>{condition.crossings[side]}</title>
      <Arrow a={a} b={b} width={UNITS} height={heightUnits} side={side === 'to_left' ? 1 : -1} />
    </g>
  );
}

function Corner({
  point,
  number,
  isFirst,
  heightUnits,
  onGrab,
  onMove,
  onRemove,
}: {
  readonly point: PicturePoint;
  readonly number: number;
  readonly isFirst: boolean;
  readonly heightUnits: number;
  onGrab(event: PointerEvent<SVGCircleElement>): void;
  onMove(x: number, y: number): void;
  onRemove(): void;
}) {
  const { draw: words } = useWords();
  function keys(event: KeyboardEvent): void {
    const step = event.shiftKey ? 10 * STEP : STEP;
    const moves: Readonly<Record<string, readonly [number, number]>> = {
      ArrowLeft: [-step, 0],
      ArrowRight: [step, 0],
      ArrowUp: [0, -step],
      ArrowDown: [0, step],
    };
    const move = moves[event.key];
    if (move !== undefined) onMove(...move);
    else if (event.key === 'Delete' || event.key === 'Backspace') onRemove();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
  return (
    // biome-ignore lint/a11y/useSemanticElements: SVG has no button
    <circle
      className={isFirst ? 'zone-corner first' : 'zone-corner'}
      cx={point.x * UNITS}
      cy={point.y * heightUnits}
      r={9}
      tabIndex={0}
      role="button"
      aria-label={words.corner(number, Math.round(point.x * 100), Math.round(point.y * 100))}
      onPointerDown={(event) => {
        event.stopPropagation();
        if (event.button === 0) onGrab(event);
      }}
      onContextMenu={(event) => {
        event.preventDefault();
        onRemove();
      }}
      onKeyDown={keys}
    />
  );
}
