import { registerHooks } from 'node:module';

// `node --import` of this file starts a gateway whose guard neither decides nor writes: what the cost of both is measured against.

const BARE = new URL('./bare-guard.ts', import.meta.url).href;

registerHooks({
  resolve(specifier, context, nextResolve) {
    const found = nextResolve(specifier, context);
    const isGuard = found.url.endsWith('/gateway/policy/guard.ts') && context.parentURL !== BARE;
    return isGuard ? { ...found, url: BARE } : found;
  },
});
