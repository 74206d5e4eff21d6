import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';
import type { Language } from '../api/client.ts';
import { EN } from '../words/en.ts';
import { FR, type Words } from '../words/fr.ts';

// Language and theme: how the page looks, and nothing of a case. They alone are kept in localStorage.

export type Theme = 'system' | 'light' | 'dark';

interface Settings {
  readonly language: Language;
  readonly theme: Theme;
  readonly words: Words;
  switchLanguage(): void;
  setTheme(theme: Theme): void;
}

const Context = createContext<Settings | undefined>(undefined);

const kept = (name: string): string | null => {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
};
const keep = (name: string, value: string): void => {
  try {
    localStorage.setItem(name, value);
  } catch {
    // A browser that keeps nothing shows French and its own theme each time.
  }
};

const keptTheme = (): Theme => {
  const theme = kept('theme');
  return theme === 'light' || theme === 'dark' ? theme : 'system';
};

export function SettingsProvider({ children }: { readonly children: ReactNode }) {
  const [language, setLanguage] = useState<Language>(() => (kept('language') === 'en' ? 'en' : 'fr'));
  const [theme, setTheme] = useState<Theme>(keptTheme);
  useEffect(() => {
    document.documentElement.lang = language;
    keep('language', language);
  }, [language]);
  useEffect(() => {
    if (theme === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    keep('theme', theme);
  }, [theme]);
  const settings = useMemo<Settings>(
    () => ({
      language,
      theme,
      words: language === 'fr' ? FR : EN,
      switchLanguage: () => setLanguage((before) => (before === 'fr' ? 'en' : 'fr')),
      setTheme,
    }),
    [language, theme],
  );
  return <Context value={settings}>{children}</Context>;
}

export function useSettings(): Settings {
  const settings = useContext(Context);
  if (settings === undefined) throw new Error('outside SettingsProvider');
  return settings;
}

export const useWords = (): Words => useSettings().words;

/** The word for a name of a closed vocabulary or a state; the name itself where there is none. */
export function useName(): (name: string) => string {
  const { names } = useWords();
  return (name) => names[name] ?? name;
}
