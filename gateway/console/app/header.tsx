import { RequisitionPanel } from '../screens/case/requisition-panel.tsx';
import { addressOf, type Screen, usePlace } from './router.ts';
import { leave, type Session } from './session.tsx';
import { type Theme, useSettings } from './settings.tsx';

/** Screens that a role may see (HAB-01): who controls reads, and has the log; an agent works, and has not. */
const SCREENS_OF: Readonly<Record<Session['role'], readonly Screen[]>> = {
  agent: ['case', 'search', 'player', 'review'],
  control: ['case', 'review', 'control'],
};

export function Header({
  session,
  isKept,
  onHelp,
}: {
  readonly session: Session | undefined;
  /** Whether this browser holds a key that can be forgotten. */
  readonly isKept: boolean;
  onHelp(): void;
}) {
  const { words, switchLanguage } = useSettings();
  return (
    <header>
      <h1 className="brand">
        <Mark />
        {words.app.title}
      </h1>
      {session !== undefined && <Tabs role={session.role} />}
      {session === undefined ? <span className="spring" /> : <RequisitionPanel />}
      <div className="tools">
        <button type="button" className="quiet" onClick={onHelp} aria-label={words.app.help} title={words.app.help}>
          ?
        </button>
        <ThemeButton />
        <button type="button" className="quiet" id="language" onClick={switchLanguage}>
          {words.app.otherLanguage}
        </button>
        {isKept && (
          <button type="button" className="quiet" onClick={() => void leave()}>
            {words.app.leave}
          </button>
        )}
      </div>
    </header>
  );
}

function Tabs({ role }: { readonly role: Session['role'] }) {
  const { words } = useSettings();
  const { screen } = usePlace();
  return (
    <nav aria-label={words.app.screens}>
      <ul>
        {SCREENS_OF[role].map((each) => (
          <li key={each}>
            <a href={addressOf(each)} aria-current={each === screen ? 'page' : undefined}>
              {words.app[each]}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

const NEXT: Readonly<Record<Theme, Theme>> = { system: 'light', light: 'dark', dark: 'system' };
const SIGN: Readonly<Record<Theme, string>> = { system: '◐', light: '○', dark: '●' };

function ThemeButton() {
  const { words, theme, setTheme } = useSettings();
  const names = { system: words.app.themeSystem, light: words.app.themeLight, dark: words.app.themeDark };
  return (
    <button
      type="button"
      className="quiet"
      id="theme"
      aria-label={names[theme]}
      title={names[theme]}
      onClick={() => setTheme(NEXT[theme])}
    >
      <span aria-hidden="true">{SIGN[theme]}</span>
    </button>
  );
}

const Mark = () => (
  <svg viewBox="0 0 32 32" aria-hidden="true">
    <path d="M9 8h6a8 8 0 0 1 0 16H9z" fill="none" stroke="currentColor" strokeWidth="3" />
    <circle cx="16" cy="16" r="2.6" className="mark-dot" />
  </svg>
);
