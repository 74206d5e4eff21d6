import {
  type Access,
  type Api,
  claimsOf,
  createApi,
  forgetAccess,
  keepAccess,
  keptAccess,
  Refusal,
  readAccess,
} from './api.js';
import { WORDS, type Words } from './words.js';

interface Exhibit {
  readonly id: string;
  readonly piece: string;
  readonly fileName: string;
  readonly state: 'receiving' | 'sealed' | 'refused';
  readonly refusalCode?: string;
  readonly durationSeconds?: number;
  readonly captureStart: string;
  readonly captureEnd: string;
  readonly camera: { readonly id: string; readonly place: string };
}

interface Job {
  readonly exhibitId: string;
  readonly state: 'queued' | 'running' | 'done' | 'failed' | 'cancelled';
  readonly secondsDone: number;
  readonly remainingSeconds?: number;
}

interface Hit {
  readonly id: string;
  readonly class: string;
  readonly confidence: number;
  readonly fileName: string;
  readonly cameraId: string;
  readonly from: string;
  readonly to: string;
  readonly uncertaintySeconds: number;
  readonly mediaFromSeconds: number;
  readonly mediaToSeconds: number;
  readonly colours: readonly { readonly part: string; readonly colour: string; readonly share: number }[];
  readonly best: { readonly frame: number; readonly timeSeconds: number };
  verdict: 'unreviewed' | 'confirmed' | 'rejected' | 'uncertain';
}

type Mode = 'analysed' | 'sampled' | 'quiet' | 'undecodable' | 'outside';

/** What the part that was left to packets and key frames may hide. */
interface RecallAudit {
  readonly samples: number;
  readonly missed: number;
  readonly quietSeconds: number;
  readonly recallBound?: number;
}

interface Answer {
  readonly questionId: string;
  readonly inFrench: string;
  readonly inEnglish: string;
  readonly broad: boolean;
  readonly total: number;
  readonly hits: readonly Hit[];
  readonly nextCursor?: string;
  readonly coverage: {
    readonly exhibits: readonly {
      readonly fileName: string;
      readonly durationSeconds: number;
      readonly coverage: Record<`${Mode}Seconds`, number>;
      readonly audit?: RecallAudit;
      readonly clockNote?: string;
    }[];
    readonly notAnalysed: readonly { readonly fileName: string; readonly state: string }[];
  };
}

const MODES: readonly Mode[] = ['analysed', 'sampled', 'quiet', 'undecodable', 'outside'];
const SWATCHES: Record<string, string> = {
  black: '#1b1b1b',
  white: '#ffffff',
  grey: '#8a8f94',
  red: '#c62828',
  orange: '#ef7d1a',
  yellow: '#f2cf2e',
  green: '#2e8b3d',
  blue: '#2559b5',
  purple: '#7a3f9d',
  pink: '#e88bb0',
  brown: '#7a4e2b',
};
const CLASSES = [
  'person',
  'vehicle',
  'car',
  'bus',
  'truck',
  'van',
  'two-wheeler',
  'bicycle',
  'motorcycle',
  'suitcase',
  'object',
];
const POLL_MS = 1000;

let language: 'fr' | 'en' = localStorage.getItem('language') === 'en' ? 'en' : 'fr';
let words: Words = WORDS[language];
let session: { readonly access: Access; readonly api: Api; readonly caseId: string } | undefined;
let answer: Answer | undefined;
let shown: Hit[] = [];
let viewed: Hit | undefined;
let poll: ReturnType<typeof setTimeout> | undefined;

function part<T extends HTMLElement = HTMLElement>(id: string): T {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`no element ${id}`);
  return element as T;
}

function make<K extends keyof HTMLElementTagNameMap>(tag: K, className = '', text = ''): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (className !== '') element.className = className;
  if (text !== '') element.textContent = text;
  return element;
}

const wordOf = (name: string): string => {
  const word = (words as unknown as Record<string, unknown>)[name];
  return typeof word === 'string' ? word : name;
};

