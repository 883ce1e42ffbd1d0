import { UsageError } from '@oblique/service';
import type { Analysis } from '@oblique/study';
import { existsSync } from 'node:fs';
import { register } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Whether what is to be run is a file with a study rather than the name of an analysis. */
export function isStudyFile(name: string): boolean {
  return /\.m?js$/u.test(name);
}

/**
 * The study that a module exports: as its default, or as the only one. The file may lie anywhere: what it imports from
 * `@oblique/…` is found here.
 * @throws UsageError where there is no such file, it cannot be loaded, or it exports no study
 */
export async function loadStudy(file: string): Promise<Analysis> {
  const path = resolve(file);
  if (!existsSync(path)) throw new UsageError(`There is no file ${file}.`);
  register(new URL('./resolveOblique.js', import.meta.url), { data: { home: import.meta.url } });
  const module = await load(path, file);
  const studies = 'default' in module ? [module['default']] : Object.values(module);
  const [found, ...others] = studies.filter(isStudy);
  if (found === undefined || others.length > 0) {
    throw new UsageError(
      `${file} exports ${found === undefined ? 'no study' : 'several studies'}; write: export default study({ … }).`,
    );
  }
  return found;
}

async function load(path: string, file: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    const module: unknown = await import(pathToFileURL(path).href);
    return typeof module === 'object' && module !== null ? { ...module } : {};
  } catch (cause) {
    throw new UsageError(
      `${file} cannot be loaded: ${cause instanceof Error ? cause.message : String(cause)}`,
      {
        cause,
      },
    );
  }
}

function isStudy(value: unknown): value is Analysis {
  return (
    typeof value === 'object' &&
    value !== null &&
    'name' in value &&
    typeof value.name === 'string' &&
    'prepare' in value &&
    typeof value.prepare === 'function'
  );
}
