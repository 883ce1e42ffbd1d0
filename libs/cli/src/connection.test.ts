import { UsageError } from '@oblique/service';
import { expect, it } from 'vitest';
import { readEndpoints } from './connection.js';

it('takes one endpoint for all services', () => {
  expect(Object.fromEntries(readEndpoints('gateway:7400'))).toEqual({
    stimulus: 'gateway:7400',
    serving: 'gateway:7400',
    statistics: 'gateway:7400',
    orchestrator: 'gateway:7400',
    training: 'gateway:7400',
  });
});

it('takes an endpoint by service', () => {
  expect([...readEndpoints('serving=gpu:7412,stimulus=[::1]:7411')]).toEqual([
    ['serving', 'gpu:7412'],
    ['stimulus', '[::1]:7411'],
  ]);
});

it.each([
  'localhost',
  'localhost:',
  'localhost:0',
  'localhost:99999',
  'serving=',
  'serving=x',
  'servng=x:1',
  '=x:1',
])('refuses %s and says how to write it', (text) => {
  expect(() => readEndpoints(text)).toThrow(UsageError);
  expect(() => readEndpoints(text)).toThrow(/HOST:PORT|there are stimulus, serving/);
});