/** One zone for the whole case, printed everywhere; never the browser's. */
const digits = {
  day: '2-digit',
  month: '2-digit',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
} as const;
const paris = new Intl.DateTimeFormat('fr-FR', { timeZone: 'Europe/Paris', ...digits });
const parisTime = new Intl.DateTimeFormat('fr-FR', { timeZone: 'Europe/Paris', timeStyle: 'medium' });
const clockTime = (instant: string): string => paris.format(new Date(instant));
/** From and to, the day once when it is the same. */
const clockSpan = (from: string, to: string): string => {
  const [start, end] = [clockTime(from), clockTime(to)];
  return start.slice(0, 10) === end.slice(0, 10) ? `${start} – ${parisTime.format(new Date(to))}` : `${start} – ${end}`;
};

function mediaTime(seconds: number): string {
  const tenths = Math.round(seconds * 10);
  const whole = Math.floor(tenths / 10);
  const pad = (value: number) => String(value).padStart(2, '0');
  return `${pad(Math.floor(whole / 3600))}:${pad(Math.floor(whole / 60) % 60)}:${pad(whole % 60)}.${tenths % 10}`;
}

const LOCAL_TIME = /^(\d{2})\/(\d{2})\/(\d{4}) (\d{2}):(\d{2})(?::(\d{2}))?$/;

/** `jj/mm/aaaa hh:mm:ss` in Paris as RFC 3339 with the offset that Paris has then. */
function parisInstant(text: string): string {
  const [, day, month, year, hour, minute, second = '00'] = LOCAL_TIME.exec(text.trim()) ?? [];
  const local = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  const asUtc = new Date(`${local}Z`);
  if (Number.isNaN(asUtc.getTime())) throw new Error(words.timeBad);
  const name = new Intl.DateTimeFormat('en', { timeZone: 'Europe/Paris', timeZoneName: 'longOffset' })
    .formatToParts(asUtc)
    .find((piece) => piece.type === 'timeZoneName')?.value;
  return `${local}${name?.replace('GMT', '') || '+00:00'}`;
}

function spanOf(from: string, to: string): { readonly from: string; readonly to: string } {
  const span = { from: parisInstant(from), to: parisInstant(to) };
  if (Date.parse(span.to) <= Date.parse(span.from)) throw new Error(words.timeOrder);
  return span;
}

function say(id: string, error: unknown): void {
  part(id).textContent =
    error instanceof Refusal
      ? `${error.message} (${error.code})`
      : error === undefined
        ? ''
        : error instanceof Error
          ? error.message
          : String(error);
}

function translate(): void {
  words = WORDS[language];
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll<HTMLElement>('[data-t]'))
    element.textContent = wordOf(element.dataset.t ?? '');
  for (const element of document.querySelectorAll<HTMLElement>('[data-verdict]')) {
    element.textContent = wordOf(element.dataset.verdict ?? '');
  }
  part('language').textContent = words.otherLanguage;
  for (const id of ['from', 'to']) part<HTMLInputElement>(id).placeholder = words.timePlaceholder;
  for (const option of part<HTMLSelectElement>('order').options) option.textContent = wordOf(option.value);
  if (session !== undefined) {
    drawScope();
    drawChoices();
  }
  if (answer !== undefined) drawAnswer();
}

function drawScope(): void {
  if (session === undefined) return;
  const claims = claimsOf(session.access.authorisation) as { sub: string; exp: number };
  const { exp } = claimsOf(session.access.schedule) as { exp: number };
  const end = clockTime(new Date(Math.min(claims.exp, exp) * 1000).toISOString());
  part('scope').textContent = `${words.procedure} ${claims.sub} · ${words.until} ${end}`;
}

function drawChoices(): void {
  if (session === undefined) return;
  const { facets } = claimsOf(session.access.authorisation) as { facets: { classes: string[]; colours: string[] } };
  const draw = (id: string, names: readonly string[], allowed: readonly string[]) => {
    const checked = new Set(
      [...part(id).querySelectorAll<HTMLInputElement>('input:checked')].map((input) => input.value),
    );
    part(id).replaceChildren(
      ...names.map((name) => {
        const label = make('label', allowed.includes(name) ? '' : 'absent');
        const input = make('input');
        input.type = 'checkbox';
        input.value = name;
        input.checked = checked.has(name);
        input.disabled = !allowed.includes(name);
        if (input.disabled) label.title = words.outsideScope;
        label.append(input);
        const swatch = SWATCHES[name];
        if (swatch !== undefined) {
          const dot = make('span', 'swatch');
          dot.style.background = swatch;
          label.append(dot);
        }
        label.append(wordOf(name));
        return label;
      }),
    );
  };
  draw('classes', CLASSES, facets.classes);
  draw('colours', Object.keys(SWATCHES), facets.colours);
}

