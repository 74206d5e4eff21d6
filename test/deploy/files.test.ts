import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CONFIG_KEYS } from '../../gateway/config.ts';
import { readVaultPlace } from '../../gateway/vault-place.ts';
import { programOf } from './programs.ts';

const DEPLOY = path.join(import.meta.dirname, '..', '..', 'gateway/deploy');
const run = promisify(execFile);
const read = (file: string): string => readFileSync(path.join(DEPLOY, file), 'utf8');
// The parser that the description's package brings along.
const { parse, parseAllDocuments } = createRequire(createRequire(import.meta.url).resolve('@fastify/swagger'))(
  'yaml',
) as {
  parse(text: string, options: { merge: boolean }): unknown;
  parseAllDocuments(text: string): readonly { readonly errors: readonly unknown[]; toJSON(): unknown }[];
};

interface Service {
  readonly image: string;
  readonly user?: string;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly networks?: readonly string[];
  readonly network_mode?: string;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
}

describe('compose.yaml', () => {
  const text = read('compose.yaml');
  const compose = parse(text, { merge: true }) as {
    readonly services: Readonly<Record<string, Service>>;
    readonly networks: Readonly<
      Record<string, { readonly internal?: boolean; readonly driver_opts?: Readonly<Record<string, string>> }>
    >;
  };

  it('SEC-01: each container has a read-only root, no capability and no new privileges', () => {
    expect(Object.keys(compose.services)).toEqual(
      expect.arrayContaining(['gateway', 'database', 'prometheus', 'grafana']),
    );
    for (const [name, service] of Object.entries(compose.services)) {
      expect([name, service.read_only, service.cap_drop]).toEqual([name, true, ['ALL']]);
      expect(service.security_opt, name).toContain('no-new-privileges:true');
      expect(Object.keys(service), name).not.toContain('privileged');
      for (const volume of service.volumes ?? []) expect(volume, name).not.toMatch(/docker\.sock|^\/(:|$)/);
    }
    expect([compose.services.gateway?.user, compose.services.database?.user]).toEqual(['10001:10001', '10001:10001']);
    expect(compose.services.gateway?.security_opt).toContain('seccomp=./seccomp.json');
  });

  it('SEC-06: the way out is closed: the database has no network, the others no route or no way back', () => {
    expect(compose.services.database?.network_mode).toBe('none');
    expect(compose.services.worker?.network_mode).toBe('none');
    // A worker has the vault and a key of its own, and nothing else of the gateway's: no journal, no key, no scratch.
    expect(compose.services.worker?.volumes).toEqual([
      'vault:/var/lib/differe/vault',
      '/etc/differe-worker:/etc/differe-worker:ro',
      'database-socket:/run/postgresql',
    ]);
    expect(compose.services.gateway?.volumes).toContain('vault:/var/lib/differe/vault');
    expect(compose.networks.inside?.internal).toBe(true);
    expect(compose.networks.door?.driver_opts).toEqual({ 'com.docker.network.bridge.enable_ip_masquerade': 'false' });
    expect(Object.keys(compose.networks).sort()).toEqual(['door', 'inside']);
    const published = Object.entries(compose.services).flatMap(([name, { ports = [] }]) =>
      ports.map((port) => `${name} ${port}`),
    );
    expect(published.map((port) => port.replace(/\$\{.*\}/, 'ADDRESS'))).toEqual([
      'gateway ADDRESS:8420:8420',
      'grafana 127.0.0.1:3000:3000',
    ]);
    for (const { image, networks = [] } of Object.values(compose.services)) {
      expect(image).not.toMatch(/:latest$/);
      for (const network of networks) expect(['inside', 'door']).toContain(network);
    }
  });

  it('sets keys that the gateway knows', () => {
    const keys = Object.keys(compose.services.gateway?.environment ?? {}).filter((key) => key !== 'DATABASE_URL');
    for (const key of keys) expect(Object.keys(CONFIG_KEYS)).toContain(key);
  });

  it.skipIf(programOf('docker-compose') === undefined)('is accepted by docker-compose', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'differe-compose-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    for (const file of ['compose.yaml', 'seccomp.json']) await cp(path.join(DEPLOY, file), path.join(folder, file));
    await writeFile(path.join(folder, 'grafana-password'), 'x\n');
    const env = {
      PATH: process.env.PATH,
      DIFFERE_INSTALLATION: 'a',
      DIFFERE_CONTROLLER: 'police_nationale:A',
      DIFFERE_ORIGIN: 'https://a:8420',
      DIFFERE_ADDRESS: '127.0.0.1',
    };
    const config = (settings: Readonly<Record<string, string | undefined>>) =>
      run('docker-compose', ['-f', path.join(folder, 'compose.yaml'), 'config', '-q'], {
        cwd: folder,
        env: settings as NodeJS.ProcessEnv,
      });
    await config(env);
    await expect(config({ ...env, DIFFERE_INSTALLATION: undefined })).rejects.toThrow('DIFFERE_INSTALLATION');
  });
});

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec: {
    readonly podSelector?: Readonly<Record<string, unknown>>;
    readonly policyTypes?: readonly string[];
    readonly ingress?: readonly unknown[];
    readonly egress?: readonly {
      readonly to?: readonly Readonly<Record<string, unknown>>[];
      readonly ports?: readonly { readonly port: unknown }[];
    }[];
    readonly template?: {
      readonly spec: {
        readonly automountServiceAccountToken?: boolean;
        readonly securityContext: Readonly<Record<string, unknown>>;
        readonly initContainers?: readonly Container[];
        readonly containers: readonly Container[];
      };
    };
  };
}
interface Container {
  readonly name: string;
  readonly securityContext?: Readonly<Record<string, unknown>>;
}

