import { execFile, spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import type { Bucket } from '../../gateway/s3-client.ts';

// Ceph as Debian ships it, with one monitor, one store of objects in memory and the gateway that speaks S3: on loopback, with keys of its own.

const PROGRAMS = ['ceph', 'ceph-authtool', 'ceph-mon', 'ceph-osd', 'monmaptool', 'radosgw', 'radosgw-admin'];
const POOLS = [
  '.rgw.root',
  ...['log', 'control', 'meta', 'buckets.index', 'buckets.data', 'buckets.non-ec'].map((name) => `default.rgw.${name}`),
];

/** Why there is no such server for tests; undefined where there is one. */
export function whyNoCeph(): string | undefined {
  const absent = PROGRAMS.filter((name) => {
    try {
      accessSync(`/usr/bin/${name}`, constants.X_OK);
      return false;
    } catch {
      return true;
    }
  });
  if (absent.length === 0) return undefined;
  return `${absent.join(', ')} not installed (apt-get install ceph-common ceph-mon ceph-osd radosgw)`;
}

export interface Ceph extends AsyncDisposable {
  /** A bucket that is there and empty. */
  newBucket(): Promise<Bucket>;
}

/** Starts one on free ports; seconds. */
export async function startCeph(): Promise<Ceph> {
  const folder = await mkdtemp(path.join(tmpdir(), 'differe-ceph-'));
  const [monitor, s3] = [await freePort(), await freePort()];
  const run = promisify(execFile);
  const env = { ...process.env, CEPH_CONF: path.join(folder, 'ceph.conf') };
  const ran = (program: string, ...args: readonly string[]) => run(program, [...args], { cwd: folder, env });
  const started: ReturnType<typeof spawn>[] = [];
  const start = (program: string, ...args: readonly string[]) => {
    const child = spawn(program, ['-f', ...args], { cwd: folder, env, stdio: 'ignore' });
    started.push(child);
    return child;
  };
  const stop = async (): Promise<void> => {
    for (const child of started.toReversed()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const [cluster, store] = [randomUUID(), randomUUID()];
    const credentials = { accessKeyId: 'test', secretAccessKey: randomBytes(20).toString('hex') };
    await writeFile(path.join(folder, 'ceph.conf'), configuration(folder, cluster, monitor, s3));
    await mkdir(path.join(folder, 'osd.0'));
    await mkdir(path.join(folder, 'rgw'));
    await ran('monmaptool', '--create', '--fsid', cluster, '--addv', 'a', `[v2:127.0.0.1:${monitor}]`, 'monmap');
    await writeFile(path.join(folder, 'keyring'), '');
    for (const [name, ...caps] of [
      ['mon.', '--cap', 'mon', 'allow *'],
      ['client.admin', '--cap', 'mon', 'allow *', '--cap', 'osd', 'allow *'],
      ['osd.0', '--cap', 'mon', 'allow profile osd', '--cap', 'osd', 'allow *'],
    ] as const)
      await ran('ceph-authtool', 'keyring', '--gen-key', '-n', name, ...caps);
    await ran('ceph-mon', '--mkfs', '-i', 'a', '--monmap', 'monmap', '--keyring', 'keyring');
    start('ceph-mon', '-i', 'a');
    await ran('ceph', 'osd', 'new', store);
    await ran('ceph-osd', '-i', '0', '--mkfs', '--osd-uuid', store);
    start('ceph-osd', '-i', '0');
    // One process for all: each start of this program costs a third of a second.
    const orders = POOLS.flatMap((name) => [`osd pool create ${name} 1 1`, `osd pool application enable ${name} rgw`]);
    await writeFile(path.join(folder, 'pools'), `${orders.join('\n')}\n`);
    await ran('sh', '-c', 'exec ceph < pools');
    const user = [
      '--uid=test',
      '--display-name=test',
      '--access-key=test',
      `--secret-key=${credentials.secretAccessKey}`,
    ];
    await ran('radosgw-admin', 'user', 'create', ...user);
    const gateway = start('radosgw', '-n', 'client.admin');
    const endpoint = `http://127.0.0.1:${s3}`;
    const client = new S3Client({ endpoint, region: 'us-east-1', credentials, forcePathStyle: true });
    for (let attempt = 0; ; attempt++) {
      if (
        await fetch(endpoint).then(
          ({ ok }) => ok,
          () => false,
        )
      )
        break;
      if (attempt === 300 || gateway.exitCode !== null) throw new Error('radosgw did not start');
      await delay(100);
    }
    return {
      async newBucket() {
        const bucket = `vault-${randomUUID()}`;
        await client.send(new CreateBucketCommand({ Bucket: bucket }));
        return { endpoint, region: 'us-east-1', bucket, prefix: 'sealed/', credentials };
      },
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const configuration = (folder: string, cluster: string, monitor: number, s3: number): string => `[global]
fsid = ${cluster}
run dir = ${folder}
log file =
pid file =
admin socket =
keyring = ${folder}/keyring
mon host = v2:127.0.0.1:${monitor}
public addr = 127.0.0.1
cluster addr = 127.0.0.1
auth cluster required = cephx
auth service required = cephx
auth client required = cephx
osd pool default size = 1
osd pool default min size = 1
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
mon data avail warn = 1
mon data avail crit = 0
paxos propose interval = 0.02
paxos min wait = 0.01
[mon]
mon data = ${folder}/mon.$id
[osd]
osd data = ${folder}/osd.$id
osd objectstore = memstore
osd class load list = *
osd class default list = *
memstore device bytes = 1073741824
[client]
rgw frontends = beast endpoint=127.0.0.1:${s3}
rgw data = ${folder}/rgw
rgw override bucket index max shards = 1
rgw dynamic resharding = false
rgw num control oids = 1
rgw thread pool size = 32
`;
