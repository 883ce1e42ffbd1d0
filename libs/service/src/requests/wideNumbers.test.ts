import { statisticsV1, trainingV1 } from '@oblique/contracts';
import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { describe, expect, it } from 'vitest';

import { ServiceError } from '../serviceError.js';
import { requestReader } from './requestReader.js';

const { startTraining } = trainingV1.TrainingServiceService;
const read = requestReader(startTraining);

/** StartTraining.spec (1) holding .network (1) holding .steps (9), or .seed (3). */
function spec(write: (spec: BinaryWriter) => BinaryWriter): Buffer {
  const inner = write(new BinaryWriter()).finish();
  return Buffer.from(
    new BinaryWriter()
      .uint32((1 << 3) | 2)
      .bytes(inner)
      .finish(),
  );
}

function network(field: number, value: string): Buffer {
  return spec((writer) =>
    writer
      .uint32((1 << 3) | 2)
      .fork()
      .uint32(field << 3)
      .uint64(value)
      .join(),
  );
}

function refusal(bytes: Buffer): ServiceError {
  try {
    read(bytes);
  } catch (error) {
    return ServiceError.from(error);
  }
  throw new Error('It was read.');
}

describe('whole numbers of 64 bits', () => {
  it.each(['1125899906842624', '9007199254740993', '18446744073709551615'])('names steps = %s', (steps) => {
    const { reason, message, fields } = refusal(network(9, steps));
    expect(reason).toBe('VALUE_OUT_OF_RANGE');
    expect(message).toContain(`spec.network.steps = ${steps}`);
    expect(fields[0]?.field).toBe('spec.network.steps');
  });

  it('takes seeds whole', () => {
    const bytes = spec((writer) => writer.uint32(3 << 3).uint64('18446744073709551615'));
    expect(read(bytes).spec?.seed).toBe('18446744073709551615');
  });
});

describe('numbers that are none', () => {
  const { bootstrap } = statisticsV1.StatisticsServiceService;

  it.each([NaN, Infinity, -Infinity])('%d is refused by its place in a list', (value) => {
    const request = statisticsV1.BootstrapRequest.fromPartial({
      groups: [{ values: [0] }, { values: [0, 1, value] }],
    });
    const bytes = Buffer.from(statisticsV1.BootstrapRequest.encode(request).finish());
    expect(() => requestReader(bootstrap)(bytes)).toThrow(/^groups\[1\]\.values\[2\] = -?(NaN|Infinity) /u);
  });
});
