import { describe, expect, it } from 'vitest';
import { mostWorkers, type Site, simulate, type UnitCosts } from '../../benchmarks/scale/simulate.ts';

const costs: UnitCosts = {
  ...{ segmentSeconds: 10, unsealSecondsPerByte: 0 },
  ...{ claimSeconds: 0.001, claimSecondsPerWaiting: 0 },
  ...{ gatewaySegmentSeconds: 0.02, gatewayJobSeconds: 0, gatewayLeaseSeconds: 0 },
  ...{ databaseSegmentSeconds: 0.004, databaseJobSeconds: 0, databaseLeaseSeconds: 0 },
  ...{ journalSeconds: 0.0001, journalRecords: 3, resultBytes: 0 },
};
const siteOf = (workers: number): Site => ({
  ...{ workers, exhibitBytes: 0, segmentsPerExhibit: 60, workersPerCase: 8, waitingSegments: 1_000 },
  ...{ networkBytesPerSecond: 1e9, diskBytesPerSecond: 1e9, databaseCores: 4 },
});

describe('the simulation of many workers', () => {
  it('has workers that wait for nobody lose what one segment asks of the rest, and no more', () => {
    const alone = 0.001 + 0.02 + 0.004 + 0.0003;
    const { efficiency, segmentsPerSecond } = simulate(costs, siteOf(1), { rounds: 3_000 });
    expect(efficiency).toBeCloseTo(10 / (10 + alone), 2);
    expect(segmentsPerSecond).toBeCloseTo(1 / (10 + alone), 2);
    expect(simulate(costs, siteOf(10)).efficiency).toBeGreaterThan(0.97);
  });

  it('goes no faster than what is shared, however many workers there are, and names it', () => {
    const { segmentsPerSecond, busy, first } = simulate(costs, siteOf(1_000));
    expect(segmentsPerSecond).toBeGreaterThan(49);
    expect(segmentsPerSecond).toBeLessThan(50.5);
    expect(first).toBe('gateway');
    expect(busy.gateway).toBeGreaterThan(0.99);
    const slow = { ...siteOf(1_000), exhibitBytes: 1e9, networkBytesPerSecond: 5e8 };
    expect(simulate(costs, slow)).toMatchObject({ first: 'network' });
    expect(simulate({ ...costs, claimSecondsPerWaiting: 0.0001 }, siteOf(1_000)).first).toBe('claims');
    expect(simulate({ ...costs, journalSeconds: 0.1 }, siteOf(1_000)).first).toBe('journal');
    expect(simulate({ ...costs, databaseJobSeconds: 60 }, siteOf(1_000)).first).toBe('database');
  });

  it('finds the most workers near the knee that the costs alone tell', () => {
    // (10 + 0.0253) / 0.02: where the busiest has no time left.
    const { workers, first } = mostWorkers(costs, siteOf);
    expect(first).toBe('gateway');
    expect(workers).toBeGreaterThan(0.85 * 501);
    expect(workers).toBeLessThan(1.15 * 501);
  });

  it('counts what held leases cost by the second, whoever works on them', () => {
    const leases = { ...costs, gatewayLeaseSeconds: 0.002 };
    expect(mostWorkers(leases, siteOf).workers).toBeLessThan(mostWorkers(costs, siteOf).workers / 1.5);
    expect(simulate(leases, siteOf(600)).first).toBe('gateway');
  });

  it('gives the same answer for the same costs', () => {
    expect(simulate(costs, siteOf(300))).toEqual(simulate(costs, siteOf(300)));
  });
});