async function drawExhibits(): Promise<void> {
  if (session === undefined) return;
  const { api, caseId } = session;
  const [{ exhibits }, { jobs }] = await Promise.all([
    api.get<{ exhibits: Exhibit[] }>(`/api/v1/cases/${caseId}/exhibits`),
    api.get<{ jobs: Job[] }>(`/api/v1/cases/${caseId}/jobs`),
  ]);
  part('no-exhibit').hidden = exhibits.length > 0;
  part('exhibits').replaceChildren(
    ...exhibits.map((exhibit) => {
      const job = jobs.findLast((candidate) => candidate.exhibitId === exhibit.id);
      const row = make('li');
      const name = make('div');
      name.append(
        make('div', 'name', exhibit.fileName),
        make('div', 'sub', `${exhibit.piece} · ${exhibit.camera.id} · ${exhibit.camera.place}`),
      );
      row.append(name);
      const state = exhibit.state === 'sealed' && job !== undefined ? job.state : exhibit.state;
      const middle = make('div');
      if (state === 'running' || state === 'queued') {
        const bar = make('progress');
        bar.max = exhibit.durationSeconds ?? 1;
        bar.value = job?.secondsDone ?? 0;
        bar.setAttribute('aria-label', `${exhibit.fileName} : ${wordOf(state)}`);
        middle.append(bar);
        if (job?.remainingSeconds !== undefined)
          middle.append(make('span', 'sub', words.remaining(mediaTime(job.remainingSeconds))));
      }
      middle.append(
        make(
          'span',
          'sub',
          `${words.capture} ${clockTime(exhibit.captureStart)} – ${clockTime(exhibit.captureEnd)}${exhibit.durationSeconds === undefined ? '' : ` · ${mediaTime(exhibit.durationSeconds)}`}`,
        ),
      );
      row.append(
        middle,
        make(
          'div',
          '',
          exhibit.refusalCode === undefined ? wordOf(state) : `${wordOf(state)} (${exhibit.refusalCode})`,
        ),
      );
      return row;
    }),
  );
  const moving =
    exhibits.some((exhibit) => exhibit.state === 'receiving') ||
    jobs.some((job) => job.state === 'queued' || job.state === 'running');
  clearTimeout(poll);
  if (moving) poll = setTimeout(() => void drawExhibits().catch(() => undefined), POLL_MS);
}

function questionOf(): unknown {
  const checked = (id: string) =>
    [...part(id).querySelectorAll<HTMLInputElement>('input:checked')].map((input) => input.value);
  const classes = checked('classes');
  const colours = checked('colours').map((colour) => ({ colour }));
  const from = part<HTMLInputElement>('from').value;
  const to = part<HTMLInputElement>('to').value;
  return {
    version: 1,
    ...(classes.length === 0 ? {} : { classes }),
    ...(colours.length === 0 ? {} : { colours }),
    ...(from === '' && to === '' ? {} : { time: spanOf(from, to) }),
    order: part<HTMLSelectElement>('order').value,
  };
}

function drawAnswer(): void {
  if (answer === undefined) return;
  part('answer').hidden = false;
  part('executed').textContent = language === 'fr' ? answer.inFrench : answer.inEnglish;
  part('broad').hidden = !answer.broad;
  part('total').textContent = words.total(answer.total);
  part('notice').textContent = words.hitNotice;
  const rows = answer.coverage.exhibits.map((exhibit) => {
    const row = make('div');
    const parts = MODES.map((mode) => ({ mode, seconds: exhibit.coverage[`${mode}Seconds`] })).filter(
      ({ seconds }) => seconds > 0,
    );
    const sentence = parts.map(({ mode, seconds }) => `${wordOf(mode)} ${mediaTime(seconds)}`).join(' · ');
    row.append(make('div', '', `${exhibit.fileName} : ${sentence}`));
    const bar = make('div', 'bar');
    bar.setAttribute('role', 'img');
    bar.setAttribute('aria-label', sentence);
    for (const { mode, seconds } of parts) {
      const piece = make('span', mode);
      piece.style.width = `${(100 * seconds) / exhibit.durationSeconds}%`;
      bar.append(piece);
    }
    row.append(bar);
    const { audit } = exhibit;
    if (audit !== undefined && audit.quietSeconds > 0) {
      row.append(make('div', 'audit', words.audit(audit.samples, audit.missed, audit.recallBound)));
    }
    if (exhibit.clockNote !== undefined) row.append(make('div', 'warn', exhibit.clockNote));
    return row;
  });
  const missing = answer.coverage.notAnalysed.map((exhibit) =>
    make('div', 'missing', `${words.notAnalysed} : ${exhibit.fileName} (${wordOf(exhibit.state)})`),
  );
  part('coverage').replaceChildren(...rows, ...missing);
  part('hits').replaceChildren(...shown.map(drawHit));
  part('more').hidden = answer.nextCursor === undefined;
}

