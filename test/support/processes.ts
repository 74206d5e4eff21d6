import { readdirSync, readFileSync } from 'node:fs';

/** Processes below one, jailed ones too, by the name of their program. */
export function descendantsOf(pid: number, program: string): readonly number[] {
  const children = new Map<number, { readonly pid: number; readonly name: string }[]>();
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, 'utf8');
      const [, name = '', state, parent] = /^\d+ \((.*)\) (\S) (\d+)/s.exec(stat) ?? [];
      // It is dead, and nobody has asked for its exit yet.
      if (state === 'Z') continue;
      const list = children.get(Number(parent)) ?? [];
      children.set(Number(parent), [...list, { pid: Number(entry), name }]);
    } catch {
      // It has ended between the look at the folder and this one.
    }
  }
  const found: number[] = [];
  const visit = (parent: number): void => {
    for (const child of children.get(parent) ?? []) {
      if (child.name === program) found.push(child.pid);
      visit(child.pid);
    }
  };
  visit(pid);
  return found;
}
