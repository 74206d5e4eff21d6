import { useEffect, useState } from 'react';
import { type Access, keptAccess } from '../api/access.ts';
import { CaseScreen } from '../screens/case/case-screen.tsx';
import { SignInScreen } from '../screens/case/sign-in.tsx';
import { ControlScreen } from '../screens/control/control-screen.tsx';
import { PlayerScreen } from '../screens/player/player-screen.tsx';
import { ReviewScreen } from '../screens/review/review-screen.tsx';
import { SearchScreen } from '../screens/search/search-screen.tsx';
import { BesideProvider } from './beside.tsx';
import { Boundary } from './boundary.tsx';
import { CaseDataProvider } from './case-data.tsx';
import { DepositsProvider } from './deposits.tsx';
import { Header } from './header.tsx';
import { Help } from './help.tsx';
import { InvestigationProvider } from './investigation.tsx';
import { useKeys } from './keys.ts';
import { goTo, placeOf, SCREENS, usePlace } from './router.ts';
import { type Opened, openAccess, SessionProvider, whenLeft } from './session.tsx';
import { useSettings } from './settings.tsx';

/** The language at the time of a call, so that what the gateway refuses after a switch is said in the new one. */
const language = () => (document.documentElement.lang === 'en' ? 'en' : 'fr');

/** What was open before the page was loaded again; of who controls, the case that the address names. */
async function reopened(access: Access): Promise<Opened> {
  const opened = await openAccess({ access, tokens: undefined }, language);
  const { caseId } = placeOf(location.hash).kept;
  if (opened.kind !== 'choice' || caseId === undefined) return opened;
  return opened.open(caseId).then(
    (session) => ({ kind: 'session', session }),
    () => opened,
  );
}

/** The whole console: the sign-in, or the screen that the address names within the open case. */
export function App() {
  const { words } = useSettings();
  const [opened, setOpened] = useState<Opened>();
  const [isTried, setTried] = useState(false);
  /** The key can be forgotten also where it opens nothing now. */
  const [isKept, setKept] = useState(false);
  const [error, setError] = useState<unknown>();
  const [isHelping, setHelping] = useState(false);
  useKeys({ '?': () => setHelping(true), 'shift+?': () => setHelping(true) });
  useEffect(() => {
    void keptAccess()
      .then(async (access) => {
        setKept(access !== undefined);
        if (access !== undefined) setOpened(await reopened(access));
      })
      .catch(setError)
      .finally(() => setTried(true));
  }, []);
  useEffect(whenLeft, []);
  const session = opened?.kind === 'session' ? opened.session : undefined;
  return (
    <Boundary words={words}>
      <button type="button" className="skip" onClick={() => document.getElementById('main')?.focus()}>
        {words.app.skip}
      </button>
      {session === undefined ? (
        <>
          <Header session={undefined} isKept={isKept || opened !== undefined} onHelp={() => setHelping(true)} />
          {isTried && <SignInScreen opened={opened} earlier={error} onOpened={setOpened} />}
        </>
      ) : (
        <SessionProvider value={session}>
          <CaseDataProvider>
            <DepositsProvider>
              <InvestigationProvider>
                <BesideProvider>
                  <Header session={session} isKept onHelp={() => setHelping(true)} />
                  <Screens />
                </BesideProvider>
              </InvestigationProvider>
            </DepositsProvider>
          </CaseDataProvider>
        </SessionProvider>
      )}
      <Help isOpen={isHelping} onClose={() => setHelping(false)} />
      <footer>{words.app.footer}</footer>
    </Boundary>
  );
}

function Screens() {
  const { words } = useSettings();
  const { screen } = usePlace();
  const name = words.app[screen];
  useEffect(() => {
    document.title = `${name} · ${words.app.title}`;
  }, [name, words.app.title]);
  // Who moves to another screen by keys or by voice begins at its start.
  useEffect(() => {
    if (screen === undefined) return;
    scrollTo(0, 0);
    document.getElementById('main')?.focus({ preventScroll: true });
  }, [screen]);
  useEffect(() => {
    const heard = (event: KeyboardEvent) => {
      const chosen = event.altKey ? SCREENS[Number(event.key) - 1] : undefined;
      if (chosen === undefined) return;
      event.preventDefault();
      goTo(chosen);
    };
    addEventListener('keydown', heard);
    return () => removeEventListener('keydown', heard);
  }, []);
  if (screen === 'search') return <SearchScreen />;
  if (screen === 'player') return <PlayerScreen />;
  if (screen === 'review') return <ReviewScreen />;
  if (screen === 'control') return <ControlScreen />;
  return <CaseScreen />;
}
