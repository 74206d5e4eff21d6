import { parseArgs } from 'node:util';
import { measureAccuracy } from './accuracy.ts';
import { measureBounds } from './bounds.ts';
import { measureLine } from './line.ts';
import { measureLog } from './log.ts';
import { type Measurement, publish, tableOf } from './report.ts';
import { measureService } from './service.ts';
import { measureThroughput } from './throughput.ts';

// `npm run bench -- NAME [--json] [--full]`: a table on stderr, one JSON object last on stdout and in benchmarks/results/.

const BENCHES: Readonly<Record<string, (options: { readonly full: boolean }) => Promise<Measurement>>> = {
  accuracy: measureAccuracy,
  bounds: measureBounds,
  line: measureLine,
  log: measureLog,
  service: measureService,
  throughput: measureThroughput,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false }, full: { type: 'boolean', default: false } },
});
const bench = BENCHES[positionals[0] ?? ''];
if (bench === undefined || positionals.length !== 1) {
  console.error(`Usage: npm run bench -- NAME [--json] [--full]\n  NAME: ${Object.keys(BENCHES).join(', ')}`);
  process.exitCode = 2;
} else {
  const report = await publish(positionals[0] ?? '', await bench({ full: values.full }));
  if (!values.json) console.error(tableOf(report));
  console.log(JSON.stringify(report));
}
