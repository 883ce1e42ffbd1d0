import { expect, it } from 'vitest';
import { readLayers } from './readLayers.js';

it.each([
  ['auto', ['auto']],
  ['conv1,layer*,', ['conv1', 'layer*']],
  [String.raw`a\,b:0,c d`, ['a,b:0', 'c d']],
  [String.raw`path\\,x`, ['path\\', 'x']],
  [String.raw`C:\net`, [String.raw`C:\net`]],
  ['', []],
])('%s chooses %j', (list, selectors) => {
  expect(readLayers(list)).toEqual(selectors);
});
