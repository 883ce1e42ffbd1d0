import { float32, float64, int64, ndarray } from '@oblique/arrays';
import { describe, expect, it } from 'vitest';
import { compose } from './compose.js';
import {
  AttributeProto,
  FunctionProto,
  ModelProto,
  NodeProto,
  TensorProto,
  TensorProto_DataLocation,
} from './generated/onnx.js';
import { float, floats, int, ints, string, tensor, type Program } from './program.js';
import { ProgramBuilder } from './programBuilder.js';
import { MalformedProgramError } from './malformedProgramError.js';
import { readProgram } from './readProgram.js';
import { prune } from './prune.js';
import { renameTensors } from './renameTensors.js';
import { inferShapes } from './shapes.js';
import { runInOnnxRuntime } from './testing/runInOnnxRuntime.js';
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

/** Another size of an axis of the first input. */
function resize(model: ModelProto, axis: number, size: bigint): void {
  const type = model.graph!.input[0]!.type!.value;
  if (type?.$case === 'tensorType') type.value.shape!.dim[axis]!.value = { $case: 'dimValue', value: size };
}

/** `y = x + weight`, with what `edit` makes of it. */
function sum(edit: (model: ModelProto) => void): Program {
  const b = new ProgramBuilder('sum');
  b.input('x', 'float32', [2]);
  const weight = b.initializer('weight', float32([2], [1, 2]));
  b.op(
    'Relu',
    [b.op('Add', ['x', weight], {}, { output: 'a', name: 'add' })],
    {},
    { output: 'y', name: 'relu' },
  );
  b.output('y');
  const model = ModelProto.decode(writeProgram(b.build()));
  edit(model);
  return readProgram(ModelProto.encode(model).finish());
}

