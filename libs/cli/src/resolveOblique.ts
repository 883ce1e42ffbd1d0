import type { InitializeHook, ResolveHook } from 'node:module';

let home = import.meta.url;

/** Told once where Oblique's own packages are found from. */
export const initialize: InitializeHook<{ readonly home: string }> = (data) => {
  home = data.home;
};

/** Finds Oblique's packages, and the library that parameters are described with, for a module that lies anywhere. */
export const resolve: ResolveHook = (specifier, context, nextResolve) =>
  /^(@oblique\/|zod$)/u.test(specifier)
    ? nextResolve(specifier, { ...context, parentURL: home })
    : nextResolve(specifier, context);