const verdictWord = (hit: Hit): string =>
  ({
    unreviewed: words.unreviewed,
    confirmed: words.verdictConfirmed,
    uncertain: words.verdictUncertain,
    rejected: words.verdictRejected,
  })[hit.verdict];

// What a question for the colour would find at its default share; of a person the parts say more than the whole.
const SHOWN_SHARE = 0.2;
function colourWords(hit: Hit): string {
  const shares = hit.colours.filter((colour) => colour.share >= SHOWN_SHARE);
  const ofParts = shares.filter((colour) => colour.part !== 'whole');
  return (ofParts.length > 0 ? ofParts : shares)
    .map((colour) => `${wordOf(colour.colour)}${colour.part === 'whole' ? '' : ` (${wordOf(colour.part)})`}`)
    .join(', ');
}

function drawHit(hit: Hit): HTMLLIElement {
  const item = make('li');
  const button = make('button', hit.verdict);
  button.type = 'button';
  const picture = make('img');
  picture.alt = `${wordOf(hit.class)}, ${clockTime(hit.from)}`;
  const box = make('div', 'words');
  box.append(
    make('span', 'what', `${wordOf(hit.class)} · ${words.score} ${Math.round(hit.confidence * 100)} %`),
    make('span', 'sub', colourWords(hit)),
    make('span', '', `${clockSpan(hit.from, hit.to)} ± ${hit.uncertaintySeconds} s`),
    make('span', 'sub', `${hit.fileName} · ${mediaTime(hit.mediaFromSeconds)}`),
    make('span', 'sub', verdictWord(hit)),
  );
  button.append(picture, box);
  button.addEventListener('click', () => void view(hit));
  item.append(button);
  void loadPicture(picture, hit, 'thumb');
  return item;
}

const pictures = new Map<string, Promise<string>>();

async function loadPicture(image: HTMLImageElement, hit: Hit, size: 'thumb' | 'full'): Promise<void> {
  if (session === undefined) return;
  const route = `/api/v1/cases/${session.caseId}/hits/${hit.id}/still?size=${size}`;
  const known = pictures.get(route) ?? session.api.blob(route).then((blob) => URL.createObjectURL(blob));
  pictures.set(route, known);
  image.src = await known.catch(() => {
    pictures.delete(route);
    return '';
  });
}

async function view(hit: Hit): Promise<void> {
  viewed = hit;
  const clip = part<HTMLVideoElement>('clip');
  const still = part<HTMLImageElement>('still');
  clip.hidden = true;
  clip.removeAttribute('src');
  still.hidden = false;
  still.alt = words.still;
  still.removeAttribute('src');
  part('viewer-title').textContent = `${wordOf(hit.class)} · ${clockSpan(hit.from, hit.to)}`;
  const facts: readonly (readonly [string, string])[] = [
    [words.exhibit, hit.fileName],
    [words.camera, hit.cameraId],
    [words.track, `${clockSpan(hit.from, hit.to)} (Europe/Paris, ${words.uncertainty} ± ${hit.uncertaintySeconds} s)`],
    [words.media, `${mediaTime(hit.mediaFromSeconds)} – ${mediaTime(hit.mediaToSeconds)}`],
    [words.frame, `${hit.best.frame} · ${mediaTime(hit.best.timeSeconds)}`],
    [words.confidenceLevel, `${Math.round(hit.confidence * 100)} %`],
    [words.hitColours, colourWords(hit)],
  ];
  part('facts').replaceChildren(...facts.flatMap(([name, value]) => [make('dt', '', name), make('dd', '', value)]));
  part('verdict-state').textContent = verdictWord(hit);
  part<HTMLDialogElement>('viewer').showModal();
  await loadPicture(still, hit, 'full');
}

