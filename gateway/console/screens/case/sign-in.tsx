import { useState } from 'react';
import { Button, type DropItem, DropZone, FileTrigger } from 'react-aria-components';
import { readAccess } from '../../api/access.ts';
import type { Opened } from '../../app/session.tsx';
import { openAccess } from '../../app/session.tsx';
import { useSettings } from '../../app/settings.tsx';
import { Problem } from '../../parts/problem.tsx';
import { clockDay } from '../../parts/time.ts';
import { DossierState } from '../control/dossier.tsx';

const language = () => (document.documentElement.lang === 'en' ? 'en' : 'fr');

/** Opens a case with an access file, dropped or chosen. */
export function SignInScreen({
  opened,
  earlier,
  onOpened,
}: {
  readonly opened: Opened | undefined;
  /** Why what was open before could not be opened again. */
  readonly earlier: unknown;
  onOpened(opened: Opened): void;
}) {
  const { words } = useSettings();
  const [error, setError] = useState<unknown>(earlier);
  const [isBusy, setBusy] = useState(false);

  async function take(file: File | undefined): Promise<void> {
    if (file === undefined) return;
    setError(undefined);
    const signIn = await file
      .text()
      .then(readAccess)
      .catch(() => undefined);
    if (signIn === undefined) return setError(words.signIn.bad);
    setBusy(true);
    await openAccess(signIn, language).then(onOpened, setError);
    setBusy(false);
  }

  return (
    <main id="main" tabIndex={-1} className="sign-in">
      <section aria-labelledby="sign-in-title">
        <h2 id="sign-in-title">{words.signIn.title}</h2>
        <p>{words.signIn.words}</p>
        <DropZone
          className="drop"
          aria-label={words.signIn.drop}
          onDrop={(event) => void fileOf(event.items).then(take)}
          getDropOperation={() => 'copy'}
        >
          <p>{words.signIn.drop}</p>
          <FileTrigger acceptedFileTypes={['application/json', '.json']} onSelect={(files) => void take(files?.[0])}>
            <Button className="primary">{words.signIn.choose}</Button>
          </FileTrigger>
        </DropZone>
        <p className="sub">{words.signIn.controlWords}</p>
        {isBusy && <p role="status">{words.signIn.opening}</p>}
        <Problem error={error} />
      </section>
      {opened?.kind === 'choice' && <Choice opened={opened} onOpened={onOpened} onError={setError} />}
      {opened?.kind === 'closed' && <DossierState state={opened.state} />}
    </main>
  );
}

async function fileOf(items: readonly DropItem[]): Promise<File | undefined> {
  const item = items.find(({ kind }) => kind === 'file');
  return item?.kind === 'file' ? item.getFile() : undefined;
}

function Choice({
  opened,
  onOpened,
  onError,
}: {
  readonly opened: Extract<Opened, { kind: 'choice' }>;
  onOpened(opened: Opened): void;
  onError(error: unknown): void;
}) {
  const { words } = useSettings();
  const [{ cases, nextCursor }, setShown] = useState<Pick<typeof opened, 'cases' | 'nextCursor'>>(opened);
  const [isBusy, setBusy] = useState(false);
  function more(cursor: string): void {
    setBusy(true);
    void opened
      .more(cursor)
      .then((page) => setShown({ cases: [...cases, ...page.cases], nextCursor: page.nextCursor }))
      .catch(onError)
      .finally(() => setBusy(false));
  }
  return (
    <section aria-labelledby="choice-title">
      <h2 id="choice-title">{words.signIn.choose_case}</h2>
      {cases.length === 0 && <p>{words.signIn.none}</p>}
      <ul className="choice">
        {cases.map((each) => (
          <li key={each.id}>
            <button
              type="button"
              onClick={() =>
                void opened.open(each.id).then((session) => onOpened({ kind: 'session', session }), onError)
              }
            >
              {each.procedure} · {clockDay(each.createdAt)}
            </button>
          </li>
        ))}
      </ul>
      {nextCursor !== undefined && (
        <button type="button" id="more-cases" disabled={isBusy} onClick={() => more(nextCursor)}>
          {words.signIn.moreCases(cases.length)}
        </button>
      )}
    </section>
  );
}
