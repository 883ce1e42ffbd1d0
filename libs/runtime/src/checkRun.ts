import type { NdArray } from '@oblique/arrays';
import { InvalidRunError } from './errors.js';
import type { Feeds, Signature, TensorSignature } from './messages.js';

/**
 * Checks feeds and requested outputs against the program's signature: every input fed once, with its element type
 * and a shape that fits; a free size that is named has one value over all inputs.
 * @throws InvalidRunError that names the tensor, what was given and what is needed.
 */
export function checkRun(signature: Signature, feeds: Feeds, outputs: readonly string[] | undefined): void {
  const inputs = new Set(signature.inputs.map(({ name }) => name));
  const unknown = Object.keys(feeds).find((name) => !inputs.has(name));
  if (unknown !== undefined) {
    throw new InvalidRunError(
      `The program has no input ${unknown}; its inputs are ${list(signature.inputs)}.`,
      {
        tensor: unknown,
      },
    );
  }
  const sizes = new Map<string, { readonly size: number; readonly input: string }>();
  for (const input of signature.inputs) {
    const feed = feeds[input.name];
    if (feed === undefined) {
      throw new InvalidRunError(`Input ${describe(input)} is not fed.`, { tensor: input.name });
    }
    checkFeed(input, feed, sizes);
  }
  checkOutputs(signature, outputs);
}

function checkFeed(
  input: TensorSignature,
  feed: NdArray,
  sizes: Map<string, { readonly size: number; readonly input: string }>,
): void {
  const fail = (why: string): never => {
    throw new InvalidRunError(
      `Input ${describe(input)} cannot take ${feed.dtype} [${feed.shape.join(', ')}]: ${why}.`,
      { tensor: input.name },
    );
  };
  if (feed.dtype !== input.dtype) fail(`its element type is ${input.dtype}`);
  if (input.shape.length === 0) return;
  if (feed.shape.length !== input.shape.length) fail(`it has ${input.shape.length} axes`);
  input.shape.forEach((size, axis) => {
    const given = feed.shape[axis] ?? 0;
    if (typeof size === 'number') {
      if (given !== size) fail(`axis ${axis} has size ${size}`);
    } else if (size !== '') {
      const known = sizes.get(size);
      if (known === undefined) sizes.set(size, { size: given, input: input.name });
      else if (known.size !== given)
        fail(`axis ${axis} is ${size}, which is ${known.size} in input ${known.input}`);
    }
  });
}

function checkOutputs(signature: Signature, outputs: readonly string[] | undefined): void {
  if (outputs === undefined) return;
  if (outputs.length === 0)
    throw new InvalidRunError('No output is asked for; leave outputs out to get them all.');
  const known = new Set(signature.outputs.map(({ name }) => name));
  const missing = outputs.find((name) => !known.has(name));
  if (missing !== undefined) {
    throw new InvalidRunError(
      `The program has no output ${missing}; its outputs are ${list(signature.outputs)}.`,
      {
        tensor: missing,
      },
    );
  }
}

function describe({ name, dtype, shape }: TensorSignature): string {
  return `${name} (${dtype} [${shape.map((size) => (size === '' ? '?' : size)).join(', ')}])`;
}

function list(tensors: readonly TensorSignature[]): string {
  return tensors.length === 0 ? 'none' : tensors.map(describe).join(', ');
}
