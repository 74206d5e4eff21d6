import { expect, it } from 'vitest';
import { seeded } from '../../benchmarks/search/town.ts';
import { calendarTime, localDate, localInstant } from '../../gateway/search/words.ts';

it('says of every moment what the calendar says: around each change of the clocks, and at random ones', () => {
  const moments: number[] = [-1, 0, -86_400_000, Date.UTC(2250, 5, 1)];
  const random = seeded(4);
  for (let n = 0; n < 2_000; n++) moments.push(Math.floor(random() * Date.UTC(2150, 0, 1)));
  // France has summer time since 1976; where its clocks change is looked for month by month.
  for (let year = 1970; year < 2040; year++) {
    for (let month = 0; month < 12; month++) {
      const [from, to] = [Date.UTC(year, month, 1), Date.UTC(year, month + 1, 1)];
      if (calendarTime(from).offset === calendarTime(to).offset) continue;
      let [low, high] = [from, to];
      while (high - low > 1_000) {
        const middle = Math.floor((low + high) / 2_000) * 1_000;
        if (calendarTime(middle).offset === calendarTime(from).offset) low = middle;
        else high = middle;
      }
      for (const away of [-3_600_001, -3_600_000, -1_000, -1, 0, 1, 999, 1_000, 3_599_999, 3_600_000])
        moments.push(high + away);
    }
  }
  expect(moments.length).toBeGreaterThan(3_000);
  for (const ms of moments) {
    const { isoDate, time, offset } = calendarTime(ms);
    expect(localDate(ms)).toBe(isoDate);
    expect(localInstant(ms).replace(/\.\d{3}/, '')).toBe(`${isoDate}T${time}${offset}`);
  }
});
