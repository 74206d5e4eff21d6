const STATIC = /^\s*(import|export)\b(\s+type\b)?[^'";]*?\bfrom\s*['"]([^'"]+)['"]|^\s*import\s*['"]([^'"]+)['"]/gm;
const DYNAMIC = /\b(?:import|require)\s*\(\s*['"`]([^'"`]+)['"`]/g;
const WORKER = /\bnew\s+URL\s*\(\s*['"`](\.[^'"`]+\.(?:ts|mjs|js))['"`]\s*,\s*import\.meta\.url/g;

/** Modules that a text names, its workers among them; `typeOnly` is gone when the program runs. */
export const importsIn = (text: string): readonly { readonly module: string; readonly typeOnly: boolean }[] => [
  ...[...text.matchAll(STATIC)].map(([, , type, from, bare]) => ({
    module: from ?? bare ?? '',
    typeOnly: type !== undefined,
  })),
  ...[...text.matchAll(DYNAMIC), ...text.matchAll(WORKER)].map(([, module = '']) => ({ module, typeOnly: false })),
];