describe('kubernetes/', () => {
  const files = readdirSync(path.join(DEPLOY, 'kubernetes')).filter(
    (name) => name.endsWith('.yaml') && name !== 'kustomization.yaml',
  );
  const manifests = files.flatMap((file) =>
    parseAllDocuments(read(`kubernetes/${file}`)).map((document) => {
      expect(document.errors).toEqual([]);
      return document.toJSON() as Manifest;
    }),
  );
  const policies = manifests.filter(({ kind }) => kind === 'NetworkPolicy');

  it('names every file in its kustomization', () => {
    const { resources } = parse(read('kubernetes/kustomization.yaml'), { merge: true }) as {
      readonly resources: readonly string[];
    };
    expect([...resources].sort()).toEqual([...files].sort());
  });

  it('SEC-06: closes every pod both ways, and opens out of the gateway its database alone, no name server', () => {
    const closed = policies.find(({ metadata }) => metadata.name === 'closed')?.spec;
    expect(closed).toEqual({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
    const out = policies.flatMap(({ metadata, spec }) =>
      (spec.egress ?? []).map(({ to, ports }) => ({ from: metadata.name, to, ports: ports?.map(({ port }) => port) })),
    );
    expect(out).toEqual([
      { from: 'gateway', to: [{ podSelector: { matchLabels: { app: 'differe', part: 'database' } } }], ports: [5432] },
    ]);
    for (const { spec } of policies) expect(spec.policyTypes).toEqual(['Ingress', 'Egress']);
  });

  it('SEC-01: each container runs as nobody in particular, without capabilities, on a read-only root', () => {
    const pods = manifests.flatMap(({ spec }) => (spec?.template === undefined ? [] : [spec.template.spec]));
    expect(pods).toHaveLength(2);
    for (const pod of pods) {
      expect(pod.automountServiceAccountToken).toBe(false);
      expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 10001 });
      for (const { name, securityContext } of [...(pod.initContainers ?? []), ...pod.containers])
        expect([name, securityContext]).toEqual([
          name,
          { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
        ]);
    }
  });

  it('SEC-06: opens one address and port more where the vault is a bucket, names it without a name server, and sets what is needed', () => {
    const component = parse(read('kubernetes/bucket/kustomization.yaml'), { merge: true }) as {
      readonly resources: readonly string[];
      readonly patches: readonly { readonly patch: string }[];
    };
    expect(component.resources).toEqual(['network.yaml']);
    const [policy, ...more] = parseAllDocuments(read('kubernetes/bucket/network.yaml')).map((one) => one.toJSON());
    expect(more).toEqual([]);
    const address = '192.0.2.10';
    expect(policy).toMatchObject({
      kind: 'NetworkPolicy',
      spec: {
        podSelector: { matchLabels: { app: 'differe', part: 'gateway' } },
        policyTypes: ['Egress'],
        egress: [{ to: [{ ipBlock: { cidr: `${address}/32` } }], ports: [{ protocol: 'TCP', port: 443 }] }],
      },
    });
    const patches = component.patches.map(({ patch }) => parse(patch, { merge: true }) as Manifest);
    // A patch of something that is not there is refused by kustomize.
    for (const { kind, metadata } of patches)
      expect(manifests.some((each) => each.kind === kind && each.metadata.name === metadata.name)).toBe(true);
    const { data = {} } = patches.find(({ kind }) => kind === 'ConfigMap') ?? {};
    const place = readVaultPlace(data);
    expect(place).toMatchObject({ bucket: 'differe', credentialsFile: '/etc/differe/bucket' });
    expect(patches.find(({ kind }) => kind === 'StatefulSet')?.spec).toEqual({
      template: { spec: { hostAliases: [{ ip: address, hostnames: [new URL(place?.endpoint ?? '').hostname] }] } },
    });
  });

  it('sets keys that the gateway knows', () => {
    const { data = {} } = manifests.find(({ kind }) => kind === 'ConfigMap') ?? {};
    expect(Object.keys(data).length).toBeGreaterThan(2);
    for (const key of Object.keys(data)) expect(Object.keys(CONFIG_KEYS)).toContain(key);
  });
});

describe('seccomp.json', () => {
  const profile = JSON.parse(read('seccomp.json')) as {
    readonly defaultAction: string;
    readonly syscalls: readonly { readonly names: readonly string[]; readonly action: string }[];
  };
  const allowed = profile.syscalls.flatMap(({ names }) => names);

  it('SEC-11: refuses what is not named, and names nothing that loads code into the kernel, spies on others or leaves the mounts', () => {
    expect(profile.defaultAction).toBe('SCMP_ACT_ERRNO');
    expect(new Set(profile.syscalls.map(({ action }) => action))).toEqual(new Set(['SCMP_ACT_ALLOW']));
    expect(new Set(allowed).size).toBe(allowed.length);
    const dangerous =
      'bpf perf_event_open userfaultfd io_uring_setup keyctl add_key request_key ptrace process_vm_readv process_vm_writev kexec_load init_module finit_module delete_module setns open_by_handle_at name_to_handle_at open_tree move_mount fsopen fsmount mknod mknodat reboot swapon syslog clock_settime settimeofday acct quotactl iopl ioperm modify_ldt pidfd_getfd fanotify_init memfd_secret';
    for (const name of dangerous.split(' ')) expect(allowed).not.toContain(name);
  });

  it('lets jails be made', () => {
    expect(allowed).toEqual(
      expect.arrayContaining(['clone', 'unshare', 'mount', 'umount2', 'pivot_root', 'seccomp', 'prctl']),
    );
  });
});

describe('systemd/', () => {
  const units = readdirSync(path.join(DEPLOY, 'systemd'));
  const analyze = programOf('systemd-analyze');

  it.skipIf(analyze === undefined).each(units)(
    '%s is a unit that systemd takes, without a setting that it does not know',
    async (unit) => {
      const folder = await mkdtemp(path.join(tmpdir(), 'differe-unit-'));
      onTestFinished(() => rm(folder, { recursive: true, force: true }));
      const file = path.join(folder, unit);
      // The program is there once it is installed.
      await writeFile(file, read(`systemd/${unit}`).replace(/^ExecStart=\S+/m, 'ExecStart=/bin/true'));
      const { stderr } = await run(analyze ?? '', ['verify', '--man=no', file]);
      expect(stderr.split('\n').filter((line) => line.includes(unit))).toEqual([]);
      await writeFile(file, `${read(`systemd/${unit}`)}\n[Service]\nNoNewPriviliges=yes\n`);
      const wrong = await run(analyze ?? '', ['verify', '--man=no', file]).catch((error: { stderr: string }) => error);
      expect(wrong.stderr).toContain('NoNewPriviliges');
    },
  );
});
