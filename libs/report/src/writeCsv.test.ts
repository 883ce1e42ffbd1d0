import { expect, it } from 'vitest';
import { writeCsv } from './writeCsv.js';

it('keeps names of layers from being formulas, and numbers numbers', () => {
  const names = ['=HYPERLINK("http://x")', '+1', '-layer', '@a', '\tb', '\rc', 'a=b', 'conv1, relu', 'é'];
  const rows = names.map((name, index) => [name, -index / 3]);
  const text = new TextDecoder().decode(writeCsv({ columns: ['layer', '-D'], rows: [...rows, ['x', -Infinity]] }));
  expect(text.split('\r\n')).toEqual([
    `layer,"'-D"`,
    `"'=HYPERLINK(""http://x"")",0`,
    `"'+1",${-1 / 3}`,
    `"'-layer",${-2 / 3}`,
    `"'@a",-1`,
    `"'\tb",${-4 / 3}`,
    `"'\rc",${-5 / 3}`,
    'a=b,-2',
    `"conv1, relu",${-7 / 3}`,
    `é,${-8 / 3}`,
    'x,-inf',
    '',
  ]);
});
