import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type ReadLabelsOptions, readLabels } from '../../../src/data/mvsa/labels-file';
import { DataError } from '../../../src/errors';
import { temporaryFolder } from './mini-mvsa';

const SINGLE = 'ID\ttext,image';
const MULTIPLE = 'ID\ttext,image\ttext,image\ttext,image';

async function read(contents: string, options: ReadLabelsOptions = {}) {
  const file = join(await temporaryFolder(), 'labels.txt');
  await writeFile(file, contents);
  const rows = [];
  for await (const { line, id, annotations } of readLabels(file, options)) {
    rows.push([line, id, ...annotations.map((one) => `${one.textLabel},${one.imageLabel}`)]);
  }
  return rows;
}

describe('readLabels', () => {
  const rows = [SINGLE, '7\tpositive,neutral', '', 'a_b-1\tnegative,negative ', ''];
  const expected = [
    [2, '7', 'positive,neutral'],
    [4, 'a_b-1', 'negative,negative'],
  ];
  for (const [name, contents] of [
    ['LF', rows.join('\n')],
    ['CRLF', rows.join('\r\n')],
    ['a byte order mark', `\uFEFF${rows.join('\n')}`],
    ['no line end at the end', rows.join('\n').trimEnd()],
    ['spaces after the header', rows.join('\n').replace(SINGLE, `${SINGLE} `)],
  ] as const) {
    it(`reads rows in order, with their lines, with ${name}`, async () => {
      expect(await read(contents)).toEqual(expected);
    });
  }

  it('reads three annotators of MVSA-Multiple', async () => {
    const row = '2499\tpositive,neutral\tnegative,neutral\tneutral,positive';
    const received = await read(`${MULTIPLE}\r\n${row}\r\n`);
    expect(received).toEqual([[2, '2499', 'positive,neutral', 'negative,neutral', 'neutral,positive']]);
  });

  it('can keep the first of rows with one id', async () => {
    const contents = `${SINGLE}\n1\tneutral,neutral\n2\tneutral,neutral\n1\tpositive,neutral\n`;
    expect(await read(contents, { duplicateIds: 'keep-first' })).toEqual([
      [2, '1', 'neutral,neutral'],
      [3, '2', 'neutral,neutral'],
    ]);
  });

  for (const [name, lines, message, options] of [
    ['nothing at all', [], /labels\.txt:1: expected the header .* an empty file/],
    ['no header', ['1\tneutral,positive'], /labels\.txt:1: expected the header/],
    ['another header', ['id\ttext'], /labels\.txt:1: expected the header .* of MVSA-Multiple, received "id/],
    [
      'another variant',
      [MULTIPLE],
      /labels\.txt:1: .*'single'.*Set variant to 'multiple'/,
      { variant: 'single' },
    ],
    ['one label', [SINGLE, '1\tneutral'], /labels\.txt:2: expected ID<TAB>.* received "1\\tneutral"/],
    ['a space for the tab', [SINGLE, '', '1 neutral,neutral'], /labels\.txt:3: /],
    [
      'an extra pair',
      [SINGLE, '1\tneutral,neutral\tneutral,neutral'],
      /labels\.txt:2: expected 1 pair.* received 2/,
    ],
    ['an extra column', [SINGLE, '1\tneutral,neutral\tnote'], /labels\.txt:2: expected ID<TAB>/],
    [
      'two annotators of three',
      [MULTIPLE, '1\tneutral,neutral\tneutral,neutral'],
      /labels\.txt:2: expected 3 pair/,
    ],
    ['a path for an id', [SINGLE, '../../etc\tneutral,neutral'], /labels\.txt:2: expected ID<TAB>/],
    [
      'an unknown label',
      [SINGLE, '1\tneutral,happy'],
      /labels\.txt:2: unknown label "happy"; expected one of/,
    ],
    ['a capital', [SINGLE, '1\tNeutral,neutral'], /labels\.txt:2: unknown label "Neutral"/],
    [
      'a repeated id',
      [SINGLE, '1\tneutral,neutral', '2\tneutral,neutral', '1\tpositive,neutral'],
      /labels\.txt:4: id "1" stands on line 2 already.*keep-first/,
    ],
  ] as [string, string[], RegExp, ReadLabelsOptions?][]) {
    it(`refuses ${name}`, async () => {
      const reading = read(lines.join('\n'), options);
      await expect(reading).rejects.toThrow(DataError);
      await expect(reading).rejects.toThrow(message);
    });
  }
});
