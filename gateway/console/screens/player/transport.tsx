import type { ReactNode } from 'react';
import { useWords } from '../../app/settings.tsx';
import type { Layers } from './overlay.tsx';
import type { ClipControl } from './use-clip.ts';

/** The buttons of the player; each has a key, which its title names. */
export function Transport({
  clip,
  layers,
  onToggle,
  onClean,
  onStep,
  onJump,
  onHit,
  onAnalysed,
  onKeyFrame,
  onGap,
}: {
  readonly clip: ClipControl;
  readonly layers: Layers;
  onToggle(name: keyof Layers): void;
  onClean(): void;
  onStep(frames: number): void;
  onJump(seconds: number): void;
  onHit(step: 1 | -1): void;
  onAnalysed(step: 1 | -1): void;
  onKeyFrame(step: 1 | -1): void;
  onGap(): void;
}) {
  const { player: words } = useWords();
  return (
    <div className="transport" role="toolbar" aria-label={words.controls}>
      <Group>
        <Act label={words.previousHit} keys="P" sign="previousHit" onPress={() => onHit(-1)} />
        <Act label={words.back60} keys={words.pageUp} sign={{ words: '−1 min' }} onPress={() => onJump(-60)} />
        <Act label={words.back10} keys="Shift ←" sign={{ words: '−10 s' }} onPress={() => onJump(-10)} />
        <Act label={words.back1} keys="←" sign={{ words: '−1 s' }} onPress={() => onJump(-1)} />
        <Act label={words.previousKey} keys="Shift D" sign="previousKey" onPress={() => onKeyFrame(-1)} />
        <Act label={words.previousAnalysed} keys="Shift A" sign="previousAnalysed" onPress={() => onAnalysed(-1)} />
        <Act label={words.previousFrame} keys="," sign="previousFrame" id="step-back" onPress={() => onStep(-1)} />
        <Act
          label={clip.isPlaying ? words.pause : words.play}
          keys={words.space}
          sign={clip.isPlaying ? 'pause' : 'play'}
          id="play"
          onPress={() => clip.play(clip.isPlaying ? 0 : 1)}
        />
        <Act label={words.nextFrame} keys="." sign="nextFrame" id="step" onPress={() => onStep(1)} />
        <Act label={words.nextAnalysed} keys="A" sign="nextAnalysed" id="analysed" onPress={() => onAnalysed(1)} />
        <Act label={words.nextKey} keys="D" sign="nextKey" id="key-frame" onPress={() => onKeyFrame(1)} />
        <Act label={words.forward1} keys="→" sign={{ words: '+1 s' }} onPress={() => onJump(1)} />
        <Act label={words.forward10} keys="Shift →" sign={{ words: '+10 s' }} onPress={() => onJump(10)} />
        <Act label={words.forward60} keys={words.pageDown} sign={{ words: '+1 min' }} onPress={() => onJump(60)} />
        <Act label={words.nextHit} keys="N" sign="nextHit" onPress={() => onHit(1)} />
        <Act label={words.nextGap} keys="G" sign="nextGap" onPress={onGap} />
      </Group>
      <span className="rate" role="status">
        {clip.rate === 0 ? words.paused : `${clip.rate} ×`}
      </span>
      <Group>
        {(['boxes', 'path', 'zones', 'scores', 'others'] as const).map((name) => (
          <button
            key={name}
            type="button"
            aria-pressed={layers[name]}
            title={words.layerKeys[name]}
            onClick={() => onToggle(name)}
          >
            {words.layers[name]}
          </button>
        ))}
        <button type="button" title={words.cleanKey} onClick={onClean}>
          {words.clean}
        </button>
      </Group>
    </div>
  );
}

const Group = ({ children }: { readonly children: ReactNode }) => <div className="transport-group">{children}</div>;

const SHAPES = {
  play: 'M3 1 L14 8 L3 15 Z',
  pause: 'M3 1 H6 V15 H3 Z M10 1 H13 V15 H10 Z',
  nextFrame: 'M2 1 H5 V15 H2 Z M7 2 L14 8 L7 14 Z',
  previousFrame: 'M14 1 H11 V15 H14 Z M9 2 L2 8 L9 14 Z',
  nextHit: 'M1 2 L7 8 L1 14 Z M7 2 L13 8 L7 14 Z M13 1 H15 V15 H13 Z',
  previousHit: 'M15 2 L9 8 L15 14 Z M9 2 L3 8 L9 14 Z M3 1 H1 V15 H3 Z',
  nextAnalysed: 'M1 4 H8 V12 H1 Z M10 3 L15 8 L10 13 Z',
  previousAnalysed: 'M15 4 H8 V12 H15 Z M6 3 L1 8 L6 13 Z',
  nextKey: 'M1 3 H3 V13 H1 Z M9 3 L14 8 L9 13 L4 8 Z',
  previousKey: 'M15 3 H13 V13 H15 Z M7 3 L12 8 L7 13 L2 8 Z',
  nextGap: 'M1 2 H3 V14 H1 Z M5 2 H7 V14 H5 Z M9 3 L15 8 L9 13 Z',
} as const;
type Shape = keyof typeof SHAPES;

function Act({
  label,
  keys,
  sign,
  id,
  onPress,
}: {
  readonly label: string;
  readonly keys: string;
  /** A shape, or words that stand on the button. */
  readonly sign: Shape | { readonly words: string };
  readonly id?: string;
  onPress(): void;
}) {
  return (
    <button type="button" id={id} title={`${label} (${keys})`} onClick={onPress}>
      <span className="hidden">{label} </span>
      {typeof sign === 'string' ? (
        <svg viewBox="0 0 16 16" aria-hidden="true">
          <path d={SHAPES[sign]} fill="currentColor" />
        </svg>
      ) : (
        sign.words
      )}
    </button>
  );
}
