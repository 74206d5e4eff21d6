/** Named numbers as bars beside each other: longest first read, exact number beside it. */
export function BarRows({
  rows,
}: {
  readonly rows: readonly {
    readonly name: string;
    readonly value: number;
    /** A colour of the vocabulary, shown before its name. */
    readonly swatch?: string;
  }[];
}) {
  const most = Math.max(1, ...rows.map(({ value }) => value));
  return (
    <ul className="bar-rows">
      {rows.map(({ name, value, swatch }) => (
        <li key={name}>
          <span>
            {swatch !== undefined && <span className={`swatch swatch-${swatch}`} aria-hidden="true" />} {name}
          </span>
          <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
            <rect width={(100 * value) / most} height={8} className="bar" />
          </svg>
          <span className="number">{value}</span>
        </li>
      ))}
    </ul>
  );
}
