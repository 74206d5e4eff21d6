/** How much of something is done, 0 to 1. */
export function Meter({ share, label }: { readonly share: number; readonly label: string }) {
  return <progress max={1} value={Math.min(1, Math.max(0, share))} aria-label={label} />;
}
