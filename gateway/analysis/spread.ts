/**
 * Indices of at most so many moments, spread evenly over their time, the first and the last among them. Where moments are rare one stands for
 * several: what is looked at ten times as often as the quiet before it must not become the background.
 */
export function spreadOverTime(moments: readonly { readonly timeSeconds: number }[], most: number): readonly number[] {
  const count = Math.min(most, moments.length);
  const secondsOf = (index: number): number => moments[index]?.timeSeconds ?? 0;
  const [from, to] = [secondsOf(0), secondsOf(moments.length - 1)];
  let at = 0;
  return Array.from({ length: count }, (_, index) => {
    const wanted = from + (index * (to - from)) / Math.max(1, count - 1);
    while (at + 1 < moments.length && secondsOf(at + 1) - wanted <= wanted - secondsOf(at)) at += 1;
    return at;
  });
}