async function playClip(): Promise<void> {
  if (session === undefined || viewed === undefined) return;
  const clip = part<HTMLVideoElement>('clip');
  const blob = await session.api.blob(`/api/v1/cases/${session.caseId}/hits/${viewed.id}/clip`);
  clip.src = URL.createObjectURL(blob);
  clip.hidden = false;
  part('still').hidden = true;
  await clip.play();
}

async function review(verdict: Hit['verdict']): Promise<void> {
  if (session === undefined || viewed === undefined) return;
  await session.api.send('PUT', `/api/v1/cases/${session.caseId}/hits/${viewed.id}/verdict`, { verdict });
  viewed.verdict = verdict;
  part('verdict-state').textContent = verdictWord(viewed);
  drawAnswer();
}

async function open(access: Access): Promise<void> {
  const api = createApi(access, () => language);
  const list = () => api.get<{ cases: { id: string; requisitions: { id: string }[] }[] }>('/api/v1/cases');
  const find = ({ cases }: Awaited<ReturnType<typeof list>>) =>
    cases.find(({ requisitions }) => requisitions.some(({ id }) => id === access.requisitionId));
  let own = await list().then(find, () => undefined);
  if (own === undefined) {
    await api.register();
    own = await list().then(find);
  }
  if (own === undefined) throw new Refusal('E_PRO_SILO', words.accessBad);
  await keepAccess(access);
  session = { access, api, caseId: own.id };
  part('sign-in').hidden = true;
  part('case').hidden = false;
  part('leave').hidden = false;
  translate();
  await drawExhibits();
}

part('language').addEventListener('click', () => {
  language = language === 'fr' ? 'en' : 'fr';
  localStorage.setItem('language', language);
  translate();
  void drawExhibits();
});
part('leave').addEventListener('click', () => void forgetAccess().then(() => location.reload()));
part<HTMLInputElement>('access').addEventListener('change', async (event) => {
  const file = (event.target as HTMLInputElement).files?.[0];
  if (file === undefined) return;
  say('sign-in-problem', undefined);
  const access = await readAccess(await file.text()).catch(() => undefined);
  if (access === undefined) return say('sign-in-problem', words.accessBad);
  await open(access).catch((error: unknown) => say('sign-in-problem', error));
});
part('question').addEventListener('submit', async (event) => {
  event.preventDefault();
  if (session === undefined) return;
  say('question-problem', undefined);
  part('answer').hidden = true;
  answer = undefined;
  try {
    answer = await session.api.send<Answer>('POST', `/api/v1/cases/${session.caseId}/questions`, questionOf());
    shown = [...answer.hits];
    drawAnswer();
    part('answer').scrollIntoView({ behavior: 'smooth', block: 'start' });
  } catch (error) {
    say('question-problem', error);
  }
});
part('more').addEventListener('click', async () => {
  if (session === undefined || answer?.nextCursor === undefined) return;
  const route = `/api/v1/cases/${session.caseId}/questions/${answer.questionId}?cursor=${encodeURIComponent(answer.nextCursor)}`;
  answer = await session.api.get<Answer>(route);
  shown = [...shown, ...answer.hits];
  drawAnswer();
});
part('close').addEventListener('click', () => part<HTMLDialogElement>('viewer').close());
part('play').addEventListener(
  'click',
  () =>
    void playClip().catch((error: unknown) => {
      part('verdict-state').textContent = String(error);
    }),
);
for (const button of document.querySelectorAll<HTMLElement>('[data-verdict]')) {
  button.addEventListener('click', () => {
    void review(button.dataset.verdict as Hit['verdict']).catch((error: unknown) => {
      part('verdict-state').textContent = String(error);
    });
  });
}

translate();
const kept = await keptAccess().catch(() => undefined);
if (kept !== undefined) await open(kept).catch((error: unknown) => say('sign-in-problem', error));
