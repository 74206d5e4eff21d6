/** Named numbers as bars beside each other: longest first read, exact number beside it. */
export function BarRows({ rows }: { readonly rows: readonly { readonly name: string; readonly value: number }[] }) {
  const most = Math.max(1, ...rows.map(({ value }) => value));
  return (
    <ul className="bar-rows">
      {rows.map(({ name, value }) => (
        <li key={name}>
          <span>{name}</span>
          <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
            <rect width={(100 * value) / most} height={8} className="bar" />
          </svg>
          <span className="number">{value}</span>
        </li>
      ))}
    </ul>
  );
}
