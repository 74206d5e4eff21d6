import { parseArgs } from 'node:util';
import { measureAccuracy } from './accuracy.ts';
import { measureBounds } from './bounds.ts';
import { measureBundle } from './bundle.ts';
import { measureCapacity } from './capacity.ts';
import { measureChaos } from './chaos.ts';
import { measureHostile } from './hostile.ts';
import { measureHours } from './hours.ts';
import { measureImage } from './image.ts';
import { measureInt8 } from './int8.ts';
import { measureLine } from './line.ts';
import { measureLoad } from './load.ts';
import { measureLog } from './log.ts';
import { type Measurement, publish, stamped, tableOf } from './report.ts';
import { measureScale } from './scale.ts';
import { measureSearch } from './search.ts';
import { measureService } from './service.ts';
import { measureThroughput } from './throughput.ts';

// `npm run bench -- NAME [--json] [--full]`: a table on stderr, one JSON object last on stdout and in benchmarks/results/. `--short` with bounds,
// int8, load, scale and search is a trial of a few seeds, seconds, pictures or questions, of which nothing is kept; `throughput --brief` leaves out the
// naive program and the hard streets.

const BENCHES: Readonly<
  Record<
    string,
    (options: { readonly full: boolean; readonly short: boolean; readonly brief: boolean }) => Promise<Measurement>
  >
> = {
  accuracy: measureAccuracy,
  bounds: measureBounds,
  bundle: measureBundle,
  capacity: measureCapacity,
  chaos: measureChaos,
  hostile: measureHostile,
  hours: measureHours,
  image: measureImage,
  int8: measureInt8,
  line: measureLine,
  load: measureLoad,
  log: measureLog,
  scale: measureScale,
  search: measureSearch,
  service: measureService,
  throughput: measureThroughput,
};

const HAVE_TRIALS = ['bounds', 'int8', 'load', 'scale', 'search'];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    full: { type: 'boolean', default: false },
    short: { type: 'boolean', default: false },
    brief: { type: 'boolean', default: false },
  },
});
const bench = BENCHES[positionals[0] ?? ''];
if (bench === undefined || positionals.length !== 1 || (values.short && !HAVE_TRIALS.includes(positionals[0] ?? ''))) {
  console.error(`Usage: npm run bench -- NAME [--json] [--full]\n  NAME: ${Object.keys(BENCHES).join(', ')}`);
  process.exitCode = 2;
} else {
  const measured = await bench({ full: values.full, short: values.short, brief: values.brief });
  const name = positionals[0] ?? '';
  const report = values.short ? stamped(name, measured) : await publish(name, measured);
  if (!values.json) console.error(tableOf(report));
  console.log(JSON.stringify(report));
}
