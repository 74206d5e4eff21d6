import { posix } from 'node:path';

/** Rooms in the order of the walk (architecture.md section 1). */
const WALK = [
  'habilitation',
  'requisition',
  'footage',
  'analysis',
  'index',
  'search',
  'evidence',
  'retention',
  'compliance',
];
/** Rooms that every room may use; they stand on the ground floor and on trust/ alone. */
const SERVICES = ['trust', 'policy', 'audit', 'admission'];
const ROOMS = [...WALK, ...SERVICES, 'console'];

/** Files that join the rooms; no room and no file of the ground floor imports them. `client.ts` speaks HTTP for the commands and the demo. */
const isRoof = (name: string): boolean =>
  /^(app|connections|main|worker|worker-command|worker-desk|worker-grant|worker-copies|lease-loop|open-models|pipeline|job-close|job-estimates|job-journal|job-steps|results|cli|case-commands|case-door|case-hit-commands|act-commands|registry-commands|client|start-up|capability-facts|closing-facts|retention-facts|inert-app)\.ts$/.test(
    name,
  );

/** Folders whose files all join rooms. */
const ROOF_FOLDERS = ['demo', 'deploy', 'interface'];
/** What the console, which calls the API and nothing else, has of its description. */
const OF_THE_CONSOLE = ['gateway/interface/client.ts', 'gateway/interface/types.ts'];

/** Packages that one file alone imports, so that one file can replace them. */
const SOLE_IMPORTER: Readonly<Record<string, string>> = {
  '@aws-sdk/client-s3': 'gateway/s3-client.ts',
  'fluent-ffmpeg': 'gateway/media.ts',
  'onnxruntime-node': 'gateway/analysis/onnx.ts',
};

/** What a text names as a module: static and dynamic imports, re-exports, and the files given to workers by `new URL`. */
export function importsOf(text: string): readonly string[] {
  const patterns = [
    /^\s*(?:import|export)\b[^'";]*?\bfrom\s*['"]([^'"]+)['"]/gm,
    /^\s*import\s*['"]([^'"]+)['"]/gm,
    /\b(?:import|require)\s*\(\s*['"`]([^'"`]+)['"`]/g,
    /\bnew\s+URL\s*\(\s*['"`](\.[^'"`]+\.(?:ts|mjs|js))['"`]\s*,\s*import\.meta\.url/g,
  ];
  return patterns.flatMap((pattern) => [...text.matchAll(pattern)].map((match) => match[1] ?? ''));
}

/** Violations of the import rule, one sentence each; `files` maps paths such as `gateway/search/ask.ts` to their text. */
export function violationsOf(files: ReadonlyMap<string, string>): readonly string[] {
  const found: string[] = [];
  for (const [file, text] of files) {
    if (/^index\.\w+$/.test(posix.basename(file))) found.push(`${file}: no file is called index`);
    for (const specifier of importsOf(text)) {
      const reason = specifier.startsWith('.')
        ? reasonAgainst(file, posix.join(posix.dirname(file), specifier))
        : reasonAgainstPackage(file, specifier);
      if (reason !== undefined) found.push(`${file} imports ${specifier}: ${reason}`);
    }
  }
  return found;
}

function reasonAgainstPackage(file: string, specifier: string): string | undefined {
  const [name] = Object.keys(SOLE_IMPORTER).filter((each) => specifier === each || specifier.startsWith(`${each}/`));
  if (name === undefined || SOLE_IMPORTER[name] === file) return undefined;
  return `only ${SOLE_IMPORTER[name]} may`;
}

type Place =
  | { readonly kind: 'roof' }
  | { readonly kind: 'ground' }
  | { readonly kind: 'outside' }
  | { readonly kind: 'room'; readonly room: string };

function placeOf(file: string): Place {
  const [top, second = '', ...rest] = file.split('/');
  if (top !== 'gateway') return { kind: 'outside' };
  if (rest.length === 0) return { kind: isRoof(second) ? 'roof' : 'ground' };
  if (ROOF_FOLDERS.includes(second)) return { kind: 'roof' };
  return ROOMS.includes(second) ? { kind: 'room', room: second } : { kind: 'outside' };
}

function reasonAgainst(file: string, target: string): string | undefined {
  const from = placeOf(file);
  const to = placeOf(target);
  if (from.kind === 'outside') return 'the importer is in a folder that is no room';
  if (from.kind === 'roof') return undefined;
  if (to.kind === 'roof') {
    const isConsole = from.kind === 'room' && from.room === 'console';
    return isConsole && OF_THE_CONSOLE.includes(target) ? undefined : 'nothing below the roof imports the roof';
  }
  if (to.kind === 'ground') return undefined;
  if (to.kind === 'outside') return /\.json$/.test(target) ? undefined : 'it lies outside the gateway';
  return from.kind === 'ground' ? 'the ground floor knows no room' : reasonAgainstRoom(from.room, to.room, target);
}

function reasonAgainstRoom(from: string, to: string, target: string): string | undefined {
  if (from === to) return undefined;
  if (to === 'trust') return undefined;
  if (SERVICES.includes(from)) return `${from}/ stands on the ground floor and on trust/ alone`;
  if (SERVICES.includes(to)) return undefined;
  const left = from === 'console' ? WALK : WALK.slice(0, WALK.indexOf(from));
  if (!left.includes(to)) return `${to}/ is not to the left of ${from}/`;
  return posix.basename(target) === 'types.ts' ? undefined : 'of a room to the left only types.ts may be imported';
}
