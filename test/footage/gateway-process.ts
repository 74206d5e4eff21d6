import { connect } from '../../gateway/database.ts';
import { type Signed, startFootage } from './support.ts';

// The footage room in a process of its own, so that a test can kill it. Its one argument is JSON; it prints its address and runs.

interface Order {
  readonly databaseUrl: string;
  readonly folder: string;
  readonly installationKey: string;
  readonly signed: Signed;
}

const order = JSON.parse(process.argv[2] ?? '') as Order;
const line = await startFootage(connect(order.databaseUrl), order.signed, {
  folder: order.folder,
  installationKey: Buffer.from(order.installationKey, 'hex'),
});
process.stdout.write(`${line.url}\n`);
