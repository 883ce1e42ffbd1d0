const TRAINING = /^(train|training)([_.-].*)?$|^data_batch/i;
const HELD_BACK = /^(test|val|valid|validation)([_.-].*)?$/i;

interface Named {
  readonly name: string;
}

/** Whether a file is to be learned from: not those of test and validation, where there are training files beside them. */
export function trainingNames(files: readonly Named[]): (file: Named) => boolean {
  const any = (pattern: RegExp): boolean => files.some((file) => has(file, pattern));
  return any(TRAINING) && any(HELD_BACK) ? (file) => !has(file, HELD_BACK) : () => true;
}

function has({ name }: Named, pattern: RegExp): boolean {
  return name.split('/').some((part) => pattern.test(part));
}
