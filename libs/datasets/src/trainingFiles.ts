import type { StoredFile } from './storedFile.js';

const TRAINING = /^(train|training)([_.-].*)?$|^data_batch/i;
const HELD_BACK = /^(test|val|valid|validation)([_.-].*)?$/i;

/** Without the test and validation files, where there are training files beside them. */
export function trainingFiles(files: readonly StoredFile[]): readonly StoredFile[] {
  const any = (pattern: RegExp): boolean => files.some((file) => has(file, pattern));
  return any(TRAINING) && any(HELD_BACK) ? files.filter((file) => !has(file, HELD_BACK)) : files;
}

function has({ name }: StoredFile, pattern: RegExp): boolean {
  return name.split('/').some((part) => pattern.test(part));
}