const X = { x: float32([2], [-3, 5]) };

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
    ['has two weights of one name', /Two weights/, (model) => (model.graph!.initializer[1]!.name = 'weight')],
    [
      'has an input of an impossible size',
      /Input x has the shape \[N, 9223372036854775807, 8, 8\]; each size is at least 1 or free/,
      (model) => resize(model, 1, 2n ** 63n - 1n),
    ],
    ['has an input of size zero', /Input x has the shape \[N, 3, 0, 8\]/, (model) => resize(model, 2, 0n)],
    ['has an input of size −1', /Input x has the shape \[N, 3, 8, -1\]/, (model) => resize(model, 3, -1n)],
    [
      'has a weight of a size that no file can hold',
      /Tensor weight has the shape \[0, 9223372036854775807\]/,
      (model) => (model.graph!.initializer[0]!.dims = [0n, 2n ** 63n - 1n]),
    ],
    [
      'uses what comes of itself',
      /conv \(Conv\), strange \(Strange\) wait for one another/,
      (model) => (model.graph!.node[0]!.input[0] = 'z'),
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

  it('puts nodes into an order in which they can run, and leaves them where they can', async () => {
    const turned = sum((model) => model.graph!.node.reverse());
    expect(turned.nodes.map(({ name }) => name)).toEqual(['add', 'relu']);
    expect([...((await runInOnnxRuntime(turned, X)).get('y')?.data ?? [])]).toEqual([0, 7]);
  });

  it.each([
    [2n ** 63n - 1n, [2]],
    [-(2n ** 63n), []],
    [-1n, [1]],
  ])('a Slice and a constant that end at %s do', (end, shape) => {
    const program = sum((model) => {
      model.opsetImport[0]!.version = 12n;
      const ints = AttributeProto.fromPartial({ name: 'value_ints', type: 7, ints: [end] });
      const zero = AttributeProto.fromPartial({ name: 'value_ints', type: 7, ints: [0n] });
      model.graph!.node = [
        NodeProto.fromPartial({ opType: 'Constant', output: ['start'], attribute: [zero] }),
        NodeProto.fromPartial({ opType: 'Constant', output: ['end'], attribute: [ints] }),
        NodeProto.fromPartial({ opType: 'Slice', input: ['x', 'start', 'end'], output: ['y'] }),
      ];
    });
    const upgraded = upgradeOpset(program);
    expect(upgraded.initializers.get('end')?.data[0]).toBe(end);
    expect(inferShapes(upgraded).shapes.get('y')).toEqual(shape.length === 0 ? [0] : shape);
  });

  it('inlines functions of the model, with their attributes and inner names', async () => {
    const program = sum((model) => {
      const call = (input: string, output: string, alpha: number) =>
        NodeProto.fromPartial({
          opType: 'Slope',
          domain: 'own',
          input: [input],
          output: [output],
          attribute: [AttributeProto.fromPartial({ name: 'slope', type: 1, f: alpha })],
        });
      const alpha = AttributeProto.fromPartial({ name: 'alpha', type: 1, refAttrName: 'slope' });
      model.functions = [
        FunctionProto.fromPartial({
          name: 'Slope',
          domain: 'own',
          input: ['x'],
          output: ['out'],
          attribute: ['slope'],
          opsetImport: [{ domain: '', version: 18n }],
          node: [
            NodeProto.fromPartial({ opType: 'LeakyRelu', input: ['x'], output: ['a'], attribute: [alpha] }),
            NodeProto.fromPartial({ opType: 'Neg', input: ['a'], output: ['out'] }),
          ],
        }),
      ];
      model.opsetImport.push({ domain: 'own', version: 1n });
      model.graph!.node = [call('x', 'half', 0.5), call('half', 'y', 0.25)];
    });
    expect(program.domains.size).toBe(0);
    expect([...((await runInOnnxRuntime(program, X)).get('y')?.data ?? [])]).toEqual([-1.5, 1.25]);
  });

  it('refuses a function that calls itself', () => {
    const recursive = (model: ModelProto): void => {
      const own = NodeProto.fromPartial({ opType: 'Again', domain: 'own', input: ['x'], output: ['y'] });
      model.functions = [
        FunctionProto.fromPartial({ name: 'Again', domain: 'own', input: ['x'], output: ['y'], node: [own] }),
      ];
      model.graph!.node = [own];
    };
    expect(() => sum(recursive)).toThrow(/function Again calls itself/);
  });

  it.each([
    [true, [-2, 7]],
    [false, [2, -7]],
  ])('takes the branch of an If that is known beforehand: %s', async (condition, expected) => {
    const branch = (op: string, name: string) =>
      AttributeProto.fromPartial({
        name,
        type: 5,
        g: {
          name,
          node: [{ opType: op, input: ['a'], output: ['a_inner'] }],
          output: [{ name: 'a_inner' }],
        },
      });
    const program = sum((model) => {
      model.graph!.initializer.push(
        TensorProto.fromPartial({ name: 'known', dataType: 9, int32Data: [condition ? 1 : 0] }),
      );
      model.graph!.node[1] = NodeProto.fromPartial({
        opType: 'If',
        input: ['known'],
        output: ['y'],
        attribute: [branch('Identity', 'then_branch'), branch('Neg', 'else_branch')],
      });
    });
    expect(program.nodes.some(({ op }) => op === 'If')).toBe(false);
    expect([...((await runInOnnxRuntime(program, X)).get('y')?.data ?? [])]).toEqual(expected);
  });

  it('knows what an If uses: pruning, renaming and composing keep it', async () => {
    const branch = (op: string, name: string) =>
      AttributeProto.fromPartial({
        name,
        type: 5,
        g: { name, node: [{ opType: op, input: ['a'], output: ['front'] }], output: [{ name: 'front' }] },
      });
    const program = sum((model) => {
      model.graph!.node[1] = NodeProto.fromPartial({
        opType: 'If',
        input: ['sign'],
        output: ['y'],
        attribute: [branch('Identity', 'then_branch'), branch('Neg', 'else_branch')],
      });
      model.graph!.node.push(
        NodeProto.fromPartial({ opType: 'ReduceMax', input: ['x'], output: ['largest'] }),
        NodeProto.fromPartial({
          opType: 'Cast',
          input: ['largest'],
          output: ['signs'],
          attribute: [AttributeProto.fromPartial({ name: 'to', type: 2, i: 9n })],
        }),
        NodeProto.fromPartial({ opType: 'Squeeze', input: ['signs'], output: ['sign'] }),
      );
    });
    expect(prune(program).nodes).toHaveLength(program.nodes.length);
    const front = new ProgramBuilder('front');
    front.input('a', 'float32', [2]);
    front.op('Neg', ['a'], {}, { output: 'front' });
    front.output('front');
    const renamed = renameTensors(program, (name) => (name === 'a' ? 'front' : name));
    const whole = compose(front.build(), renamed, { x: 'front' });
    const [input] = whole.inputs;
    const results = await runInOnnxRuntime(whole, { [input?.name ?? '']: float32([2], [3, -5]) });
    expect([...(results.get('y')?.data ?? [])]).toEqual([-2, 7]);
  });
});
