import type { Coverage, LedgerInterval } from '../../analysis/types.ts';
import { useName } from '../app/settings.tsx';
import { mediaTime } from './time.ts';

const MODES = ['analysed', 'sampled', 'quiet', 'undecodable', 'outside'] as const;

/** `analysé 00:00:28.0 · calme 00:00:02.0` */
export function useCoverageSentence(): (coverage: Coverage) => string {
  const nameOf = useName();
  return (coverage) =>
    MODES.filter((mode) => coverage[`${mode}Seconds`] > 0)
      .map((mode) => `${nameOf(mode)} ${mediaTime(coverage[`${mode}Seconds`])}`)
      .join(' · ');
}

/** How an exhibit was looked at: in its order where the intervals are known, else the sums side by side. */
export function CoverageBar({
  coverage,
  intervals,
  label,
}: {
  readonly coverage: Coverage;
  readonly intervals?: readonly LedgerInterval[] | undefined;
  readonly label: string;
}) {
  const sentenceOf = useCoverageSentence();
  const total = MODES.reduce((sum, mode) => sum + coverage[`${mode}Seconds`], 0);
  const parts =
    intervals?.map(({ fromSeconds, toSeconds, state }) => ({ mode: state, seconds: toSeconds - fromSeconds })) ??
    MODES.map((mode) => ({ mode, seconds: coverage[`${mode}Seconds`] }));
  let at = 0;
  return (
    <svg
      className="coverage-bar"
      role="img"
      aria-label={`${label} : ${sentenceOf(coverage)}`}
      viewBox="0 0 1000 10"
      preserveAspectRatio="none"
    >
      {parts
        .filter(({ seconds }) => seconds > 0)
        .map(({ mode, seconds }) => {
          const x = at;
          at += (1000 * seconds) / total;
          return <rect key={x} className={`mode-${mode}`} x={x} y={0} width={at - x} height={10} />;
        })}
    </svg>
  );
}
