import { float32, float64, int64, ndarray } from '@oblique/arrays';
import { describe, expect, it } from 'vitest';
import { ModelProto, TensorProto_DataLocation } from './generated/onnx.js';
import { float, floats, int, ints, string, tensor, type Program } from './program.js';
import { ProgramBuilder } from './programBuilder.js';
import { MalformedProgramError, readProgram } from './readProgram.js';
import { upgradeOpset } from './upgradeOpset.js';
import { writeProgram } from './writeProgram.js';

/** A program with one of everything that a program can hold. */
function everything(): Program {
  const b = new ProgramBuilder('everything', { domains: new Map([['com.example', 3]]) });
  b.input('x', 'float32', ['N', 3, 8, 8]);
  b.input('free', 'float64', undefined);
  b.initializer('weight', float32([2, 3, 1, 1], [1, -2, 3.5, 0, NaN, -Infinity]));
  b.initializer('half', ndarray('float16', [2], Uint16Array.of(0x3c00, 0xfbff)));
  b.initializer('whole', int64([2], [-5, 2 ** 40]));
  b.initializer('nothing', float64([0], []));
  b.initializer('truth', ndarray('bool', [2], Uint8Array.of(1, 0)));
  const y = b.op(
    'Conv',
    ['x', 'weight'],
    { strides: ints([2, 2]), auto_pad: string('NOTSET') },
    { name: 'conv' },
  );
  b.node(
    'Strange',
    [y, '', 'free'],
    { real: float(0.5), list: floats([1, 2]), whole: int(-7), value: tensor(float32([], [4])) },
    { domain: 'com.example', outputs: ['', 'z'], name: 'strange' },
  );
  b.metadata('key', 'välue');
  b.output(y, 'float32', ['N', 2, 4, 4]);
  b.output('z', 'float32', undefined);
  return b.build();
}

function damaged(edit: (model: ModelProto) => void): Uint8Array {
  const model = ModelProto.decode(writeProgram(everything()));
  edit(model);
  return ModelProto.encode(model).finish();
}

/** A repeatable stream of whole numbers (SplitMix32). */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x9e3779b9) | 0;
    let value = state ^ (state >>> 16);
    value = Math.imul(value, 0x21f0aaad);
    value ^= value >>> 15;
    value = Math.imul(value, 0x735a2d97);
    return ((value ^ (value >>> 15)) >>> 0) % below;
  };
}

describe('readProgram', () => {
  it('gives back what writeProgram wrote', () => {
    const program = everything();
    const read = readProgram(writeProgram(program));
    expect(read).toEqual(program);
    expect(writeProgram(read)).toEqual(writeProgram(program));
  });

  it.each<[what: string, message: RegExp, edit: (model: ModelProto) => void]>([
    ['has no graph', /no graph/, (model) => (model.graph = undefined)],
    ['has no operator set', /operator set/, (model) => (model.opsetImport = [])],
    [
      'has an input of strings',
      /x has ONNX element type 8, which is not supported/,
      (model) => {
        const type = model.graph?.input[0]?.type?.value;
        if (type?.$case === 'tensorType') type.value.elemType = 8;
      },
    ],
    [
      'has a weight of bfloat16',
      /Tensor weight has ONNX element type 16, which is not supported/,
      (model) => (model.graph!.initializer[0]!.dataType = 16),
    ],
    [
      'has a weight cut short',
      /Tensor weight/,
      (model) => (model.graph!.initializer[0]!.rawData = new Uint8Array(5)),
    ],
    [
      'has an impossible shape',
      /Tensor weight/,
      (model) => {
        Object.assign(model.graph!.initializer[0]!, { dims: [2n ** 40n], rawData: new Uint8Array() });
      },
    ],
    [
      'keeps its weights elsewhere',
      /another file.*one \.onnx file/,
      (model) => (model.graph!.initializer[0]!.dataLocation = TensorProto_DataLocation.EXTERNAL),
    ],
    [
      'uses what nothing makes',
      /Node conv \(Conv\) uses nowhere/,
      (model) => (model.graph!.node[0]!.input[0] = 'nowhere'),
    ],
    [
      'makes a tensor twice',
      /Two tensors are named conv/,
      (model) => (model.graph!.node[1]!.output[1] = 'conv'),
    ],
    [
      'promises what nothing makes',
      /Output w is made by no node/,
      (model) => (model.graph!.output[1]!.name = 'w'),
    ],
  ])('refuses a model that %s', (_, message, edit) => {
    const bytes = damaged(edit);
    expect(() => readProgram(bytes)).toThrow(MalformedProgramError);
    expect(() => readProgram(bytes)).toThrow(message);
  });

  it('only ever says that a damaged file is malformed', () => {
    const whole = writeProgram(everything());
    const next = numbers(1);
    const others: string[] = [];
    let read = 0;
    for (let round = 0; round < 2000; round++) {
      const bytes = whole.slice(0, round % 4 === 0 ? next(whole.length) : whole.length);
      for (let changes = round % 4 === 0 ? 0 : 1 + next(4); changes > 0; changes--)
        bytes[next(bytes.length)] = next(256);
      try {
        upgradeOpset(readProgram(bytes));
        read += 1;
      } catch (error) {
        const old = error instanceof RangeError && error.message.includes('operator set');
        if (!old && !(error instanceof MalformedProgramError)) others.push(`${round}: ${String(error)}`);
      }
    }
    expect(others).toEqual([]);
    expect(read).toBeGreaterThan(100);
  });

  it('only ever says that random bytes are malformed', () => {
    const next = numbers(2);
    for (let round = 0; round < 500; round++) {
      const bytes = Uint8Array.from({ length: next(200) }, () => next(256));
      expect(() => readProgram(bytes)).toThrow(MalformedProgramError);
    }
  });
});
